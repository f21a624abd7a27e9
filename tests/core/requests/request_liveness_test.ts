import { assert, assertEquals } from "@std/assert";
import { readRequest } from "../../../core/requests/request_row.ts";
import { answer, onStorages, reply, StagedError } from "../ledger_host.ts";
import { LedgerParts, type Placed } from "../ledger_parts.ts";
import { errorIn } from "../unruly_server.ts";

const BEATING = { timeout: 60_000, heartbeat: 300, lease: 600 } as const;

/** A request whose executor is watched. */
function watched(parts: LedgerParts, more: Placed = {}) {
  const place = parts.place("a", { ...BEATING, live: true, ...more });
  const live = parts.live(place.job.id);
  parts.liveness.watch(live);
  return { ...place, live };
}

/** What a further dispatch of a placed request needs. */
function again(parts: LedgerParts) {
  return { request: parts.make("a").job.request, policy: {} };
}

Deno.test("RequestLiveness.watch arms the alarm for the end of the lease, and no timer", () => {
  for (const durability of ["strict", "deferred"] as const) {
    const parts = new LedgerParts();
    watched(parts, { durability });
    assertEquals([parts.storage.armedAt(), parts.clock.pending], [parts.start + 600, 0]);
  }
});

Deno.test("RequestLiveness.watch arms for the deadline of a request that only memory holds", () => {
  const parts = new LedgerParts();
  const { job, live } = watched(parts, { durability: "deferred", heartbeat: undefined, lease: undefined });
  assertEquals([parts.storage.armedAt(), live.stored.lease], [job.due, undefined]);
});

Deno.test("RequestLiveness.watch gives a memory request a timer, and no alarm", async () => {
  const parts = new LedgerParts();
  watched(parts, { durability: "memory", heartbeat: undefined, lease: undefined });
  assertEquals([parts.storage.armedAt(), parts.clock.pending], [undefined, 1]);
  await parts.advance(69_999);
  assertEquals(parts.agent.log, []);
  await parts.advance(1);
  assertEquals([parts.agent.log, parts.clock.pending, parts.memory.live.size], [["a: TIMEOUT"], 0, 0]);
});

Deno.test("RequestLiveness.nextWake tells the next end of a lease after an instant, memory requests left out", () => {
  const parts = new LedgerParts();
  assertEquals(parts.liveness.nextWake(0), undefined);
  watched(parts, { durability: "memory" });
  assertEquals(parts.liveness.nextWake(0), undefined);
  watched(parts);
  watched(parts, { lease: 900 });
  assertEquals(parts.liveness.nextWake(0), parts.start + 600);
  assertEquals(parts.liveness.nextWake(parts.start + 600), parts.start + 900);
  assertEquals(parts.liveness.nextWake(parts.start + 900), undefined);
});

onStorages(
  "RequestLiveness ends a silent request that must not be sent twice: lost, and ambiguous",
  async (storage) => {
    const parts = new LedgerParts({ storage });
    const { job } = watched(parts, { method: "POST" });
    await parts.advance(599);
    assertEquals(parts.agent.log, []);
    await parts.advance(1);
    const error = errorIn(parts.agent.results[0]);
    assertEquals([error.code, error.ambiguous, error.timings.total], ["EXECUTOR_LOST", true, 600]);
    assertEquals([parts.rows(), parts.hand.jobs, parts.heard()], [[], [], ["lost", "settled"]]);
    assertEquals(parts.inbox.outcome(answer(job)), "late");
  },
);

onStorages(
  "RequestLiveness sends a silent idempotent request again, within what is left of its budget",
  async (storage) => {
    const parts = new LedgerParts({ storage });
    const { job } = watched(parts, { again: again(parts) });
    await parts.advance(600);
    const second = parts.hand.job();
    assertEquals([second.attempt, second.timeout, second.due], [2, 59_400, job.due]);
    assertEquals([second.token, second.request, second.heartbeat], [job.token, job.request, 300]);
    assertEquals(readRequest(parts.rows()[0]).stored.attempt, 2);
    assertEquals([parts.agent.log, parts.heard(), parts.isArmed()], [[], ["lost", "dispatched"], true]);
    assertEquals(parts.inbox.outcome(answer(job)), "late");
    assertEquals(parts.inbox.outcome(answer(second)), "settled");
    assertEquals(parts.heard(), ["lost", "dispatched", "stale", "settled"]);
  },
);

