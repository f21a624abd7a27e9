import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { SharedTimer } from "../../../core/fetch/shared_timer.ts";
import { fakeClock } from "../../../testing/fake_clock.ts";

Deno.test("SharedTimer sets one timer for the waits of a job, and clears it once", () => {
  const clock = fakeClock();
  const timer = new SharedTimer(clock);
  const called: string[] = [];
  const stopBudget = timer.setTimeout(() => called.push("budget"), 20_000);
  assertEquals(clock.pending, 1);
  clock.tick(300);
  stopBudget();
  const stopAnswer = timer.setTimeout(() => called.push("answer"), 10_000);
  assertEquals(clock.pending, 1);
  stopAnswer();
  timer.close();
  assertEquals([clock.pending, called], [0, []]);
});

Deno.test("SharedTimer passes the time and chance of its clock on", () => {
  const clock = fakeClock();
  const timer = new SharedTimer(clock);
  clock.tick(7);
  assertEquals(timer.now(), clock.now());
  assertEquals([timer.random()].every((value) => value >= 0 && value < 1), true);
});

Deno.test("SharedTimer ends each wait at its millisecond, whenever it began", () => {
  const wait = fc.record({ at: fc.nat(60_000), ms: fc.nat(40_000), cancelled: fc.boolean() });
  fc.assert(fc.property(fc.array(wait, { maxLength: 12 }), (waits) => {
    const clock = fakeClock();
    const start = clock.now();
    const timer = new SharedTimer(clock);
    const ended: [index: number, at: number][] = [];
    for (const { at, index } of waits.map(({ at }, index) => ({ at, index })).sort((a, b) => a.at - b.at)) {
      clock.tick(start + at - clock.now());
      const { ms, cancelled } = waits[index];
      const cancel = timer.setTimeout(() => ended.push([index, clock.now() - start]), ms);
      if (cancelled) cancel();
    }
    clock.tick(200_000);
    const expected = waits.flatMap(({ at, ms, cancelled }, index) => cancelled ? [] : [[index, at + ms]]);
    assertEquals(ended.sort(([a], [b]) => a - b), expected as [number, number][]);
    timer.close();
    assertEquals(clock.pending, 0);
  }));
});

Deno.test("SharedTimer does not depend on the wall clock for what began with the timer", () => {
  const inner = fakeClock();
  let offset = 0;
  const timer = new SharedTimer({
    now: () => inner.now() + offset,
    setTimeout: (callback, ms) => inner.setTimeout(callback, ms),
    random: () => 0,
  });
  const ended: number[] = [];
  const start = inner.now();
  timer.setTimeout(() => ended.push(inner.now() - start), 25_000);
  inner.tick(1_000);
  // An hour back, an hour forth: a wait that begins then is off by the span of the timer at most.
  offset = -3_600_000;
  timer.setTimeout(() => ended.push(inner.now() - start), 12_000);
  offset = 3_600_000;
  timer.setTimeout(() => ended.push(inner.now() - start), 12_000);
  inner.tick(60_000);
  assertEquals(ended, [12_000, 22_000, 25_000]);
});

Deno.test("SharedTimer may be asked for a wait by what ends one, and by nobody after close", () => {
  const clock = fakeClock();
  const timer = new SharedTimer(clock);
  const ended: number[] = [];
  const start = clock.now();
  const again = () => {
    ended.push(clock.now() - start);
    if (ended.length < 3) timer.setTimeout(again, 15_000);
  };
  timer.setTimeout(again, 15_000);
  clock.tick(100_000);
  assertEquals(ended, [15_000, 30_000, 45_000]);
  timer.setTimeout(again, 15_000);
  timer.close();
  clock.tick(100_000);
  assertEquals([ended.length, clock.pending], [3, 0]);
});
