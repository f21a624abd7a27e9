import { assertEquals, assertThrows } from "@std/assert";
import { cron } from "../../../core/cron.ts";
import { CronUnavailableError } from "../../../core/alarms/schedule_errors.ts";
import { nextRun } from "../../../core/alarms/schedule_kinds.ts";
import { stage } from "../alarm_stage.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

Deno.test("a cron schedule runs again and again, and counts its runs", async () => {
  const { alarms, actor, ctn, advance } = stage();
  alarms.schedule("*/5 * * * *", ctn.say("x"), { id: "a" });
  assertEquals(alarms.getSchedule("a")?.previousRun, undefined);
  await advance(17 * MINUTE);
  const { runCount, previousRun, nextRun, due } = alarms.getSchedule("a") ?? {};
  assertEquals(actor.log, ["x", "x", "x"]);
  assertEquals([runCount, previousRun, nextRun, due], [
    3,
    START + 15 * MINUTE,
    START + 20 * MINUTE,
    START + 20 * MINUTE,
  ]);
});

Deno.test("a cron schedule runs at its zone's local time, once on days when the clock changes", async () => {
  const { alarms, clock, ctn, advance } = stage();
  clock.tick(Date.UTC(2026, 2, 27) - START);
  const runs: number[] = [];
  alarms.schedule("30 2 * * *", ctn.say("x"), { id: "a", timeZone: "Europe/Berlin" });
  for (let day = 0; day < 4; day++) {
    await advance(24 * 60 * MINUTE);
    runs.push(alarms.getSchedule("a")?.previousRun ?? 0);
  }
  assertEquals(runs.map((run) => new Date(run).toISOString().slice(5, 16)), [
    ...["03-27T01:30", "03-28T01:30", "03-29T01:00", "03-30T00:30"],
  ]);
});

/** How often a schedule for every minute runs after downtime that swallowed ten runs, and for when it is next. */
async function afterDowntime(missed: "skip" | "once" | "all" | undefined): Promise<[runs: number, nextRun?: number]> {
  const { alarms, actor, clock, ctn, advance, ...it } = stage();
  alarms.schedule("* * * * *", ctn.say("x"), { id: "a", missed });
  clock.tick(10 * MINUTE + 30_000);
  it.restart();
  await advance(10);
  return [actor.log.length, alarms.getSchedule("a")?.nextRun];
}

Deno.test("missed runs of cron are run once for all, unless told otherwise", async () => {
  assertEquals(await afterDowntime(undefined), [1, START + 11 * MINUTE]);
  assertEquals(await afterDowntime("once"), [1, START + 11 * MINUTE]);
});

Deno.test('missed runs of cron are each run with "all"', async () => {
  assertEquals(await afterDowntime("all"), [10, START + 11 * MINUTE]);
});

Deno.test('missed runs of cron are passed over with "skip", and reported', async () => {
  assertEquals(await afterDowntime("skip"), [0, START + 11 * MINUTE]);
  const { alarms, clock, ctn, events, advance } = stage();
  alarms.schedule("* * * * *", ctn.say("x"), { id: "a", missed: "skip" });
  clock.tick(5 * MINUTE);
  await advance(1);
  assertEquals(events, [{ type: "missed", id: "a", due: START + MINUTE }]);
});

Deno.test('a run of cron with "skip" that is late by no more than the span allowed runs', async () => {
  for (const [late, runs] of [[5_000, 1], [5_001, 0]]) {
    const { alarms, actor, clock, ctn } = stage({ missedAfter: 5_000 });
    alarms.schedule("* * * * *", ctn.say("x"), { missed: "skip" });
    clock.tick(MINUTE + late);
    await alarms.triggerAlarms();
    assertEquals(actor.log.length, runs, `${late} ms late`);
  }
});