Deno.test("RequestLiveness hands a request to three executors at most", async () => {
  const parts = new LedgerParts();
  watched(parts, { again: again(parts) });
  await parts.advance(1_800);
  assertEquals(parts.hand.jobs.map(({ attempt }) => attempt), [2, 3]);
  const error = errorIn(parts.agent.results[0]);
  assertEquals([error.code, error.ambiguous, error.attempt], ["EXECUTOR_LOST", false, 3]);
});

Deno.test("RequestLiveness does not send again once the budget is used up", async () => {
  const parts = new LedgerParts();
  watched(parts, { again: again(parts), timeout: 600 });
  await parts.advance(600);
  assertEquals([parts.hand.jobs, parts.agent.log], [[], ["a: EXECUTOR_LOST"]]);
});

Deno.test("RequestLiveness does not send again what was too large to be written down", async () => {
  const parts = new LedgerParts();
  watched(parts, { idempotent: true });
  await parts.advance(600);
  assertEquals([parts.hand.jobs, parts.agent.log], [[], ["a: EXECUTOR_LOST"]]);
});

Deno.test("RequestLiveness.alive puts the end of the lease off, and writes nothing", async () => {
  const parts = new LedgerParts();
  const { job, row } = watched(parts, { method: "POST" });
  for (let nth = 0; nth < 10; nth++) {
    await parts.advance(300);
    parts.liveness.alive(job, row);
  }
  assertEquals([parts.agent.log, parts.rows()], [[], [row]]);
  await parts.advance(600);
  assertEquals(parts.agent.log, ["a: EXECUTOR_LOST"]);
});

Deno.test("RequestLiveness.alive passes over a request of which neither row nor memory tells", () => {
  const parts = new LedgerParts();
  parts.liveness.alive(parts.make("a").job, undefined);
  assertEquals(parts.memory.live.size, 0);
});

onStorages(
  "RequestLiveness gives every executor a whole lease after a restart, from the first alarm on",
  async (storage) => {
    const before = new LedgerParts({ storage });
    const { row } = watched(before, { method: "POST" });
    const parts = new LedgerParts({ storage });
    await parts.advance(600);
    assertEquals([parts.agent.log, parts.live(row.id).lastSeen], [[], parts.start + 600]);
    await parts.advance(599);
    assertEquals(parts.agent.log, []);
    await parts.advance(1);
    assertEquals(parts.agent.log, ["a: EXECUTOR_LOST"]);
  },
);

Deno.test("RequestLiveness looks through a page of rows at each alarm after a restart, not through all", () => {
  const before = new LedgerParts();
  const filler = { kind: "once", payload: "", named: false };
  for (let i = 0; i < 1_000; i++) before.storage.insert({ due: before.start + 9_000 + i, id: `${i}`, ...filler });
  const { row } = watched(before, { timeout: 9_000, grace: 200 });
  const parts = new LedgerParts({ storage: before.storage });
  let read = 0;
  const due = parts.storage.due.bind(parts.storage);
  parts.storage.due = (...args) => {
    const rows = due(...args);
    read += rows.length;
    return rows;
  };
  parts.liveness.wake(parts.start);
  assertEquals([read, parts.memory.live.size], [128, 0]);
  parts.liveness.wake(parts.start + 1);
  assertEquals([read, parts.memory.live.has(row.id)], [256, true]);
  for (let i = 2; i < 20; i++) parts.liveness.wake(parts.start + i);
  assertEquals(read, 1_001, "each row is looked at once");
});

Deno.test("RequestLiveness watches no request after a restart whose outcome is kept, or that has no lease", () => {
  const parts = new LedgerParts();
  parts.place("a", { timeout: 60_000 });
  parts.place("b", { ...BEATING, outcome: reply(), delivered: true });
  parts.liveness.wake(parts.start);
  assertEquals(parts.memory.live.size, 0);
});

Deno.test("RequestLiveness.wake drops a request that ended without it", () => {
  const parts = new LedgerParts();
  const { row } = watched(parts);
  parts.storage.take(row);
  assertEquals(parts.liveness.wake(parts.start + 600), undefined);
  assertEquals([parts.memory.live.size, parts.agent.log, parts.heard()], [0, [], []]);
});

