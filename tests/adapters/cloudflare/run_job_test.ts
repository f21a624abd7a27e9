import { assertEquals } from "@std/assert";
import { runJob } from "../../../adapters/cloudflare/run_job.ts";
import type { Acknowledgement } from "../../../core/job.ts";
import { jobFor, serveHttp } from "../../core/unruly_server.ts";
import { fakeNamespace } from "./fake_namespace.ts";

Deno.test("runJob works in waitUntil and answers through the stub that it was given", async () => {
  await using server = serveHttp(() => new Response("hello"));
  const waiting: Promise<unknown>[] = [];
  let delivered = 0;
  const origin = { dozeDeliver: (): Acknowledgement => (delivered++, "settled") };
  runJob({ waitUntil: (promise) => void waiting.push(promise) }, jobFor(server.origin), origin);
  assertEquals([waiting.length, delivered], [1, 0]);
  assertEquals(await Promise.all(waiting), ["settled"]);
  assertEquals(delivered, 1);
});

Deno.test("runJob takes a new stub from the address when the one that it was given has broken", async () => {
  await using server = serveHttp(() => new Response("hello"));
  const waiting: Promise<unknown>[] = [];
  const origin = { dozeDeliver: (): Promise<Acknowledgement> => Promise.reject(new DOMException("broken stub")) };
  const Agent = fakeNamespace(["01"], () => "settled");
  const ctx = { exports: { Agent }, waitUntil: (promise: Promise<unknown>) => void waiting.push(promise) };
  runJob(ctx, jobFor(server.origin), origin, { exportName: "Agent", id: "01" });
  assertEquals(await Promise.all(waiting), ["settled"]);
});