Deno.test('a failed run of cron with "skip" is tried again, however long that takes', async () => {
  const { alarms, actor, ctn, advance } = stage({ retry: { attempts: 3, backoff: 10 * MINUTE, jitter: 0 } });
  alarms.schedule("0 * * * *", ctn.fail("job", 1), { id: "a", missed: "skip" });
  await advance(75 * MINUTE);
  assertEquals([actor.log, alarms.getSchedule("a")?.runCount], [["job#1", "job#2"], 1]);
});

Deno.test("a cron run that fails is tried again as the same run, then the schedule goes on", async () => {
  const { alarms, actor, ctn, advance } = stage();
  alarms.schedule("* * * * *", ctn.fail("job", 1), { id: "a" });
  await advance(MINUTE);
  const { state, failures, due } = alarms.getSchedule("a") ?? {};
  assertEquals([state, failures, due], ["retrying", 1, START + MINUTE + 1_000]);
  await advance(1_000);
  const { runCount, previousRun, nextRun } = alarms.getSchedule("a") ?? {};
  assertEquals([runCount, previousRun, nextRun], [1, START + MINUTE, START + 2 * MINUTE]);
  assertEquals(actor.log, ["job#1", "job#2"]);
});

Deno.test("a cron schedule whose handler cancels it is gone; one that it replaces runs as replaced", async () => {
  const { alarms, actor, ctn, advance } = stage();
  actor.onAct = (what) => {
    if (what === "cancel") alarms.cancelSchedule("a");
    if (what === "replace") alarms.schedule(1, ctn.say("once"), { id: "b" });
  };
  alarms.schedule("* * * * *", ctn.act("cancel"), { id: "a" });
  alarms.schedule("* * * * *", ctn.act("replace"), { id: "b" });
  await advance(5 * MINUTE);
  assertEquals([actor.log, alarms.getSchedules()], [["cancel", "replace", "once"], []]);
});

Deno.test("a cron schedule whose last run has come is gone", async () => {
  const { alarms, actor, ctn, advance } = stage();
  alarms.schedule("0 0 1 1 1 * 2026", ctn.say("x"), { id: "a" });
  await advance(120 * MINUTE);
  assertEquals([actor.log, alarms.getSchedule("a")], [["x"], undefined]);
});

Deno.test("a cron row that nobody can read is put off, and runs once somebody can", async () => {
  const { storage, ctn, events, advance, actor, ...it } = stage();
  it.alarms.schedule("* * * * *", ctn.say("x"), { id: "a" });
  const read = cron.next;
  try {
    cron.next = () => {
      throw new CronUnavailableError("* * * * *");
    };
    await advance(2 * MINUTE);
  } finally {
    cron.next = read;
  }
  assertEquals(events.map(({ type }) => type), ["unreadable"]);
  assertEquals([actor.log, storage.armedAt()], [[], START + 6 * MINUTE]);
  await advance(5 * MINUTE);
  assertEquals(actor.log.slice(0, 1), ["x"]);
});

Deno.test("nextRun() is never in the past, but where every missed run is asked for", () => {
  const meta = { pattern: "* * * * *", timeZone: "UTC" };
  const now = START + 10 * MINUTE + 1;
  for (const missed of [undefined, "skip", "once"] as const) {
    assertEquals(nextRun(cron, { ...meta, missed }, START, now), START + 11 * MINUTE);
  }
  assertEquals(nextRun(cron, { ...meta, missed: "all" }, START, now), START + MINUTE);
});

Deno.test("nextRun() follows a run that came early, by hand", () => {
  const meta = { pattern: "* * * * *", timeZone: "UTC" };
  assertEquals(nextRun(cron, meta, START + MINUTE, START + 5), START + 2 * MINUTE);
});

Deno.test("nextRun() needs an engine, and takes a run beyond what rows hold for none", () => {
  assertThrows(() => nextRun(undefined, { pattern: "@daily" }, 0, 0), CronUnavailableError);
  assertEquals(nextRun({ next: () => Number.MAX_SAFE_INTEGER }, { pattern: "x" }, 0, 0), undefined);
});
