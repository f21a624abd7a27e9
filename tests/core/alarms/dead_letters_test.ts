import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
import { bury } from "../../../core/alarms/dead_letters.ts";
import { decodePayload, encodePayload } from "../../../core/alarms/row_payload.ts";
import { type Stage, stage } from "../alarm_stage.ts";
import type { MemoryStorage } from "../../../adapters/memory.ts";
import { DEAD_DUE, type Row } from "../../../core/storage.ts";
import { answer, LedgerHost, StagedError } from "../ledger_host.ts";

function explode(): never {
  throw new StagedError("the handler failed");
}

/** A stage on which a try is the last. */
function strict(): Stage<MemoryStorage> {
  return stage({ retry: { attempts: 1 } });
}

function letters({ alarms }: Stage<MemoryStorage>): string[] {
  return alarms.getDeadLetters().map(({ id, of, kind, runs }) => `${id} of ${of}: ${kind} × ${runs}`);
}

Deno.test("a schedule that fails for the last time is a dead letter, which says what and why", async () => {
  const { alarms, clock, ctn, advance, events } = stage();
  const { id, continuation, due } = alarms.schedule(1, ctn.fail("job", 9));
  await advance(60_000);
  const [letter] = alarms.getDeadLetters();
  const { error, ...rest } = letter;
  assertEquals(rest, { id, of: id, kind: "once", due, failures: 3, runs: 1, body: continuation });
  assertEquals([error?.name, error?.message], ["HandlerError", "job failed"]);
  assertEquals([alarms.getSchedule(id), alarms.cancelSchedule(id)], [undefined, undefined]);
  assertEquals(events.map(({ type }) => type), ["retrying", "retrying", "dead"]);
  assertEquals(clock.now() > due, true);
});

Deno.test("a dead letter leaves its explicit id free for another schedule, and a second one takes another id", async () => {
  const it = strict();
  for (let i = 0; i < 3; i++) {
    it.alarms.schedule(1, it.ctn.fail(`job ${i}`, 9), { id: "job" });
    await it.advance(1_000);
  }
  assertEquals(letters(it), ["job of job: once × 1", "job~2 of job: once × 1", "job~3 of job: once × 1"]);
});

Deno.test("a cron schedule whose run fails for the last time goes on, with one letter for all such runs", async () => {
  const it = strict();
  it.alarms.schedule("* * * * *", it.ctn.fail("job", 3), { id: "cron" });
  await it.advance(5 * 60_000);
  assertEquals(it.actor.log, ["job#1", "job#2", "job#3", "job#4", "job#5"]);
  assertEquals(letters(it), ["cron of cron: once × 3"]);
  const [{ due }] = it.alarms.getDeadLetters();
  assertEquals([it.alarms.getSchedule("cron")?.runCount, due], [2, it.clock.now() - 2 * 60_000]);
});

Deno.test("the letter of a cron run takes another id where the id is taken", async () => {
  const it = strict();
  it.alarms.schedule(1, it.ctn.fail("once", 9), { id: "job" });
  await it.advance(1_000);
  it.alarms.schedule("* * * * *", it.ctn.fail("cron", 2), { id: "job" });
  await it.advance(3 * 60_000);
  assertEquals(letters(it), ["job of job: once × 1", "job~2 of job: once × 2"]);
});

Deno.test("Alarms.redrive() runs a letter again under its old id, with all of its tries", async () => {
  const it = stage();
  it.alarms.schedule(1, it.ctn.fail("job", 5), { id: "job" });
  await it.advance(60_000);
  assertEquals(it.alarms.redrive("job"), "job");
  const { state, failures } = it.alarms.getSchedule("job") ?? {};
  assertEquals([state, failures, it.alarms.getDeadLetters()], ["scheduled", 0, []]);
  await it.advance(60_000);
  assertEquals([it.actor.log.length, letters(it), it.alarms.getSchedules()], [6, [], []]);
});

Deno.test("Alarms.redrive() keeps for when a letter was due, of a schedule and of one run of cron", async () => {
  const it = strict();
  const { id, due } = it.alarms.schedule(1, it.ctn.fail("job", 9));
  it.alarms.schedule("* * * * *", it.ctn.fail("cron", 9), { id: "cron" });
  await it.advance(60_000);
  it.alarms.cancelSchedule("cron");
  const dues = () => it.alarms.getDeadLetters().map((letter) => letter.due);
  const before = dues();
  assertEquals(new Set(before), new Set([due, it.clock.now()]));
  for (let round = 0; round < 2; round++) {
    await it.advance(3_600_000);
    for (const letter of it.alarms.getDeadLetters()) it.alarms.redrive(letter.id);
    await it.advance(1);
  }
  assertEquals([dues().toSorted(), it.actor.log.length], [before.toSorted(), 6]);
  it.alarms.redrive(id);
  assertEquals(it.alarms.getSchedule(id)?.due, it.clock.now() + 1);
});

Deno.test("Alarms.redrive() tells a request's age from its call", async () => {
  const host = new LedgerHost({ retry: { attempts: 1 } });
  const job = await host.sent("a");
  host.agent.handle = explode;
  host.requests.deliver(answer(job));
  await host.advance(3_600_000);
  host.agent.handle = () => {};
  assertEquals(host.alarms.redrive(job.id), job.id);
  await host.advance(1);
  const { type, elapsed } = host.events.at(-1) ?? {};
  assertEquals([type, elapsed, host.rows()], ["settled", 3_600_001, []]);
});

