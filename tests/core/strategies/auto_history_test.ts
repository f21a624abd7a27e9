import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { AutoHistory } from "../../../core/strategies/auto_history.ts";

Deno.test("AutoHistory knows nothing of a host that it has not seen", () => {
  assertEquals(new AutoHistory().expected("a.example"), undefined);
});

Deno.test("AutoHistory.observe follows a host that changes, and forgets what it was", () => {
  const history = new AutoHistory();
  history.observe("a.example", 100);
  assertEquals(history.expected("a.example"), { duration: 100, samples: 1 });
  for (let i = 0; i < 120; i++) history.observe("a.example", 900);
  assertAlmostEquals(history.expected("a.example")?.duration ?? 0, 900, 2);
});

Deno.test("AutoHistory.observe keeps one slow answer of many in its mean, at about its share", () => {
  const history = new AutoHistory();
  for (let i = 0; i < 400; i++) history.observe("a.example", i % 20 === 0 ? 8_000 : 40);
  const { duration } = history.expected("a.example")!;
  assert(duration > 125, `a mean of 438 ms reads as ${duration} ms 19 answers after the slow one`);
});

Deno.test("AutoHistory.estimate expects a fortieth of the timeout where it knows nothing", () => {
  const history = new AutoHistory();
  assertEquals(history.estimate("a.example", 20_000), 500);
  history.observe("a.example", 30);
  assertEquals(history.estimate("a.example", 20_000), 30);
});

Deno.test("AutoHistory.observe stays within what it has seen", () => {
  const durations = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(durations, (seen) => {
    const history = new AutoHistory();
    for (const duration of seen) history.observe("a.example", duration);
    const { duration, samples } = history.expected("a.example")!;
    assertEquals(samples, seen.length);
    assert(duration >= Math.min(...seen) - 1e-6 && duration <= Math.max(...seen) + 1e-6);
  }));
});

Deno.test("AutoHistory.observe ignores what is no duration", () => {
  const history = new AutoHistory();
  for (const bad of [NaN, -1, Infinity, -Infinity]) history.observe("a.example", bad);
  assertEquals(history.expected("a.example"), undefined);
});

Deno.test("AutoHistory remembers 256 hosts, those that were seen last", () => {
  const history = new AutoHistory();
  for (let i = 0; i < 256; i++) history.observe(`${i}.example`, 10);
  history.observe("0.example", 10);
  history.observe("one-more.example", 10);
  assertEquals(history.expected("1.example"), undefined);
  assertEquals(history.expected("0.example")?.samples, 2);
  assertEquals(history.expected("one-more.example")?.samples, 1);
});

Deno.test("OverlapMeter.best begins near the break-even", () => {
  assertEquals(new AutoHistory().meter().best(0), { upTo: 125, overlap: 0 });
});

Deno.test("OverlapMeter.best lets long fetches go direct when they overlap enough", () => {
  const meter = new AutoHistory().meter();
  for (let burst = 0; burst < 20; burst++) {
    const start = burst * 60_000;
    const open = Array.from({ length: 30 }, () => meter.started(start, 500, 0.2));
    for (const metered of open) meter.finished(start + 500, metered);
  }
  const { upTo, overlap } = meter.best(2_000_000);
  assertEquals(upTo, 600);
  assertAlmostEquals(overlap, 29 / 30, 0.001);
});

Deno.test("OverlapMeter.best keeps long fetches elsewhere when they come one by one", () => {
  const meter = new AutoHistory().meter();
  for (let call = 0; call < 50; call++) {
    meter.finished(call * 10_000 + 500, meter.started(call * 10_000, 500, 0.2));
  }
  assertLess(meter.best(1_000_000).upTo, 500);
});

Deno.test("OverlapMeter.best counts what is under way for as long as it should take", () => {
  const meter = new AutoHistory().meter();
  meter.started(0, 20_000, 0.2);
  // A second later one call elsewhere has cost 0.20; fetched directly, 32 would have to be paid for.
  assertEquals(meter.best(1_000).upTo, 125);
});

Deno.test("OverlapMeters of one history learn from each other", () => {
  const history = new AutoHistory();
  const first = history.meter();
  for (let burst = 0; burst < 20; burst++) {
    const open = Array.from({ length: 30 }, () => first.started(burst * 60_000, 500, 0.2));
    for (const metered of open) first.finished(burst * 60_000 + 500, metered);
  }
  assertEquals(history.meter().best(2_000_000).upTo, 600);
});

Deno.test("OverlapMeter charges no time twice when the clock steps back", () => {
  const meter = new AutoHistory().meter();
  const metered = meter.started(10_000, 100, 0.2);
  meter.finished(5_000, metered);
  const { overlap } = meter.best(5_000);
  assert(overlap >= 0 && overlap <= 1);
});
