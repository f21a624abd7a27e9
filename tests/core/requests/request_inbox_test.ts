import { assert, assertEquals, assertThrows } from "@std/assert";
import { RowTooLargeError } from "../../../core/errors.ts";
import type { Carried, Job } from "../../../core/job.ts";
import { readRequest, requestBody } from "../../../core/requests/request_row.ts";
import { MemoryStorage } from "../../../adapters/memory.ts";
import type { Row, RowKey } from "../../../core/storage.ts";
import { stringify } from "../../../core/serializer/mod.ts";
import { answer, beat, brief, onStorages, persist, reply, StagedError } from "../ledger_host.ts";
import { LedgerParts, type Place } from "../ledger_parts.ts";

/** A deferred request that an earlier instantiation sent and this one knows nothing of. */
function forgotten(parts: LedgerParts, carried: Partial<Carried> = {}): Place {
  const place = parts.make("a", { durability: "deferred", persistAfter: 500, heartbeat: 300 });
  const job: Job = {
    ...place.job,
    carried: { ...place.job.carried, ...carried, epoch: "before", durability: "deferred" },
  };
  return { ...place, job };
}

onStorages("RequestInbox.outcome settles a request, and answers once that is committed", (storage) => {
  const parts = new LedgerParts({ storage });
  const { job } = parts.place("a");
  assertEquals(parts.inbox.outcome(answer(job)), "settled");
  assertEquals([parts.agent.log, parts.rows(), parts.heard()], [["a: 200 hello"], [], ["settled"]]);
});

Deno.test("RequestInbox.outcome settles a request that memory alone holds", () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a", { durability: "memory" });
  assertEquals(parts.inbox.outcome(answer(job)), "settled");
  assertEquals([parts.agent.log, parts.memory.live.size], [["a: 200 hello"], 0]);
});

Deno.test("RequestInbox.outcome answers a copy as the first, and runs nothing", () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a");
  for (const sending of [1, 1, 2, 3]) assertEquals(parts.inbox.outcome(answer(job, reply(), sending)), "settled");
  assertEquals([parts.agent.log, parts.heard()], [["a: 200 hello"], ["settled"]]);
});

Deno.test("RequestInbox.outcome lets a copy wait for the handler that runs, and answers both at its end", async () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a");
  const { promise, resolve } = Promise.withResolvers<void>();
  parts.agent.handle = () => promise;
  const answers: string[] = [];
  const waiting = [1, 2].map(async (sending) => answers.push(await parts.inbox.outcome(answer(job, reply(), sending))));
  await parts.settle();
  assertEquals([answers, parts.rows().length], [[], 1]);
  resolve();
  await Promise.all(waiting);
  assertEquals([answers, parts.agent.log, parts.rows()], [["settled", "settled"], ["a: 200 hello"], []]);
});

onStorages("RequestInbox.outcome answers settled when the handler threw: the outcome is kept here", (storage) => {
  const parts = new LedgerParts({ storage });
  const { job } = parts.place("a", { named: true });
  parts.agent.handle = () => {
    throw new StagedError("the handler failed");
  };
  assertEquals(parts.inbox.outcome(answer(job)), "settled");
  assertEquals(parts.inbox.outcome(answer(job, reply(), 2)), "settled");
  assertEquals([parts.agent.log.length, parts.rows().length, parts.heard()], [1, 1, ["retrying"]]);
});

Deno.test("RequestInbox.outcome refuses a token that is not the request's own, whatever else is right", () => {
  const parts = new LedgerParts();
  for (const { job } of [parts.place("a"), parts.place("b", { durability: "deferred" })]) {
    assertEquals(parts.inbox.outcome(answer({ ...job, token: "forged" })), "unknown");
  }
  assertEquals([parts.agent.log, parts.rows().length, parts.memory.live.size], [[], 1, 1]);
  assertEquals(parts.events.map(({ type, elapsed }) => [type, elapsed]), [["refused", undefined], [
    "refused",
    undefined,
  ]]);
});

Deno.test("RequestInbox.outcome reports an outcome as late once the request has ended otherwise", () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a");
  parts.storage.take(job);
  parts.memory.end(job.token, job.due, parts.start);
  assertEquals(parts.inbox.outcome(answer(job)), "late");
  assertEquals([parts.agent.log, parts.heard()], [[], ["late"]]);
  const { outcome, attempt } = parts.events[0];
  assertEquals([outcome && brief(outcome), attempt], ["200 hello", 1]);
});

