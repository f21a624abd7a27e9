import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { AutoExecutor } from "../../../core/strategies/auto.ts";
import type { FakeClock } from "../../../testing/fake_clock.ts";
import { autoCost, fixedCost, hardShapes, LONGEST, type Shape, shapes } from "./traffic.ts";

const FIXED = ["direct", "worker", "queue"] as const;

function idle(maxTimeout: number): { maxTimeout: number; dispatch(): void } {
  return { maxTimeout, dispatch: () => {} };
}

function create(clock: FakeClock): AutoExecutor {
  const { direct, worker, queue } = LONGEST;
  return new AutoExecutor({ direct: idle(direct), worker: idle(worker), queue: idle(queue) }, { clock });
}

interface Result {
  readonly name: string;
  readonly calls: number;
  /** Costs as multiples of the best fixed choice: direct, worker, queue. */
  readonly fixed: readonly number[];
  readonly auto: number;
}

function run(month: readonly Shape[]): Result[] {
  return month.map((shape) => {
    const costs = FIXED.map((strategy) => fixedCost(shape, strategy));
    const best = Math.min(...costs);
    const fixed = costs.map((cost) => cost / best);
    return { name: shape.name, calls: shape.calls.length, fixed, auto: autoCost(shape, create) / best };
  });
}

function table(results: readonly Result[]): string {
  const rows = results.map(({ name, calls, fixed, auto }) => {
    const cells = [...fixed, auto].map((ratio) => ratio === Infinity ? "refused" : `${ratio.toFixed(2)} ×`);
    return `| ${[name, calls, ...cells].join(" | ")} |`;
  });
  return ["| shape | fetches | direct | worker | queue | auto |", "|---|---|---|---|---|---|", ...rows].join("\n");
}

Deno.test("auto is within 5 % of the best fixed choice for every shape of a month, and no fixed choice is", () => {
  for (const seed of [1, 2]) {
    const results = run(shapes(seed));
    assertEquals(results.length, 5);
    for (const { name, auto } of results) assertLess(auto, 1.05, `seed ${seed}, ${name}`);
    FIXED.forEach((strategy, index) => {
      assert(results.some(({ fixed }) => fixed[index] > 1.05), `${strategy} alone would do for seed ${seed}`);
    });
    // On mixed traffic no fixed choice is good, and a choice by the call is far better than the best of them.
    assertLess(results[4].auto, 0.8);
  }
});

/** A table without the spaces and dashes that the formatter aligns it with. */
function unaligned(text: string): string {
  return text.replace(/ +/g, " ").replace(/-+/g, "-").replace(/\| -/g, "|-").replace(/- \|/g, "-|");
}

Deno.test("auto costs of a month are those in docs/strategies.md", () => {
  const docs = Deno.readTextFileSync(new URL("../../../docs/strategies.md", import.meta.url));
  const current = table(run(shapes(1)));
  assert(unaligned(docs).includes(unaligned(current)), `put this table into docs/strategies.md:\n${current}`);
});

Deno.test("auto costs what docs/strategies.md says where too little can be known in time", () => {
  const most = [1.27, 1.1, 1.2];
  for (const seed of [1, 2, 3]) {
    run(hardShapes(seed)).forEach(({ name, auto }, index) => assertLess(auto, most[index], `seed ${seed}, ${name}`));
  }
});

Deno.test("auto makes the same choices for the same month", () => {
  const shape = shapes(7)[4];
  const cost = autoCost(shape, create);
  assertGreater(cost, 0);
  assertEquals(autoCost(shape, create), cost);
});
