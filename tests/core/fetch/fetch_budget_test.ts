import { assert, assertEquals, assertRejects } from "@std/assert";
import { FetchBudget } from "../../../core/fetch/fetch_budget.ts";
import { fakeClock } from "../../../testing/fake_clock.ts";

const never = new Promise<never>(() => {});

Deno.test("FetchBudget ends on time, once, and tells how long it lasted", async () => {
  const clock = fakeClock();
  const budget = new FetchBudget(clock, 1_000);
  const raced = budget.race(never);
  clock.tick(999);
  assertEquals([budget.stop, budget.signal.aborted, budget.remaining, budget.elapsed], [undefined, false, 1, 999]);
  clock.tick(1);
  assertEquals([budget.stop, budget.signal.aborted, budget.remaining, budget.elapsed], ["TIMEOUT", true, 0, 1_000]);
  assertEquals(await raced, { stop: "TIMEOUT" });
  assertEquals(clock.pending, 0);
});

Deno.test("FetchBudget ends when the caller's signal is aborted; the first reason stands", async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  const budget = new FetchBudget(clock, 1_000, controller.signal);
  const raced = budget.race(never);
  controller.abort();
  clock.tick(5_000);
  assertEquals([budget.stop, await raced, clock.pending], ["CANCELLED", { stop: "CANCELLED" }, 0]);
  assertEquals(new FetchBudget(clock, 1_000, controller.signal).stop, "CANCELLED");
  assertEquals(clock.pending, 0);
});

Deno.test("FetchBudget of no time has ended at once, and one of endless time sets no timer", () => {
  const clock = fakeClock();
  for (const ms of [0, -1, -Infinity]) assertEquals(new FetchBudget(clock, ms).stop, "TIMEOUT");
  assertEquals(new FetchBudget(clock, Infinity).stop, undefined);
  assertEquals(clock.pending, 0);
});

Deno.test("FetchBudget close frees the timer and the caller's signal", () => {
  const clock = fakeClock();
  const controller = new AbortController();
  const budget = new FetchBudget(clock, 1_000, controller.signal);
  budget.close();
  assertEquals(clock.pending, 0);
  controller.abort();
  assertEquals([budget.stop, budget.signal.aborted], [undefined, false]);
});

Deno.test("FetchBudget race passes values and rejections on in time", async () => {
  const budget = new FetchBudget(fakeClock(), 1_000);
  assertEquals(await budget.race(Promise.resolve(7)), { value: 7 });
  await assertRejects(() => budget.race(Promise.reject(new RangeError("no"))), RangeError, "no");
});

Deno.test("FetchBudget race hands what comes late to the caller, whichever settles first", async () => {
  const clock = fakeClock();
  const budget = new FetchBudget(clock, 1_000);
  const late = Promise.withResolvers<string>();
  const abandoned: string[] = [];
  const raced = budget.race(late.promise, (value) => abandoned.push(value));
  clock.tick(1_000);
  assertEquals(await raced, { stop: "TIMEOUT" });
  late.resolve("late");
  assertEquals(await budget.race(Promise.resolve("after"), (value) => abandoned.push(value)), { stop: "TIMEOUT" });
  assertEquals(abandoned.sort(), ["after", "late"]);
});

Deno.test("FetchBudget race takes an abort's rejection for the stop that caused it", async () => {
  const clock = fakeClock();
  const budget = new FetchBudget(clock, 1_000);
  const aborted = new Promise<never>((_, reject) => {
    budget.signal.addEventListener("abort", () => reject(budget.signal.reason));
  });
  const raced = budget.race(aborted);
  clock.tick(1_000);
  assertEquals(await raced, { stop: "TIMEOUT" });
});

Deno.test("FetchBudget sleep waits, and ends early with the budget", async () => {
  const clock = fakeClock();
  const budget = new FetchBudget(clock, 1_000);
  const short = budget.sleep(300);
  await clock.tickAsync(300);
  assertEquals(await short, undefined);
  const long = budget.sleep(5_000);
  await clock.tickAsync(700);
  assertEquals(await long, "TIMEOUT");
  assert(clock.pending === 0);
});