Deno.test("RequestInbox.outcome reports the same late outcome once, however often it is sent", () => {
  const parts = new LedgerParts();
  const { job } = parts.make("a");
  for (const sending of [1, 2, 3]) assertEquals(parts.inbox.outcome(answer(job, reply(), sending)), "late");
  assertEquals(parts.heard(), ["late"]);
});

Deno.test("RequestInbox.outcome reports a late outcome that cannot be read, without it", () => {
  const parts = new LedgerParts();
  const { job } = parts.make("a");
  for (const [text, sent] of [["nonsense", job], [stringify(5), { ...job, attempt: 2 }]] as const) {
    assertEquals(parts.inbox.outcome(answer(sent, text)), "late");
  }
  assertEquals(parts.events.map(({ type, outcome }) => [type, outcome]), [["late", undefined], ["late", undefined]]);
});

Deno.test("RequestInbox.outcome runs onLate for a late outcome, once, and never the continuation", () => {
  const parts = new LedgerParts();
  const { stored } = parts.make("late a");
  const { job } = parts.make("a", { onLate: stored.continuation });
  for (const sending of [1, 2]) assertEquals(parts.inbox.outcome(answer(job, reply(), sending)), "late");
  assertEquals([parts.agent.log, parts.heard(), parts.rows()], [["late a: 200 hello"], ["late"], []]);
});

Deno.test("RequestInbox.outcome leaves a stale dispatch's outcome aside while another dispatch is at work", () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a", { attempt: 2, onLate: "never" });
  assertEquals(parts.inbox.outcome(answer({ ...job, attempt: 1 })), "late");
  assertEquals([parts.agent.log, parts.rows().length, parts.heard()], [[], 1, ["stale"]]);
  assertEquals([parts.events[0].attempt, parts.events[0].elapsed], [1, 0]);
  assertEquals(parts.inbox.outcome(answer(job)), "settled");
});

onStorages("RequestInbox.outcome runs the continuation that came along when the request is forgotten", (storage) => {
  const parts = new LedgerParts({ storage });
  const { job } = forgotten(parts);
  assertEquals(parts.inbox.outcome(answer(job)), "settled");
  assertEquals(parts.inbox.outcome(answer(job, reply(), 2)), "settled");
  assertEquals([parts.agent.log, parts.rows(), parts.heard()], [["a: 200 hello"], [], ["settled"]]);
});

Deno.test("RequestInbox.outcome drops what an earlier instantiation may have taken, and reports it as ambiguous", () => {
  const parts = new LedgerParts();
  const { job } = forgotten(parts);
  for (const sending of [2, 3]) assertEquals(parts.inbox.outcome(answer(job, reply(), sending)), "late");
  assertEquals([parts.agent.log, parts.heard()], [[], ["ambiguous"]]);
});

Deno.test("RequestInbox.outcome drops a first delivery past its deadline: its request may have timed out", () => {
  const parts = new LedgerParts();
  const { job } = forgotten(parts);
  parts.clock.tick(job.due - parts.start);
  assertEquals(parts.inbox.outcome(answer(job)), "late");
  assertEquals([parts.agent.log, parts.heard()], [[], ["ambiguous"]]);
});

Deno.test("RequestInbox.outcome runs what is ambiguous where the caller would rather have it twice", () => {
  const parts = new LedgerParts();
  const { job } = forgotten(parts, { onAmbiguous: "run" });
  assertEquals(parts.inbox.outcome(answer(job, reply(), 2)), "settled");
  assertEquals(parts.agent.log, ["a: 200 hello"]);
});

Deno.test("RequestInbox.outcome calls nothing ambiguous that this instantiation itself has sent", () => {
  const parts = new LedgerParts();
  const { job } = parts.make("a", { durability: "deferred", onAmbiguous: "run" });
  assertEquals(parts.inbox.outcome(answer(job, reply(), 2)), "late");
  assertEquals([parts.agent.log, parts.heard()], [[], ["late"]]);
});

onStorages("RequestInbox.outcome keeps the outcome of a forgotten request whose handler throws", async (storage) => {
  const parts = new LedgerParts({ storage });
  const { job } = forgotten(parts);
  let failures = 1;
  parts.agent.handle = () => {
    if (failures-- > 0) throw new StagedError("the handler failed");
  };
  assertEquals(parts.inbox.outcome(answer(job)), "settled");
  assertEquals(parts.inbox.outcome(answer(job, reply(), 2)), "settled");
  await parts.advance(5_000);
  assertEquals([parts.agent.log, parts.rows()], [["a: 200 hello", "a: 200 hello"], []]);
  assertEquals(parts.events.map(({ type, elapsed }) => [type, elapsed]), [
    ["retrying", undefined],
    ["settled", undefined],
  ]);
});

