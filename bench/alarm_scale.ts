/**
 * Measures what a million schedules change: run with `--v8-flags=--expose-gc`; the number of rows may be given. Prints
 * one line of JSON.
 *
 * @module
 */
import { ratio, repeat, Subject } from "./alarm_costs.ts";

const ROWS = Number(Deno.args[0] ?? 1_000_000);
const TRIES = 30;
const TIMES = 300;

/** The JavaScript heap after what nobody holds is gone, in bytes. */
function heap(): number {
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect();
  return Deno.memoryUsage().heapUsed;
}

const few = new Subject(1_000);
const many = new Subject(1_000);
// Compiled code is heap too; it is there before the measurement begins.
for (let i = 0; i < 20; i++) repeat(TIMES, () => many.scheduleAndCancel())();
const before = heap();
many.fill(ROWS - 1_000, 86_401);
const heapPerRow = (heap() - before) / ROWS;
const slowdown = ratio(
  TRIES,
  repeat(TIMES, () => many.scheduleAndCancel()),
  repeat(TIMES, () => few.scheduleAndCancel()),
);
console.log(JSON.stringify({ rows: ROWS, heapPerRow, slowdown }));
