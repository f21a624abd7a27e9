import { assertEquals, AssertionError } from "@std/assert";
import { fetchQueueConsumer } from "../../../adapters/cloudflare/queue_consumer.ts";
import { parse } from "../../../core/serializer/mod.ts";
import { jobFor, responseIn, serveHttp } from "../../core/unruly_server.ts";
import { fakeNamespace } from "./fake_namespace.ts";

Deno.test("fetchQueueConsumer fetches what a batch asks for and delivers it to the object at its address", async () => {
  await using server = serveHttp(() => new Response("hello"));
  const seen: string[] = [];
  const Agent = fakeNamespace(["01"], (id, message) => {
    if (message.type !== "outcome") throw new AssertionError(message.type);
    seen.push(`${id} ${responseIn(parse(message.outcome)).text()}`);
    return "settled";
  });
  const done: string[] = [];
  const bodies = [{ v: 1, job: jobFor(server.origin), origin: { name: "Agent", id: "01" } }, "not ours"];
  const messages = bodies.map((body, index) => ({
    body,
    attempts: 1,
    ack: () => void done.push(`ack ${index}`),
    retry: () => void done.push(`retry ${index}`),
  }));
  await fetchQueueConsumer({ messages }, {}, { exports: { Agent }, waitUntil() {} });
  assertEquals(seen, ["01 hello"]);
  assertEquals(done.toSorted(), ["ack 0", "retry 1"]);
});
