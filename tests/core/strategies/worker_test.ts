import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { Alarms } from "../../../core/alarms.ts";
import { continuation } from "../../../core/continuation.ts";
import { InvalidUrlError, TimeoutTooLongError } from "../../../core/errors.ts";
import type { Job } from "../../../core/job.ts";
import { Requests } from "../../../core/requests.ts";
import { HandOver, WORKER_HOLDS_MS } from "../../../core/strategies/worker.ts";
import { fakeClock } from "../../../testing/fake_clock.ts";

const JOB: Job = {
  ...{ v: 1, id: "id", due: 9, token: "t", attempt: 1, request: "", timeout: 1_000, grace: 1, policy: {} },
  retry: undefined,
};

Deno.test("HandOver hands a job over as it is", () => {
  const jobs: Job[] = [];
  new HandOver({ run: (job) => void jobs.push(job) }).dispatch(JOB);
  assertEquals(jobs, [JOB]);
});

Deno.test("HandOver holds 25 s, or what it is told", () => {
  assertEquals(new HandOver({ run: () => {} }).maxTimeout, WORKER_HOLDS_MS);
  assertEquals(new HandOver({ run: () => {}, maxTimeout: 7 }).maxTimeout, 7);
});

Deno.test("HandOver refuses a job that it cannot hold, and hands nothing over", () => {
  let calls = 0;
  const executor = new HandOver({ run: () => void calls++, maxTimeout: 999 });
  const error = assertThrows(() => executor.dispatch(JOB), TimeoutTooLongError);
  assertEquals([error.code, error.timeout, error.maximum, calls], ["TIMEOUT_TOO_LONG", 1_000, 999, 0]);
  assert(error.message.includes("bind a queue"));
});

Deno.test("HandOver passes on how the handing over failed", async () => {
  const executor = new HandOver({ run: () => Promise.reject(new InvalidUrlError("x")) });
  await assertRejects(async () => await executor.dispatch(JOB), InvalidUrlError);
});

Deno.test("HandOver asks to give up where somebody listens", () => {
  const asked: string[] = [];
  new HandOver({ run: () => {}, abort: (id, token) => void asked.push(`${id} ${token}`) }).abort("id", "t");
  assertEquals(new HandOver({ run: () => {} }).abort("id", "t"), undefined);
  assertEquals(asked, ["id t"]);
});

Deno.test("HandOver under a ledger refuses a long timeout at the call, with nothing stored", async () => {
  class Agent {
    onReply(_result: unknown): void {}
  }
  const [storage, origin, clock] = [new MemoryStorage(), new Agent(), fakeClock()];
  const jobs: Job[] = [];
  const executor = new HandOver({ run: (job) => void jobs.push(job) });
  const alarms = new Alarms({ storage, clock, origin });
  const requests = new Requests({ storage, clock, alarms, origin, executor });
  const ctn = continuation<Agent>();
  const ask = (timeout: number) => requests.proxyFetch("https://a.example/", ctn.onReply(ctn.$result), { timeout });
  assertThrows(() => ask(25_001), TimeoutTooLongError);
  assertEquals([storage.first(), storage.armedAt()], [undefined, undefined]);
  ask(25_000);
  await clock.tickAsync(0);
  assertEquals(jobs.length, 1);
});
