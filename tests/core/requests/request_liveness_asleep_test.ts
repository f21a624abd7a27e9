import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { continuation } from "../../../core/continuation.ts";
import type { HeldJob } from "../../../core/executor.ts";
import type { Job } from "../../../core/job.ts";
import { readRequest, requestBody, type StoredRequest } from "../../../core/requests/request_row.ts";
import { RequestSync, ResponseSync } from "../../../core/serializer/mod.ts";
import type { Row, RowKey } from "../../../core/storage.ts";
import {
  type Agent,
  answer,
  beat,
  HandExecutor,
  LedgerHost,
  onStorages,
  persist,
  StagedError,
  urlOf,
} from "../ledger_host.ts";
import { LedgerParts } from "../ledger_parts.ts";

const LONG = { timeout: 300_000 } as const;

/** Counts what is written to rows that are there. */
class Counting extends MemoryStorage {
  moves = 0;
  full = false;
  override move(key: RowKey, row: Row): boolean {
    if (this.full) throw new StagedError("the storage is full");
    this.moves++;
    return super.move(key, row);
  }
}

function post(label: string): RequestSync {
  return new RequestSync(urlOf(label), { method: "POST" });
}

function stored(host: LedgerHost, nth = 0): StoredRequest {
  return readRequest(host.rows()[nth]).stored;
}

/** Lets time pass in an object that is evicted before every alarm, as one that hibernates between them. */
async function sleep(host: LedgerHost, ms: number): Promise<void> {
  const until = host.clock.now() + ms;
  for (let armed = host.storage.armedAt(); armed !== undefined && armed <= until; armed = host.storage.armedAt()) {
    await host.advance(Math.max(0, armed - 1 - host.clock.now()));
    host.restart();
    await host.advance(1);
  }
  await host.advance(until - host.clock.now());
}

onStorages("RequestLiveness knows a dead executor after two leases, though the object sleeps", async (storage) => {
  const host = new LedgerHost({ storage });
  await host.sent("a", LONG, post("a"));
  await sleep(host, 79_999);
  assertEquals([host.agent.log, stored(host).seen], [[], host.start + 40_000]);
  await sleep(host, 1);
  assertEquals([host.agent.log, host.rows()], [["a: EXECUTOR_LOST"], []]);
});

onStorages("RequestLiveness knows a dead executor in a host that starts a process for each alarm", async (storage) => {
  const host = new LedgerHost({ storage });
  await host.sent("a", LONG, post("a"));
  const fired: number[] = [];
  for (let armed = storage.armedAt(); armed !== undefined && host.rows().length > 0; armed = storage.armedAt()) {
    await host.clock.tickAsync(armed - host.clock.now());
    host.restart();
    fired.push(host.clock.now() - host.start);
    await host.alarms.onAlarm();
  }
  assertEquals([fired, host.agent.log], [[40_000, 80_000], ["a: EXECUTOR_LOST"]]);
});

onStorages("RequestLiveness knows a death one lease after a sign of life that met a new instance", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a", LONG, post("a"));
  for (let nth = 1; nth <= 5; nth++) {
    await sleep(host, 20_000);
    host.restart();
    assertEquals(await host.requests.deliver(beat(job)), "pending");
    assertEquals(stored(host).seen, host.start + nth * 20_000);
  }
  await sleep(host, 39_999);
  assertEquals(host.agent.log, []);
  await sleep(host, 1);
  assertEquals([host.agent.log, host.rows()], [["a: EXECUTOR_LOST"], []]);
});

onStorages("RequestLiveness sends again one lease after the other though the object sleeps", async (storage) => {
  const host = new LedgerHost({ storage });
  await host.sent("a", LONG);
  await sleep(host, 120_000);
  assertEquals(host.hand.jobs.map(({ attempt, timeout }) => [attempt, timeout]), [[1, 300_000], [2, 220_000], [
    3,
    180_000,
  ]]);
  assertEquals([stored(host).attempt, stored(host).seen], [3, host.start + 120_000]);
  await sleep(host, 40_000);
  assertEquals(host.agent.log, ["a: EXECUTOR_LOST"]);
});

Deno.test("RequestLiveness writes no sign of life down in an object that stays awake, and each once it has forgotten one", async () => {
  const storage = new Counting();
  const host = new LedgerHost({ storage });
  const job = await host.sent("a", LONG, post("a"));
  const beats = async (count: number): Promise<number> => {
    const before = storage.moves;
    for (let nth = 0; nth < count; nth++) {
      await host.advance(20_000);
      await host.requests.deliver(beat(job));
    }
    return storage.moves - before;
  };
  assertEquals(await beats(5), 0);
  host.restart();
  assertEquals(await beats(1), 1);
  assertEquals(await beats(4), 4);
  assertEquals([host.agent.log, stored(host).seen], [[], host.clock.now()]);
  assertEquals(await host.requests.deliver(answer(job)), "settled");
  assertEquals([host.agent.log, host.rows()], [["a: 200 hello"], []]);
});

Deno.test("RequestLiveness writes a row once when several messages come in one millisecond", async () => {
  const storage = new Counting();
  const host = new LedgerHost({ storage });
  const job = await host.sent("a", LONG);
  host.restart();
  for (let nth = 0; nth < 3; nth++) await host.requests.deliver(beat(job));
  assertEquals(storage.moves, 1);
});