Deno.test("RequestLiveness.wake leaves a request alone whose handler runs", async () => {
  const parts = new LedgerParts();
  const { job } = watched(parts, { again: again(parts) });
  const { promise, resolve } = Promise.withResolvers<void>();
  parts.agent.handle = () => promise;
  const settling = parts.inbox.outcome(answer(job));
  await parts.advance(5_000);
  assertEquals([parts.hand.jobs, parts.agent.log], [[], ["a: 200 hello"]]);
  resolve();
  assertEquals(await settling, "settled");
});

Deno.test("RequestLiveness.wake has the alarm wait for an asynchronous handler of a verdict", async () => {
  const parts = new LedgerParts();
  watched(parts, { method: "POST" });
  const { promise, resolve } = Promise.withResolvers<void>();
  parts.agent.handle = () => promise;
  const running = parts.liveness.wake(parts.start + 600);
  assert(running instanceof Promise);
  assertEquals(parts.rows().length, 1);
  resolve();
  await running;
  assertEquals(parts.rows(), []);
});

onStorages("RequestLiveness.settleDue ends a request at its deadline with TIMEOUT", async (storage) => {
  const parts = new LedgerParts({ storage });
  const { row, job } = parts.place("a", { method: "POST" });
  await parts.advance(29_999);
  assertEquals([parts.agent.log, parts.rows()], [[], [row]]);
  await parts.advance(1);
  const error = errorIn(parts.agent.results[0]);
  assertEquals([error.code, error.ambiguous, error.detail], ["TIMEOUT", true, "20000 ms"]);
  assertEquals([parts.rows(), parts.heard()], [[], ["settled"]]);
  assertEquals(parts.inbox.outcome(answer(job)), "late");
});

Deno.test("RequestLiveness.runDue runs the continuation on the verdict, or on the outcome that was kept", () => {
  const parts = new LedgerParts();
  parts.liveness.runDue(parts.make("a").row);
  parts.liveness.runDue(parts.make("b", { outcome: reply("kept"), delivered: true }).row);
  assertEquals(parts.agent.log, ["a: TIMEOUT", "b: 200 kept"]);
});

Deno.test("RequestLiveness tries a verdict again whose handler threw, as the same verdict", async () => {
  const parts = new LedgerParts();
  let failures = 1;
  parts.agent.handle = () => {
    if (failures-- > 0) throw new StagedError("the handler failed");
  };
  const { stored } = parts.place("a");
  await parts.advance(31_000);
  assertEquals([parts.agent.log, parts.rows()], [["a: TIMEOUT", "a: TIMEOUT"], []]);
  assertEquals(errorIn(parts.agent.results[1]).timings, errorIn(parts.agent.results[0]).timings);
  assertEquals(parts.memory.ended(stored.token)?.settled, undefined);
});

onStorages("RequestLiveness.loseAll sends again what may be repeated, and ends the rest", async (storage) => {
  const parts = new LedgerParts({ storage });
  parts.place("get", { again: again(parts) });
  parts.place("post", { method: "POST" });
  parts.place("kept", { outcome: reply(), delivered: true });
  parts.liveness.loseAll();
  await parts.settle();
  assertEquals(parts.hand.jobs.map(({ attempt }) => attempt), [2]);
  assertEquals([parts.agent.log, parts.rows().length], [["post: EXECUTOR_LOST"], 2]);
  assertEquals(parts.heard(), ["lost", "lost", "settled", "dispatched"]);
});

Deno.test("RequestLiveness ends a deferred request that nobody wrote down at its deadline", async () => {
  const parts = new LedgerParts();
  watched(parts, { durability: "deferred", heartbeat: undefined, lease: undefined, timeout: 20_000 });
  await parts.advance(30_000);
  assertEquals([parts.agent.log, parts.rows(), parts.memory.live.size], [["a: TIMEOUT"], [], 0]);
});

Deno.test("RequestLiveness keeps the way a memory request goes when it sends it again, and its timer", async () => {
  const parts = new LedgerParts();
  const route = { strategy: "queue" } as const;
  const { job } = watched(parts, { durability: "memory", again: { ...again(parts), via: route } });
  await parts.advance(600);
  const second = parts.hand.job();
  assertEquals([second.attempt, second.via, second.carried], [2, route, job.carried]);
  assertEquals([parts.clock.pending, parts.rows()], [1, []]);
  parts.inbox.outcome(answer(second));
  assertEquals([parts.clock.pending, parts.agent.log], [0, ["a: 200 hello"]]);
});

