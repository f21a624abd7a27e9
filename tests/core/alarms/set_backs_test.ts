import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { SetBacks } from "../../../core/alarms/set_backs.ts";
import { HandlerError, type Stage, stage } from "../alarm_stage.ts";
import type { MemoryStorage } from "../../../adapters/memory.ts";

const MINUTE = 60_000;

/** A stage on which what handlers throw is the platform's failure. */
function platform(): Stage<MemoryStorage> {
  return stage({ isPlatformFailure: (error) => error instanceof HandlerError });
}

/** Lets time pass; tells when alarms have failed, in milliseconds from here. */
async function failuresWithin(it: Stage<MemoryStorage>, ms: number): Promise<number[]> {
  const [start, failed]: [number, number[]] = [it.clock.now(), []];
  while (it.clock.now() < start + ms) {
    try {
      await it.advance(start + ms - it.clock.now());
    } catch (error) {
      assert(error instanceof HandlerError);
      failed.push(it.clock.now() - start);
    }
  }
  return failed;
}

Deno.test("SetBacks sets a row back for twice as long each time, for a minute at most", () => {
  const rows = new SetBacks();
  const waits: number[] = [];
  let now = 0;
  for (let nth = 0; nth < 8; nth++) {
    rows.add("a", now);
    const next = rows.next(now);
    waits.push(next - now);
    assertEquals([rows.has("a", next - 1), rows.has("a", next)], [true, false]);
    now = next;
  }
  assertEquals(waits, [2_000, 4_000, 8_000, 16_000, 32_000, MINUTE, MINUTE, MINUTE]);
});

Deno.test("SetBacks begins anew for a row that has met no failure, and knows no other", () => {
  const rows = new SetBacks();
  for (let nth = 0; nth < 5; nth++) rows.add("a", 0);
  assertEquals([rows.has("b", 0), rows.next(0)], [false, 32_000]);
  rows.end("a");
  assertEquals([rows.has("a", 0), rows.next(0)], [false, Infinity]);
  rows.add("a", 0);
  assertEquals(rows.next(0), 2_000);
});

Deno.test("SetBacks holds no row for longer than a minute, whatever the clock does", () => {
  const moves = fc.array(fc.record({ id: fc.constantFrom("a", "b"), by: fc.integer({ min: -1e7, max: 1e7 }) }));
  fc.assert(fc.property(moves, (steps) => {
    const rows = new SetBacks();
    let now = 1e9;
    for (const { id, by } of steps) {
      rows.add(id, now += by);
      const next = rows.next(now);
      assert(next > now && next <= now + MINUTE);
      assert(!rows.has(id, now + MINUTE));
    }
  }));
});

Deno.test("SetBacks forgets rows that do not come back", () => {
  const rows = new SetBacks();
  const waits: number[] = [];
  for (const now of [0, 9 * MINUTE, 18 * MINUTE, 30 * MINUTE]) {
    rows.add("other", now);
    rows.end("other");
    rows.add("a", now);
    waits.push(rows.next(now) - now);
  }
  assertEquals(waits, [2_000, 4_000, 8_000, 2_000]);
});

Deno.test("SetBacks.clear() lets every row run", () => {
  const rows = new SetBacks();
  for (const id of ["a", "b"]) rows.add(id, 0);
  rows.clear();
  assertEquals([rows.has("a", 0), rows.has("b", 0), rows.next(0)], [false, false, Infinity]);
});

Deno.test("a failure of the platform that lasts is met ever more rarely, once a minute in the end", async () => {
  const it = platform();
  it.alarms.schedule(1, it.ctn.fail("bad", Infinity));
  const failed = await failuresWithin(it, 600_000);
  assertEquals(failed.slice(0, 6), [1_000, 3_000, 7_000, 15_000, 31_000, 63_000]);
  assertEquals(failed.slice(6).map((at, nth) => at - failed[nth + 5]), failed.slice(6).map(() => MINUTE));
  assertEquals(it.actor.log.length, failed.length);
});

Deno.test("a failure of the platform that lasts delays the rows after it by a second once, and no later one", async () => {
  const it = platform();
  const done: [string, number][] = [];
  const start = it.clock.now();
  it.actor.onAct = (what) => done.push([what, it.clock.now() - start]);
  it.alarms.schedule(1, it.ctn.fail("bad", Infinity));
  it.alarms.schedule(1.001, it.ctn.act("next"));
  it.alarms.schedule("* * * * *", it.ctn.act("cron"));
  it.clock.tick(1);
  for (const delay of [20, 40, 300]) it.alarms.schedule(delay, it.ctn.act(`${delay}`));
  await failuresWithin(it, 301_000);
  const late = (name: string, due: number) => (done.find(([what]) => what === name)?.[1] ?? Infinity) - due;
  for (const [name, due] of [["next", 1_001], ["20", 20_001], ["40", 40_001], ["300", 300_001]] as const) {
    assert(late(name, due) <= 1_000, `${name}: ${late(name, due)} ms late`);
  }
  assertEquals(done.filter(([what]) => what === "cron").length, 5);
});

Deno.test("an asynchronous handler that meets the platform's failure again and again is set back too", async () => {
  const it = platform();
  it.actor.onAct = () => Promise.reject(new HandlerError("reset"));
  const { id } = it.alarms.schedule(1, it.ctn.act("bad"));
  const failed = await failuresWithin(it, 64_000);
  assertEquals([failed, it.actor.log.length], [[1_000, 3_000, 7_000, 15_000, 31_000, 63_000], 6]);
  it.actor.onAct = () => {};
  assertEquals(await failuresWithin(it, MINUTE), []);
  assertEquals([it.alarms.getSchedule(id), it.storage.armedAt()], [undefined, undefined]);
});

Deno.test("an object that starts again tries at once what another has set back", async () => {
  const it = platform();
  it.alarms.schedule(1, it.ctn.fail("bad", 6));
  await failuresWithin(it, 64_000);
  it.restart();
  await it.advance(1);
  assertEquals([it.actor.log.length, it.alarms.getSchedules()], [7, []]);
});

Deno.test("Alarms.triggerAlarms() runs what has been set back: whoever asks for it wants it", async () => {
  const it = platform();
  it.alarms.schedule(1, it.ctn.fail("bad", 2));
  it.clock.tick(1_000);
  for (let nth = 0; nth < 2; nth++) await assertRejects(() => it.alarms.triggerAlarms(), HandlerError);
  assertEquals((await it.alarms.triggerAlarms()).length, 1);
});
