import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import fc from "fast-check";
import {
  breakEven,
  fetchCost,
  type FetchShape,
  PRICES,
  type StrategyName,
} from "../../../core/strategies/cost_model.ts";
import type { Durability } from "../../../core/job.ts";

const STRATEGIES: StrategyName[] = ["direct", "worker", "queue", "orchestrated"];
const shapes: fc.Arbitrary<FetchShape> = fc.record({
  duration: fc.double({ min: 0, max: 900_000, noNaN: true }),
  durability: fc.constantFrom<Durability>("strict", "deferred", "memory"),
  overlap: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.nat({ max: 128_000 }),
  idempotent: fc.boolean(),
});

Deno.test("breakEven keeps the design's bounds for each durability", () => {
  assertLess(breakEven("strict"), 1_500);
  assertLess(breakEven("deferred"), 250);
  assertLess(breakEven("memory"), 150);
  assertGreater(breakEven("memory"), 50);
});

Deno.test("fetchCost is the sum of its parts, and no part is negative", () => {
  fc.assert(fc.property(shapes, fc.constantFrom(...STRATEGIES), (shape, strategy) => {
    const { total, ...parts } = fetchCost(strategy, shape);
    assert(Object.values(parts).every((part) => part >= 0));
    assertAlmostEquals(total, Object.values(parts).reduce((a, b) => a + b), 1e-9);
  }));
});

Deno.test("fetchCost of a Worker or queue does not depend on the duration once the rows are settled", () => {
  for (const strategy of ["worker", "queue"] as const) {
    const short = fetchCost(strategy, { duration: 10, durability: "strict" });
    assertEquals(fetchCost(strategy, { duration: 800_000, durability: "strict" }), short);
  }
});

Deno.test("fetchCost of a direct fetch is the time that the object would not be awake otherwise", () => {
  const alone = fetchCost("direct", { duration: 1_000, durability: "memory" });
  assertAlmostEquals(alone.total, 1_000 * PRICES.objectMs);
  const shared = fetchCost("direct", { duration: 1_000, durability: "memory", overlap: 0.75 });
  assertAlmostEquals(shared.total, alone.total / 4);
});

Deno.test("fetchCost counts a strict request's two rows, a memory request's none", () => {
  assertAlmostEquals(fetchCost("worker", { duration: 1 }).rows, 2.1);
  assertEquals(fetchCost("worker", { duration: 1, durability: "memory" }).rows, 0);
});

Deno.test("fetchCost of a deferred request writes rows only when it outlives persistAfter", () => {
  const shape = { durability: "deferred", persistAfter: 500 } as const;
  assertAlmostEquals(fetchCost("worker", { ...shape, duration: 500 }).rows, 0.1);
  assertAlmostEquals(fetchCost("worker", { ...shape, duration: 501 }).rows, 2.1);
  assertAlmostEquals(fetchCost("worker", { durability: "deferred", duration: 2_000 }).rows, 0.1);
});

Deno.test("fetchCost of a queue grows with every 64 KB of message", () => {
  const one = fetchCost("queue", { duration: 0, bytes: 64_000 }).queue;
  assertAlmostEquals(one, 3 * PRICES.queueOperation);
  assertAlmostEquals(fetchCost("queue", { duration: 0, bytes: 64_001 }).queue, 2 * one);
  assertAlmostEquals(fetchCost("queue", { duration: 0, bytes: 0 }).queue, one);
});

Deno.test("fetchCost of an orchestrated fetch has one more row when it may not be repeated", () => {
  const repeatable = fetchCost("orchestrated", { duration: 1_000 });
  const once = fetchCost("orchestrated", { duration: 1_000, idempotent: false });
  assertAlmostEquals(once.rows - repeatable.rows, PRICES.rowWritten);
});

Deno.test("fetchCost never falls as the fetch gets longer", () => {
  fc.assert(
    fc.property(shapes, fc.constantFrom(...STRATEGIES), fc.nat({ max: 100_000 }), (shape, strategy, more) => {
      const longer = { ...shape, duration: shape.duration + more };
      assert(fetchCost(strategy, longer).total >= fetchCost(strategy, shape).total);
    }),
  );
});
