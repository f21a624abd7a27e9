import { assert, assertEquals, assertLess } from "@std/assert";
import { BareSql, ratio, repeat, Subject } from "../../bench/alarm_costs.ts";

/** Rounds of a comparison, and how often it is made again before a noisy machine is a failure. */
const ROUNDS = 20;
const TRIES = 8;
const TIMES = 400;

/** The least of some measurements of the same ratio, ended by the first that is within the limit. */
function settledRatio(limit: number, run: () => void, base: () => void): number {
  let best = Infinity;
  for (let i = 0; i < TRIES && best > limit; i++) best = Math.min(best, ratio(ROUNDS, run, base));
  return best;
}

Deno.test("Alarms schedule and cancel, continuation included, within twice the bare INSERT and DELETE", () => {
  const subject = new Subject(1_000);
  const bare = new BareSql(1_000);
  const run = repeat(TIMES, () => subject.scheduleAndCancel());
  assertLess(settledRatio(2, run, repeat(TIMES, () => bare.insertAndDelete())), 2);
});

Deno.test("Alarms sweep 100,000 due rows within three times the bare SQL, one transaction each", async () => {
  const rows = 100_000;
  let best = Infinity;
  for (let i = 0; i < TRIES && best > 3; i++) {
    const subject = new Subject();
    subject.fill(rows, 0);
    const start = performance.now();
    const ran = await subject.alarms.triggerAlarms(rows);
    const swept = performance.now();
    assertEquals(new BareSql(rows).sweep(), rows);
    const bare = performance.now() - swept;
    assertEquals([ran.length, subject.counter.count], [rows, rows]);
    best = Math.min(best, (swept - start) / bare);
  }
  assertLess(best, 3);
});

/** What a process of its own measures beside a million schedules. */
async function scale(): Promise<{ rows: number; heapPerRow: number; slowdown: number }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", "--v8-flags=--expose-gc", "bench/alarm_scale.ts"],
    cwd: new URL("../..", import.meta.url),
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("Alarms cost the same beside a million schedules as beside a thousand, and keep none in memory", async () => {
  let measured = await scale();
  for (let i = 1; i < TRIES && measured.slowdown >= 1.5; i++) measured = await scale();
  assertEquals(measured.rows, 1_000_000);
  assertLess(measured.slowdown, 1.5);
  // Compiled code comes and goes by some 500 kB; the smallest object for each row would be 12 bytes.
  assert(Math.abs(measured.heapPerRow) < 4, `${measured.heapPerRow} bytes of heap per row`);
});