Deno.test("RequestLiveness sends a written-down deferred request again as a strict one: its row has the continuation", async () => {
  const parts = new LedgerParts();
  const { job } = watched(parts, { durability: "deferred", persistAfter: 100, again: again(parts) });
  parts.inbox.persist({ type: "persist", v: 1, job });
  await parts.advance(600);
  const { attempt, carried, persistAfter } = parts.hand.job();
  assertEquals([attempt, carried, persistAfter], [2, { epoch: "this", durability: "strict" }, undefined]);
});

Deno.test("RequestLiveness asks for an alarm while a handler runs on a row: should the object die, its row needs one", () => {
  const parts = new LedgerParts();
  const running = { attempt: 1, delivered: true, kept: false, token: "t", done: Promise.resolve() };
  parts.memory.running.set("b", { ...running, row: false });
  assertEquals(parts.liveness.nextWake(parts.start), undefined);
  parts.memory.running.set("a", { ...running, row: true });
  assertEquals(parts.liveness.nextWake(parts.start), parts.start + 60_000);
});

onStorages(
  "RequestLiveness leaves no row without an alarm whose handler never ends, and dies with the object",
  async (storage) => {
    const before = new LedgerParts({ storage });
    const { job } = before.place("a");
    before.agent.handle = () => new Promise(() => {});
    void before.inbox.outcome(answer(job));
    await before.advance(40_000);
    assertEquals([before.rows().length, storage.armedAt() !== undefined], [1, true]);
    const parts = new LedgerParts({ storage });
    await parts.advance(120_000);
    assertEquals([parts.agent.log, parts.rows()], [["a: TIMEOUT"], []]);
  },
);

Deno.test("RequestLiveness tries a verdict of a memory request again when the platform was in its way", async () => {
  let failing = true;
  const parts = new LedgerParts({ isPlatformFailure: (error) => error instanceof StagedError });
  parts.agent.handle = () => {
    if (failing) throw new StagedError("the storage is full");
  };
  watched(parts, { durability: "memory", heartbeat: undefined, lease: undefined });
  await parts.advance(70_500);
  assertEquals([parts.agent.log.length, parts.memory.live.size, parts.clock.pending], [1, 1, 1]);
  failing = false;
  await parts.advance(500);
  assertEquals([parts.agent.log, parts.memory.live.size], [["a: TIMEOUT", "a: TIMEOUT"], 0]);
});

Deno.test("RequestLiveness.wake looks at every request, whatever the verdict of one of them meets", async () => {
  const parts = new LedgerParts({ isPlatformFailure: (error) => error instanceof StagedError });
  let failing = true;
  const [, second] = [1, 2].map(() => watched(parts, { method: "POST" }));
  parts.agent.handle = () => {
    if (failing) {
      failing = false;
      throw new StagedError("reset");
    }
  };
  const woken = parts.liveness.wake(parts.start + 600);
  await woken?.catch(() => {});
  assertEquals([parts.agent.log.length, parts.storage.get(second.row)], [2, undefined]);
  assertEquals(parts.rows().length, 1);
});

Deno.test("RequestLiveness does not send again what must not be sent twice, even where it could", async () => {
  const parts = new LedgerParts();
  watched(parts, { idempotent: false, again: again(parts) });
  await parts.advance(600);
  assertEquals([parts.hand.jobs, parts.agent.log], [[], ["a: EXECUTOR_LOST"]]);
});

Deno.test("RequestLiveness walks the rows once, at its first alarm: what comes later it knows from the call", () => {
  const parts = new LedgerParts();
  parts.liveness.wake(parts.start);
  parts.place("a", BEATING);
  parts.liveness.wake(parts.start);
  assertEquals(parts.memory.live.size, 0);
});

Deno.test("RequestLiveness keeps a request whose handler runs at its deadline, until it is known to have ended", async () => {
  const parts = new LedgerParts({ isPlatformFailure: (error) => error instanceof StagedError });
  const { job } = watched(parts, { durability: "memory", heartbeat: undefined, lease: undefined });
  const { promise, reject } = Promise.withResolvers<void>();
  parts.agent.handle = () => promise;
  const settling = Promise.resolve(parts.inbox.outcome(answer(job))).catch(() => "no answer");
  await parts.advance(80_000);
  reject(new StagedError("reset"));
  assertEquals([await settling, parts.memory.live.size], ["no answer", 1]);
  parts.agent.handle = () => {};
  assertEquals(parts.inbox.outcome(answer(job, reply(), 2)), "settled");
});