Deno.test("RequestLiveness takes a sign of life from the future, by a clock that was set back, for one of this moment", async () => {
  const host = new LedgerHost();
  await host.sent("a", LONG, post("a"));
  const [row] = host.rows();
  const seen = host.start + 3_600_000;
  host.storage.move(row, { ...row, payload: requestBody(row, { ...stored(host), seen }) });
  assertEquals(stored(host).seen, seen);
  await sleep(host, 40_000);
  assertEquals(stored(host).seen, host.start + 40_000);
  await sleep(host, 40_000);
  assertEquals(host.agent.log, ["a: EXECUTOR_LOST"]);
});

Deno.test("RequestLiveness watches a deferred request that an object writes down which has forgotten it", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a", { ...LONG, durability: "deferred" });
  host.storage.disarm();
  host.restart();
  await host.advance(2_000);
  assertEquals(await host.requests.deliver(persist(job)), "pending");
  assertEquals([stored(host).seen, host.storage.armedAt()], [host.start + 2_000, host.start + 42_000]);
  await sleep(host, 40_000);
  assertEquals(host.hand.jobs.map(({ attempt }) => attempt), [1, 2]);
});

onStorages(
  "RequestLiveness looks through page after page, an alarm for each, and tells each loss in time",
  async (storage) => {
    const host = new LedgerHost({ storage, listen: false });
    for (let nth = 0; nth < 300; nth++) host.call(`${nth}`, LONG, post(`${nth}`));
    await host.settle();
    host.restart();
    await host.advance(79_999);
    assertEquals(host.agent.log, []);
    const known: number[] = [];
    for (let nth = 0; nth < 4; nth++) {
      await host.advance(1);
      known.push(host.agent.log.length);
    }
    assertEquals([known, host.rows()], [[128, 256, 300, 300], []]);
    assert(host.agent.log.every((line) => line.endsWith(": EXECUTOR_LOST")));
  },
);

Deno.test("RequestLiveness sets no alarm for pages that are due later than a quarter of an hour", async () => {
  const host = new LedgerHost({ listen: false });
  const [ctn, result] = [continuation<Agent>(), new ResponseSync("hello")];
  for (let nth = 0; nth < 300; nth++) host.alarms.schedule(901 + nth, ctn.onReply(`${nth}`, result));
  host.alarms.schedule(1, ctn.onReply("first", result));
  host.restart();
  await host.advance(1_000);
  assertEquals(host.storage.armedAt(), host.start + 901_000);
});

Deno.test("RequestLiveness leaves the row alone whose handler runs when its page comes", async () => {
  const parts = new LedgerParts();
  const { job, row } = parts.place("a", { timeout: 60_000, heartbeat: 300, lease: 600 });
  const { promise, resolve } = Promise.withResolvers<void>();
  parts.agent.handle = () => promise;
  const settling = parts.inbox.outcome(answer(job));
  parts.liveness.wake(parts.start + 600);
  assertEquals(parts.rows(), [row]);
  resolve();
  assertEquals([await settling, parts.rows()], ["settled", []]);
});

Deno.test("RequestLiveness.wake watches a request although the storage cannot note that its executor is alive", async () => {
  const storage = new Counting();
  const parts = new LedgerParts({ storage });
  const { job } = parts.place("a", { method: "POST", timeout: 60_000, heartbeat: 300, lease: 600 });
  storage.full = true;
  await assertRejects(() => Promise.resolve(parts.liveness.wake(parts.start)), StagedError);
  storage.full = false;
  assert(parts.memory.live.has(job.id));
  await parts.advance(600);
  assertEquals(parts.agent.log, ["a: EXECUTOR_LOST"]);
});

Deno.test("RequestLiveness.wake passes over a row that it cannot read", () => {
  const parts = new LedgerParts();
  const { row } = parts.place("a", { timeout: 60_000, heartbeat: 300, lease: 600 });
  const { job } = parts.place("b", { timeout: 60_000, heartbeat: 300, lease: 600 });
  parts.storage.move(row, { ...row, payload: '9\n{"lease":1}' });
  assertEquals(parts.liveness.wake(parts.start), undefined);
  assertEquals([...parts.memory.live.keys()], [job.id]);
});

Deno.test("RequestLiveness.loseAll leaves what an asynchronous handler meets at its end to the deadline", async () => {
  const parts = new LedgerParts({ isPlatformFailure: (error) => error instanceof StagedError });
  const { row } = parts.place("a", { method: "POST" });
  parts.agent.handle = () => Promise.reject(new StagedError("the storage is full"));
  parts.liveness.loseAll();
  await parts.settle();
  assertEquals([parts.agent.log, parts.rows()], [["a: EXECUTOR_LOST"], [row]]);
});

Deno.test("RequestLiveness.loseAll leaves a job to whoever holds it, and ends it when nobody does", async () => {
  const held = { strategy: "queue" } as const;
  const believing = new LedgerParts();
  const { row } = believing.place("a", { held });
  believing.liveness.loseAll();
  assertEquals([believing.rows(), believing.heard()], [[row], []]);
  const asked: HeldJob[] = [];
  const hand = new HandExecutor();
  const executor = {
    maxTimeout: Infinity,
    dispatch: (job: Job) => hand.dispatch(job),
    holds(job: HeldJob) {
      asked.push(job);
      return job.url.endsWith("b");
    },
  };
  const parts = new LedgerParts({ executor });
  const places = ["b", "c"].map((label) => parts.place(label, { held }));
  parts.liveness.loseAll();
  await parts.settle();
  assertEquals([parts.rows(), parts.agent.log], [[places[0].row], ["c: EXECUTOR_LOST"]]);
  const byToken = asked.toSorted((a, b) => a.token < b.token ? -1 : 1);
  assertEquals(byToken, places.map(({ job: { id, token }, stored: { url } }) => ({ id, token, url, via: held })));
});
