import { assertEquals } from "@std/assert";
import { JOB_VERSION } from "../../../core/job.ts";
import { onStorages, reply, StagedError } from "../ledger_host.ts";
import { LedgerParts } from "../ledger_parts.ts";
import { errorIn } from "../unruly_server.ts";

function explode(): never {
  throw new StagedError("no such binding");
}

Deno.test("RequestDispatch.job holds what its executor needs, and of a strict request no more", () => {
  const parts = new LedgerParts();
  const { stored, row } = parts.make("a");
  const again = { request: "r", policy: { allow: ["https://api.example/*"] }, retry: { attempts: 3 } };
  const key = { due: row.due, id: row.id };
  assertEquals(parts.dispatch.job({ key, stored, again, durability: "strict" }), {
    ...{ v: JOB_VERSION, ...key, token: stored.token, attempt: 1, request: "r", timeout: 20_000, grace: 10_000 },
    ...{ policy: again.policy, retry: again.retry, carried: { epoch: "this", durability: "strict" } },
  });
});

Deno.test("RequestDispatch.job carries what no row holds: continuation, onLate, onAmbiguous", () => {
  const parts = new LedgerParts();
  const more = { onLate: "late", onAmbiguous: "run" } as const;
  const { job, stored } = parts.make("a", { ...more, durability: "deferred", persistAfter: 500 });
  assertEquals(job.carried, {
    ...{ epoch: "this", durability: "deferred", continuation: stored.continuation, ...more },
  });
  assertEquals(job.persistAfter, 500);
  for (const durability of ["strict", "memory"] as const) {
    assertEquals(parts.make("a", { ...more, durability }).job.carried, { epoch: "this", durability, ...more });
  }
});

Deno.test("RequestDispatch.job says how often to beat and which way to go, where that is asked for", () => {
  const parts = new LedgerParts();
  const { stored, row, job } = parts.make("a", { heartbeat: 300 });
  assertEquals([job.heartbeat, "via" in job, "persistAfter" in job], [300, false, false]);
  const again = { request: "r", policy: {}, via: { strategy: "queue" } as const };
  assertEquals(parts.dispatch.job({ key: row, stored, again, durability: "strict" }).via, { strategy: "queue" });
});

Deno.test("RequestDispatch.job gives a further dispatch what is left of the budget, and the same deadline", () => {
  const parts = new LedgerParts();
  const { stored, row } = parts.make("a", { attempt: 2 });
  const again = { request: "r", policy: {} };
  const job = parts.dispatch.job({ key: row, stored, again, durability: "strict" }, 700);
  assertEquals([job.timeout, job.due, job.attempt], [700, row.due, 2]);
});

Deno.test("RequestDispatch.remaining counts down to the end of the budget, and below", () => {
  const parts = new LedgerParts();
  const { job, stored } = parts.make("a");
  assertEquals(parts.dispatch.remaining(job, stored), 20_000);
  parts.clock.tick(19_000);
  assertEquals(parts.dispatch.remaining(job, stored), 1_000);
  parts.clock.tick(2_000);
  assertEquals(parts.dispatch.remaining(job, stored), -1_000);
});

onStorages("RequestDispatch.send hands the job over in a microtask, and tells of it", async (storage) => {
  const parts = new LedgerParts({ storage });
  const { job } = parts.place("a");
  parts.dispatch.send(job);
  assertEquals(parts.hand.jobs, []);
  await Promise.resolve();
  assertEquals([parts.hand.jobs, parts.heard()], [[job], ["dispatched"]]);
});

onStorages("RequestDispatch.send sends nothing for a row that its transaction has not kept", async (storage) => {
  const parts = new LedgerParts({ storage });
  try {
    storage.transaction(() => {
      const { job } = parts.place("a", { live: true });
      parts.dispatch.send(job);
      explode();
    });
  } catch { /* undone, as it should be */ }
  await parts.settle();
  assertEquals([parts.hand.jobs, parts.heard(), parts.rows(), parts.memory.live.size], [[], [], [], 0]);
});

Deno.test("RequestDispatch.send sends nothing for a request that was cancelled or settled meanwhile", async () => {
  const parts = new LedgerParts();
  const [cancelled, settled] = [parts.place("a"), parts.place("b", { durability: "memory" })];
  for (const { job } of [cancelled, settled]) parts.dispatch.send(job);
  parts.storage.take(cancelled.row);
  parts.memory.drop(settled.job.id);
  await parts.settle();
  assertEquals([parts.hand.jobs, parts.heard()], [[], []]);
});