Deno.test("RequestInbox.outcome lets a failure of the platform through: nothing is decided, the next sending counts", () => {
  let failing = true;
  const parts = new LedgerParts({ isPlatformFailure: () => failing });
  const { job } = parts.place("a");
  parts.agent.handle = () => {
    if (failing) throw new StagedError("reset");
  };
  assertThrows(() => parts.inbox.outcome(answer(job)), StagedError);
  failing = false;
  assertEquals(parts.inbox.outcome(answer(job, reply(), 2)), "settled");
  assertEquals(parts.heard(), ["settled"]);
});

/** A storage that counts how often a row is read. */
class CountingStorage extends MemoryStorage {
  reads = 0;

  override get(key: RowKey): Row | undefined {
    this.reads++;
    return super.get(key);
  }

  /** Taking a row reads it in one go. */
  override take(key: RowKey): Row | undefined {
    const { reads } = this;
    const row = super.take(key);
    this.reads = reads;
    return row;
  }
}

Deno.test("RequestInbox.outcome takes the row of a request that it knows without reading it first", () => {
  const storage = new CountingStorage();
  const parts = new LedgerParts({ storage });
  const { job, row, stored } = parts.place("a");
  parts.memory.write(row, stored);
  storage.reads = 0;
  assertEquals(parts.inbox.outcome(answer(job)), "settled");
  assertEquals([storage.reads, parts.agent.log, parts.rows()], [0, ["a: 200 hello"], []]);
  assertEquals(parts.memory.written(job), undefined);
  assertEquals(parts.inbox.outcome(answer(job, reply(), 2)), "settled");
  assertEquals(parts.agent.log.length, 1);
});

Deno.test("RequestInbox.outcome finds out when it takes the row that a request it knew is gone", () => {
  const parts = new LedgerParts();
  const { job, row, stored } = parts.place("a");
  parts.memory.write(row, stored);
  parts.storage.take(row);
  assertEquals(parts.inbox.outcome(answer(job)), "late");
  assertEquals([parts.agent.log, parts.heard(), parts.memory.written(row)], [[], ["late"], undefined]);
});

Deno.test("RequestInbox.outcome reads the row where what it knows does not fit the message", () => {
  const parts = new LedgerParts();
  const { job, row, stored } = parts.place("a");
  parts.memory.write(row, stored);
  const lost = { ...stored, attempt: 2 };
  parts.storage.move(row, { ...row, payload: requestBody(row, lost) });
  assertEquals(parts.inbox.outcome(answer({ ...job, attempt: 2 })), "settled");
  assertEquals([parts.agent.log, parts.rows()], [["a: 200 hello"], []]);
});

Deno.test("RequestInbox.heartbeat notes a sign of life, in memory only", () => {
  const parts = new LedgerParts();
  const { job, row } = parts.place("a", { live: true, heartbeat: 300, lease: 600 });
  parts.clock.tick(450);
  assertEquals(parts.inbox.heartbeat(beat(job)), "pending");
  assertEquals(parts.live(job.id).lastSeen, parts.start + 450);
  assertEquals([parts.rows(), parts.heard()], [[row], []]);
});

Deno.test("RequestInbox.heartbeat tells an executor to give up when nothing waits for it", () => {
  const parts = new LedgerParts();
  const gone = parts.make("a");
  const again = parts.place("b", { attempt: 2 });
  assertEquals(parts.inbox.heartbeat(beat(gone.job)), "late");
  assertEquals(parts.inbox.heartbeat(beat({ ...again.job, attempt: 1 })), "late");
  assertEquals(parts.inbox.heartbeat(beat({ ...again.job, token: "forged" })), "unknown");
  assertEquals(parts.heard(), ["refused"]);
});

Deno.test("RequestInbox.heartbeat after a restart takes the executor's lease up again", () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a", { heartbeat: 300, lease: 600 });
  parts.clock.tick(450);
  assertEquals(parts.inbox.heartbeat(beat(job)), "pending");
  assertEquals([parts.live(job.id).lastSeen, parts.live(job.id).row], [parts.start + 450, true]);
});

onStorages("RequestInbox.persist writes down what memory held, and arms the alarm", (storage) => {
  const parts = new LedgerParts({ storage });
  const { job, row } = parts.place("a", { durability: "deferred", persistAfter: 500, lease: 600, heartbeat: 300 });
  parts.clock.tick(500);
  assertEquals(parts.inbox.persist(persist(job)), "pending");
  assertEquals(parts.rows(), [row]);
  const { row: written, lastSeen } = parts.live(job.id);
  assertEquals([written, lastSeen, parts.isArmed(), parts.heard()], [true, parts.start + 500, true, ["persisted"]]);
});

