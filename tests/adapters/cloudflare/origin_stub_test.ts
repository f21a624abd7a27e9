import { assertEquals, assertRejects } from "@std/assert";
import { ExportNotFoundError } from "../../../adapters/cloudflare/binding_errors.ts";
import { deliverThrough } from "../../../adapters/cloudflare/origin_stub.ts";
import type { Message } from "../../../core/job.ts";
import { fakeNamespace } from "./fake_namespace.ts";

const MESSAGE: Message = { type: "heartbeat", v: 1, id: "r", due: 1, token: "t", attempt: 1 };

Deno.test("deliverThrough reaches an object by its export, or else by a binding of the same name", async () => {
  const reached: string[] = [];
  const exported = fakeNamespace(["01"], (id) => (reached.push(`export ${id}`), "pending"));
  const bound = fakeNamespace(["01", "02"], (id) => (reached.push(`binding ${id}`), "late"));
  const deliver = deliverThrough({ Agent: exported }, { Agent: bound, AGENT: bound });
  assertEquals(await deliver({ name: "Agent", id: "01" }, MESSAGE), "pending");
  assertEquals(await deliver({ name: "Agent", id: "02" }, MESSAGE), "late");
  assertEquals(await deliver({ name: "AGENT", id: "01" }, MESSAGE), "late");
  assertEquals(reached, ["export 01", "binding 02", "binding 01"]);
});

Deno.test("deliverThrough rejects for an object that this Worker does not know", async () => {
  const deliver = deliverThrough({ Agent: fakeNamespace(["01"], () => "pending") }, undefined);
  await assertRejects(async () => await deliver({ name: "Agent", id: "03" }, MESSAGE), ExportNotFoundError);
  await assertRejects(async () => await deliver({ name: "Other", id: "01" }, MESSAGE), ExportNotFoundError);
  await assertRejects(async () => await deliver({ name: "toString", id: "01" }, MESSAGE), ExportNotFoundError);
  const nothing = deliverThrough(undefined, null);
  await assertRejects(async () => await nothing({ name: "Agent", id: "01" }, MESSAGE), ExportNotFoundError);
});