Deno.test("RequestDispatch.send sends nothing for a dispatch that another has replaced", async () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a", { attempt: 2 });
  parts.dispatch.send({ ...job, attempt: 1 });
  await parts.settle();
  assertEquals(parts.hand.jobs, []);
});

Deno.test("RequestDispatch.send ends a request whose executor throws: unreachable, and certainly not sent", async () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a", { idempotent: false });
  parts.hand.take = explode;
  parts.dispatch.send(job);
  await parts.settle();
  const error = errorIn(parts.agent.results[0]);
  assertEquals([error.code, error.ambiguous, error.url], ["EXECUTOR_UNREACHABLE", false, "https://api.example/a"]);
  assertEquals([parts.rows(), parts.heard()], [[], ["dispatched", "unreachable", "settled"]]);
  assertEquals(parts.events[1].error instanceof StagedError, true);
});

Deno.test("RequestDispatch.send calls a rejected job ambiguous: it may have left", async () => {
  for (const idempotent of [false, true]) {
    const parts = new LedgerParts();
    const { job } = parts.place("a", { idempotent });
    parts.hand.take = () => Promise.reject(new StagedError("connection lost"));
    parts.dispatch.send(job);
    await parts.settle();
    const error = errorIn(parts.agent.results[0]);
    assertEquals([error.code, error.ambiguous], ["EXECUTOR_UNREACHABLE", !idempotent]);
  }
});

Deno.test("RequestDispatch.send ends a request that memory alone holds, too", async () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a", { durability: "memory" });
  parts.hand.take = explode;
  parts.dispatch.send(job);
  await parts.settle();
  assertEquals([parts.agent.log, parts.memory.live.size], [["a: EXECUTOR_UNREACHABLE"], 0]);
});

Deno.test("RequestDispatch.send leaves a request alone whose outcome came before the executor's rejection", async () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a");
  const { promise, reject } = Promise.withResolvers<void>();
  parts.hand.take = () => promise;
  parts.dispatch.send(job);
  await parts.settle();
  const { id, due, token, attempt } = job;
  parts.inbox.outcome({ type: "outcome", v: JOB_VERSION, id, due, token, attempt, sending: 1, outcome: reply() });
  reject(new StagedError("too late to matter"));
  await parts.settle();
  assertEquals([parts.agent.log, parts.heard()], [["a: 200 hello"], ["dispatched", "settled"]]);
});

Deno.test("RequestDispatch.send leaves the row for its deadline when the verdict's handler meets a platform failure", async () => {
  for (const handle of [explode, () => Promise.reject(new StagedError("reset"))]) {
    const parts = new LedgerParts({ isPlatformFailure: (error) => error instanceof StagedError });
    const { job, row } = parts.place("a");
    parts.hand.take = explode;
    parts.agent.handle = handle;
    parts.dispatch.send(job);
    await parts.settle();
    assertEquals(parts.storage.get(row)?.payload, row.payload);
    assertEquals(parts.isArmed(), true);
  }
});

Deno.test("RequestDispatch.abort asks the executor in a microtask, with the token that proves it", async () => {
  const parts = new LedgerParts();
  const { job } = parts.make("a");
  parts.dispatch.abort(job, job.token);
  assertEquals(parts.hand.aborted, []);
  await parts.settle();
  assertEquals(parts.hand.aborted, [`${job.id}/${job.token}`]);
});

Deno.test("RequestDispatch.abort asks nothing while the request is there: its cancelling was undone", async () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a");
  parts.dispatch.abort(job, job.token);
  await parts.settle();
  assertEquals(parts.hand.aborted, []);
});

Deno.test("RequestDispatch.abort puts up with an executor that cannot, throws or rejects", async () => {
  const parts = new LedgerParts();
  const { job } = parts.make("a");
  for (const abort of [undefined, explode, () => Promise.reject(new StagedError("gone"))]) {
    Object.assign(parts.hand, { abort });
    parts.dispatch.abort(job, job.token);
    await parts.settle();
  }
  assertEquals(parts.heard(), []);
});

Deno.test("RequestDispatch.send sends nothing for a request whose outcome is kept", async () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a", { outcome: reply(), delivered: true });
  parts.dispatch.send(job);
  await parts.settle();
  assertEquals(parts.hand.jobs, []);
});
