import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import type { Job } from "../../../core/job.ts";
import { JobTooLargeError } from "../../../core/requests/job_too_large.ts";
import { QUEUE_MAX_BYTES, type QueuedJob, QueueExecutor } from "../../../core/strategies/queue.ts";
import { jobFor } from "../unruly_server.ts";

const SELF = { name: "Agent", id: "0123" };

function bench(maxBytes?: number): { queue: QueueExecutor; sent: QueuedJob[]; lookups: () => number } {
  const sent: QueuedJob[] = [];
  let lookups = 0;
  const queue = new QueueExecutor({
    send: (message) => Promise.resolve(sent.push(message)),
    self: () => (lookups++, SELF),
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  return { queue, sent, lookups: () => lookups };
}

function jobOfBytes(bytes: number): Job {
  const empty = jobFor("https://a.example/", { method: "PUT", body: "" });
  const size = JSON.stringify({ v: 1, job: empty, origin: SELF }).length;
  const text = JSON.stringify({ ...JSON.parse(JSON.stringify(empty)), request: empty.request });
  assertEquals(JSON.parse(text), JSON.parse(JSON.stringify(empty)));
  return { ...empty, request: empty.request + "x".repeat(bytes - size) };
}

Deno.test("QueueExecutor sends job and address, and looks its own up once", async () => {
  const { queue, sent, lookups } = bench();
  const job = jobFor("https://a.example/");
  await queue.dispatch(job);
  await queue.dispatch(job);
  assertEquals(sent, [{ v: 1, job, origin: SELF }, { v: 1, job, origin: SELF }]);
  assertEquals(lookups(), 1);
  assertEquals(queue.maxTimeout, 870_000);
});

Deno.test("QueueExecutor refuses a byte too many before it sends, with the size", async () => {
  const { queue, sent } = bench();
  const fitting = jobOfBytes(QUEUE_MAX_BYTES);
  assertEquals(queue.fits(fitting), true);
  await queue.dispatch(fitting);
  const large = jobOfBytes(QUEUE_MAX_BYTES + 1);
  assertEquals(queue.fits(large), false);
  const error = assertThrows(() => void queue.dispatch(large), JobTooLargeError);
  assertEquals([error.bytes, error.limit], [QUEUE_MAX_BYTES + 1, QUEUE_MAX_BYTES]);
  assertMatch(error.message, new RegExp(`got ${QUEUE_MAX_BYTES + 1} bytes$`));
  assertEquals(sent.length, 1);
});

Deno.test("QueueExecutor counts bytes, not characters", () => {
  const { queue } = bench(2_000);
  const job = jobFor("https://a.example/");
  assertEquals(queue.fits({ ...job, request: job.request + "x".repeat(1_000) }), true);
  assertEquals(queue.fits({ ...job, request: job.request + "日".repeat(1_000) }), false);
});

Deno.test("QueueExecutor.dispatch rejects with what the queue rejects with", async () => {
  const failure = new DOMException("Too Many Requests");
  const queue = new QueueExecutor({ send: () => Promise.reject(failure), self: () => SELF });
  await assertRejects(() => queue.dispatch(jobFor("https://a.example/")), DOMException, "Too Many Requests");
});