Deno.test("RequestInbox.persist writes once, however often it is asked", () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a", { durability: "deferred", persistAfter: 500 });
  for (let nth = 0; nth < 3; nth++) assertEquals(parts.inbox.persist(persist(job)), "pending");
  assertEquals([parts.rows().length, parts.heard()], [1, ["persisted"]]);
});

onStorages("RequestInbox.persist writes down what only the job knows when the request is forgotten", (storage) => {
  const parts = new LedgerParts({ storage });
  const { job, stored, row } = forgotten(parts, { onLate: "late", onAmbiguous: "run" });
  assertEquals(parts.inbox.persist(persist(job)), "pending");
  const again = { request: job.request, policy: {} };
  const seen = parts.start;
  const expected = { ...stored, lease: 600, seen, again, onLate: "late", onAmbiguous: "run", deferred: true };
  assertEquals(readRequest(parts.rows()[0]).stored, expected);
  assertEquals([parts.rows()[0].due, parts.isArmed()], [row.due, true]);
  assertEquals(parts.inbox.outcome(answer(job)), "settled");
  assertEquals([parts.agent.log, parts.rows()], [["a: 200 hello"], []]);
});

Deno.test("RequestInbox.persist does not write a forgotten request down again once its deadline has passed", () => {
  const parts = new LedgerParts();
  const { job } = forgotten(parts);
  parts.clock.tick(job.due - parts.start);
  assertEquals([parts.inbox.persist(persist(job)), parts.rows()], ["late", []]);
});

Deno.test("RequestInbox.persist writes nothing for a request that has ended, was sent here, or is another's", () => {
  const parts = new LedgerParts();
  const settled = forgotten(parts);
  parts.inbox.outcome(answer(settled.job));
  assertEquals(parts.inbox.persist(persist(settled.job)), "late");
  const own = parts.make("b", { durability: "deferred" });
  assertEquals(parts.inbox.persist(persist(own.job)), "late");
  const held = parts.place("c", { durability: "deferred" });
  assertEquals(parts.inbox.persist(persist({ ...held.job, token: "forged" })), "unknown");
  assertEquals([parts.rows(), parts.heard()], [[], ["settled", "refused"]]);
});

Deno.test("RequestInbox.persist refuses a forgotten job that does not carry its continuation, or no request", () => {
  const parts = new LedgerParts();
  const { job } = forgotten(parts, { continuation: undefined });
  assertEquals(parts.inbox.persist(persist(job)), "unknown");
  assertEquals(parts.inbox.persist(persist({ ...forgotten(parts).job, request: "nonsense" })), "unknown");
  assertEquals([parts.rows(), parts.memory.live.size, parts.heard()], [[], 0, ["refused", "refused"]]);
});

Deno.test("RequestInbox.persist refuses a forgotten job that does not fit a row, and stores nothing", () => {
  const parts = new LedgerParts();
  const { job } = forgotten(parts, { continuation: "c".repeat(2_000_000) });
  assertThrows(() => parts.inbox.persist(persist(job)), RowTooLargeError);
  assertEquals([parts.rows(), parts.heard()], [[], []]);
});

Deno.test("RequestInbox.persist writes nothing for a dispatch that another has replaced", () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a", { durability: "deferred", attempt: 2 });
  assertEquals([parts.inbox.persist(persist({ ...job, attempt: 1 })), parts.rows()], ["late", []]);
  assert(!parts.live(job.id).row);
});

onStorages(
  "RequestInbox keeps a forgotten request findable under the caller's id, written down or failed",
  async (storage) => {
    const parts = new LedgerParts({ storage });
    const before = { epoch: "before", durability: "deferred" } as const;
    const persisted = parts.make("a", { durability: "deferred", named: true }).job;
    parts.inbox.persist(persist({ ...persisted, carried: { ...persisted.carried, ...before } }));
    assertEquals(storage.find("named-a")?.due, persisted.due);
    const failed = parts.make("b", { durability: "deferred", named: true }).job;
    parts.agent.handle = () => {
      throw new StagedError("the handler failed");
    };
    await parts.inbox.outcome(answer({ ...failed, carried: { ...failed.carried, ...before } }));
    assertEquals(storage.find("named-b")?.due, parts.start + 1_000);
  },
);
