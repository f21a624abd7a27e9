import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError } from "@doze/fetch";
import { fakeClock } from "@doze/fetch/testing";
import fc from "fast-check";

Deno.test("fakeClock stands still at the start of 2026, or at the time that was given", () => {
  assertEquals(fakeClock().now(), Date.UTC(2026, 0));
  assertEquals(fakeClock({ now: 5 }).now(), 5);
});

Deno.test("fakeClock tick moves the clock by whole spans, zero included", () => {
  const clock = fakeClock({ now: 0 });
  clock.tick(0);
  assertEquals(clock.now(), 0);
  clock.tick(1_000);
  assertEquals(clock.now(), 1_000);
});

Deno.test("fakeClock tick runs each timer at its own time, in order, ties in the order of setting", () => {
  const clock = fakeClock({ now: 0 });
  const fired: string[] = [];
  for (const [name, ms] of [["c", 30], ["a", 10], ["b1", 20], ["b2", 20], ["late", 31]] as const) {
    clock.setTimeout(() => fired.push(`${name}@${clock.now()}`), ms);
  }
  clock.tick(30);
  assertEquals(fired, ["a@10", "b1@20", "b2@20", "c@30"]);
  assertEquals([clock.pending, clock.nextTimer, clock.now()], [1, 31, 30]);
});

Deno.test("fakeClock tick runs timers that timers set, when they fall within the span", () => {
  const clock = fakeClock({ now: 0 });
  const fired: number[] = [];
  const again = (): void => {
    fired.push(clock.now());
    clock.setTimeout(again, 10);
  };
  clock.setTimeout(again, 10);
  clock.tick(35);
  assertEquals([fired, clock.pending], [[10, 20, 30], 1]);
});

Deno.test("fakeClock setTimeout returns what cancels the timer, twice or too late without effect", () => {
  const clock = fakeClock({ now: 0 });
  let fired = 0;
  const cancel = clock.setTimeout(() => fired++, 10);
  cancel();
  cancel();
  const tooLate = clock.setTimeout(() => fired++, 10);
  clock.tick(10);
  tooLate();
  assertEquals([fired, clock.pending, clock.nextTimer], [1, 0, undefined]);
});

Deno.test("fakeClock setTimeout takes a negative delay for zero", () => {
  const clock = fakeClock({ now: 100 });
  let at = 0;
  clock.setTimeout(() => at = clock.now(), -50);
  clock.tick(0);
  assertEquals(at, 100);
});

Deno.test("fakeClock tick stops at a timer that throws; the others still wait", () => {
  const clock = fakeClock({ now: 0 });
  const fired: number[] = [];
  clock.setTimeout(() => {
    throw new RangeError("mine");
  }, 10);
  clock.setTimeout(() => fired.push(clock.now()), 20);
  assertThrows(() => clock.tick(30), RangeError, "mine");
  assertEquals([clock.now(), clock.pending], [10, 1]);
  clock.tick(20);
  assertEquals(fired, [20]);
});

Deno.test("fakeClock tickAsync lets promises settle before, between and after the timers", async () => {
  const clock = fakeClock({ now: 0 });
  const log: string[] = [];
  void Promise.resolve().then(() => clock.setTimeout(() => log.push("set by a promise"), 5));
  clock.setTimeout(() => {
    log.push("first");
    void (async () => {
      for (let turn = 0; turn < 100; turn++) await null;
      log.push("settled");
      clock.setTimeout(() => log.push("set between"), 5);
    })();
  }, 10);
  clock.setTimeout(() => log.push("last"), 20);
  await clock.tickAsync(20);
  assertEquals(log, ["set by a promise", "first", "settled", "set between", "last"]);
  clock.setTimeout(() => void Promise.resolve().then(() => log.push("after")), 1);
  await clock.tickAsync(1);
  assertEquals(log.at(-1), "after");
});

Deno.test("fakeClock tickAsync rejects with what a timer throws", async () => {
  const clock = fakeClock({ now: 0 });
  clock.setTimeout(() => {
    throw new RangeError("mine");
  }, 10);
  await assertRejects(() => clock.tickAsync(20), RangeError, "mine");
  assertEquals(clock.now(), 10);
});

Deno.test("fakeClock tick and tickAsync refuse a span that is negative or NaN, and nothing runs", async () => {
  const clock = fakeClock({ now: 0 });
  let fired = 0;
  clock.setTimeout(() => fired++, 0);
  for (const ms of [-1, NaN]) {
    const error = assertThrows(() => clock.tick(ms), InvalidOptionError);
    assertEquals([error.code, error.option], ["INVALID_OPTION", "ms"]);
    await assertRejects(() => clock.tickAsync(ms), InvalidOptionError);
  }
  assertEquals([fired, clock.now()], [0, 0]);
});

Deno.test("fakeClock random repeats with its seed, and differs with another", () => {
  const draw = (seed?: number): number[] => {
    const clock = fakeClock({ seed });
    return Array.from({ length: 5 }, () => clock.random());
  };
  assertEquals(draw(7), draw(7));
  assertEquals(draw(), draw(1));
  assert(draw(7)[0] !== draw(8)[0]);
});

Deno.test("fakeClock random is spread over [0, 1)", () => {
  const clock = fakeClock();
  const buckets = Array.from({ length: 10 }, () => 0);
  for (let index = 0; index < 10_000; index++) {
    const value = clock.random();
    assert(value >= 0 && value < 1);
    buckets[Math.floor(value * 10)]++;
  }
  // 1,000 are expected in each; six standard deviations are 180.
  for (const count of buckets) assert(Math.abs(count - 1_000) < 180, String(buckets));
});

Deno.test("fakeClock fires any set of timers in the order of their times, whatever the steps", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000)), fc.array(fc.nat(500), { minLength: 1 }), (delays, steps) => {
      const clock = fakeClock({ now: 0 });
      const fired: number[] = [];
      for (const delay of delays) clock.setTimeout(() => fired.push(clock.now()), delay);
      for (const step of steps) clock.tick(step);
      const due = delays.filter((delay) => delay <= clock.now()).sort((a, b) => a - b);
      assertEquals(fired, due);
      assertEquals(clock.pending, delays.length - due.length);
    }),
  );
});