Deno.test("Alarms.redrive() passes over no run of a cron schedule that was quarantined long ago", async () => {
  const it = stage();
  it.alarms.schedule("* * * * *", it.ctn.say("x"), { id: "cron", missed: "skip" });
  const [row] = it.storage.due(Number.MAX_SAFE_INTEGER, 1);
  const { meta, body } = decodePayload(row.payload);
  const payload = encodePayload(body, { ...meta, due: it.clock.now() });
  it.storage.transaction(() => bury(it.storage, row, payload, false));
  await it.advance(3_600_000);
  assertEquals(it.alarms.redrive("cron"), "cron");
  await it.advance(1);
  assertEquals([it.actor.log, it.alarms.getSchedule("cron")?.runCount], [["x"], 1]);
});

Deno.test("Alarms.redrive() finds a generated id again", async () => {
  const it = strict();
  const { id } = it.alarms.schedule(1, it.ctn.fail("job", 1));
  await it.advance(1_000);
  assertEquals([it.alarms.redrive(id), it.alarms.getSchedule(id)?.state], [id, "scheduled"]);
  assertEquals([it.alarms.cancelSchedule(id)?.id, it.alarms.getSchedule(id)], [id, undefined]);
});

Deno.test("Alarms.redrive() gives another id where the old one is in use, or goes on as cron", async () => {
  const it = strict();
  it.alarms.schedule(1, it.ctn.fail("job", 1), { id: "job" });
  it.alarms.schedule("* * * * *", it.ctn.fail("cron", 1), { id: "cron" });
  await it.advance(60_000);
  it.alarms.schedule(3_600, it.ctn.say("other"), { id: "job" });
  const ids = ["job", "cron"].map((id) => it.alarms.redrive(id) ?? "");
  assertEquals(ids.map((id) => it.alarms.getSchedule(id)?.kind), ["once", "once"]);
  assertEquals([ids.includes("job"), ids.includes("cron")], [false, false]);
  await it.advance(1);
  assertEquals([it.actor.log.slice(2), letters(it)], [["job#2", "cron#2"].toSorted(byRun(it)), []]);
});

/** Redriven at the same instant, the two run in the order of their ids. */
function byRun({ actor }: Stage<MemoryStorage>): (a: string, b: string) => number {
  return (a, b) => actor.log.indexOf(a) - actor.log.indexOf(b);
}

Deno.test("Alarms.redrive() arms the alarm, and knows no letter that nobody wrote", async () => {
  const it = strict();
  assertEquals(it.alarms.redrive("nobody"), undefined);
  it.alarms.schedule(1, it.ctn.fail("job", 1), { id: "job" });
  await it.advance(1_000);
  assertEquals(it.storage.armedAt(), undefined);
  it.alarms.redrive("job");
  assertEquals([it.storage.armedAt(), it.alarms.redrive("job")], [it.clock.now() + 1, undefined]);
});

Deno.test("Alarms.purge() throws one letter away, or all of them, and no schedule", async () => {
  const it = strict();
  for (let i = 0; i < 150; i++) it.alarms.schedule(1, it.ctn.fail(`${i}`, 9), { id: `${i}` });
  it.alarms.schedule(3_600, it.ctn.say("stays"), { id: "stays" });
  await it.advance(1_000);
  assertEquals([it.alarms.purge("7"), it.alarms.purge("7"), it.alarms.purge("stays")], [1, 0, 0]);
  assertEquals([it.alarms.purge(), it.alarms.purge(), letters(it)], [149, 0, []]);
  assertEquals(it.alarms.getSchedule("stays")?.state, "scheduled");
});

Deno.test("Alarms.getDeadLetters() filters by id and kind, and pages", async () => {
  const it = strict();
  it.alarms.registerKind("job", {
    run() {
      throw new RangeError("no");
    },
  });
  for (const id of ["a/1", "a/2", "b/1"]) it.alarms.schedule(1, it.ctn.fail(id, 9), { id });
  it.storage.insert({ due: it.clock.now() + 5, id: "a/job", kind: "job", payload: "1\n", named: true });
  await it.advance(1_000);
  const ids = (filter: Parameters<typeof it.alarms.getDeadLetters>[0]) =>
    it.alarms.getDeadLetters(filter).map(({ id }) => id);
  assertEquals(ids({}), ["a/1", "a/2", "a/job", "b/1"]);
  assertEquals([ids({ idPrefix: "a/" }), ids({ kind: "job" })], [["a/1", "a/2", "a/job"], ["a/job"]]);
  const [first, second] = it.alarms.getDeadLetters({ limit: 2 });
  assertEquals([first.id, ids({ limit: 2, after: second })], ["a/1", ["a/job", "b/1"]]);
});

Deno.test("Alarms.getDeadLetters() refuses a page that is none, by code", () => {
  for (const limit of [0, -1, 1.5, NaN]) {
    const error = assertThrows(() => strict().alarms.getDeadLetters({ limit }), InvalidOptionError);
    assertEquals(error.code, "INVALID_OPTION");
  }
});

Deno.test("a row that fails for good leaves a letter alone that this release cannot read", async () => {
  const it = strict();
  const letter: Row = { due: DEAD_DUE, id: "job", kind: "once", payload: "2\nfrom the future", named: false };
  it.storage.insert(letter);
  it.alarms.schedule(1, it.ctn.fail("job", 1), { id: "job" });
  await it.advance(1_000);
  assertEquals(it.storage.get(letter), letter);
  assertEquals(decodePayload(it.storage.get({ due: DEAD_DUE, id: "job~2" })?.payload ?? "").meta.of, "job");
});
