import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
import type { Schedule } from "../../../core/alarms/schedule.ts";
import type { ScheduleFilter } from "../../../core/alarms/schedule_filter.ts";
import { type Stage, stage } from "../alarm_stage.ts";
import type { MemoryStorage } from "../../../adapters/memory.ts";

/** Two users' schedules, cron among them, one paused, one waiting for another try. */
async function setUp(): Promise<Stage<MemoryStorage>> {
  const it = stage({ retry: { attempts: 9, backoff: 500_000, jitter: 0 } });
  const { alarms, ctn } = it;
  alarms.schedule(100, ctn.say("x"), { id: "ada/1" });
  alarms.schedule(200, ctn.say("x"), { id: "ada/2" });
  alarms.schedule(300, ctn.say("x"), { id: "bob/1" });
  alarms.schedule(1, ctn.fail("bad", 9), { id: "bob/bad" });
  alarms.schedule("* * * * *", ctn.say("x"), { id: "ada/cron" });
  alarms.schedule(400, ctn.say("x"), { id: "bob/late" });
  alarms.pause("bob/late");
  await it.advance(1_000);
  return it;
}

function list(it: Stage<MemoryStorage>, filter: ScheduleFilter = {}): string[] {
  return it.alarms.getSchedules(filter).map(({ id }) => id);
}

Deno.test("Alarms.getSchedules() lists all in the order in which they are due, paused ones last", async () => {
  const it = await setUp();
  assertEquals(list(it), ["ada/cron", "ada/1", "ada/2", "bob/1", "bob/bad", "bob/late"]);
});

Deno.test("Alarms.getSchedules() filters by the beginning of the id", async () => {
  const it = await setUp();
  assertEquals(list(it, { idPrefix: "ada/" }), ["ada/cron", "ada/1", "ada/2"]);
  assertEquals(list(it, { idPrefix: "bob/1" }), ["bob/1"]);
  assertEquals(list(it, { idPrefix: "eve" }), []);
});

Deno.test("Alarms.getSchedules() filters by kind", async () => {
  const it = await setUp();
  assertEquals(list(it, { kind: "cron" }), ["ada/cron"]);
  assertEquals(list(it, { kind: "once", idPrefix: "ada" }), ["ada/1", "ada/2"]);
});

Deno.test("Alarms.getSchedules() filters by state", async () => {
  const it = await setUp();
  assertEquals(list(it, { state: "paused" }), ["bob/late"]);
  assertEquals(list(it, { state: "retrying" }), ["bob/bad"]);
  assertEquals(list(it, { state: "scheduled" }), ["ada/cron", "ada/1", "ada/2", "bob/1"]);
});

Deno.test("Alarms.getSchedules() filters by when they are due, both ends included", async () => {
  const it = await setUp();
  const start = it.clock.now() - 1_000;
  assertEquals(list(it, { from: start + 100_000, to: start + 200_000 }), ["ada/1", "ada/2"]);
  assertEquals(list(it, { from: start + 100_001, to: start + 199_999 }), []);
  assertEquals(list(it, { to: start + 60_000 }), ["ada/cron"]);
  assertEquals(list(it, { from: start + 300_000 }), ["bob/1", "bob/bad"]);
  assertEquals(list(it, { from: -5, to: Infinity }), ["ada/cron", "ada/1", "ada/2", "bob/1", "bob/bad"]);
});

Deno.test("Alarms.getSchedules() pages through all, whatever the page's size", async () => {
  const it = await setUp();
  const all = list(it);
  for (const limit of [1, 2, 3, 5, 6, 7]) {
    const seen: string[] = [];
    let after: Schedule | undefined;
    do {
      const page = it.alarms.getSchedules({ limit, after });
      seen.push(...page.map(({ id }) => id));
      after = page.at(-1);
    } while (after !== undefined);
    assertEquals(seen, all, `pages of ${limit}`);
  }
});

Deno.test("Alarms.getSchedules() goes on after a schedule that is gone", async () => {
  const it = await setUp();
  const [, second] = it.alarms.getSchedules({ limit: 2 });
  it.alarms.cancelSchedule(second.id);
  assertEquals(list(it, { after: second, limit: 2 }), ["ada/2", "bob/1"]);
});

Deno.test("Alarms.getSchedules() gives 100 where nothing is said", () => {
  const it = stage();
  for (let i = 0; i < 150; i++) it.alarms.schedule(i, it.ctn.say("x"));
  assertEquals([list(it).length, list(it, { limit: 1_000 }).length], [100, 150]);
});

Deno.test("Alarms.getSchedules() leaves out rows of other kinds, and dead letters", async () => {
  const it = stage({ retry: { attempts: 1 } });
  it.alarms.registerKind("request", { run: () => {} });
  it.storage.insert({ due: it.clock.now() + 50_000, id: "r", kind: "request", payload: "1\n", named: true });
  it.alarms.schedule(1, it.ctn.fail("dies", 9));
  await it.advance(2_000);
  assertEquals([list(it), it.alarms.getDeadLetters().length], [[], 1]);
});

Deno.test("Alarms.getSchedules() refuses a page or a range that is none, by code", () => {
  const { alarms } = stage();
  for (const filter of [{ limit: 0 }, { limit: 1.5 }, { limit: -1 }, { limit: NaN }, { from: NaN }, { to: NaN }]) {
    assertEquals(assertThrows(() => alarms.getSchedules(filter), InvalidOptionError).code, "INVALID_OPTION");
  }
});
