import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { InvalidOptionError } from "../../../core/errors.ts";
import { simulate } from "../../../testing/simulate.ts";
import { PORT } from "../../../testing/simulation/guarded_storage.ts";
import { checkOptions, checkStorage } from "../../../testing/simulation/options.ts";
import { FAULTS, makePlan } from "../../../testing/simulation/plan.ts";

function origin(): object {
  return {};
}
function call(): void {}

Deno.test("checkOptions takes what simulate takes", () => {
  checkOptions({ seed: 0 });
  checkOptions({ seed: -7, steps: 0, faults: [], plan: [], shrink: false, storage: () => new MemoryStorage() });
  checkOptions({ seed: 1, faults: FAULTS, plan: makePlan(1, 200, new Set(FAULTS)), shrink: true });
  checkOptions({ seed: 1, origin, call, respond() {}, check() {}, settings: { timeout: 5_000 } });
  checkOptions({ seed: 1, steps: undefined, faults: undefined, plan: undefined, origin: undefined, call: undefined });
});

/** Options that are wrong, and the one that is to blame. */
const WRONG: readonly [option: string, options: unknown][] = [
  ...[undefined, null, 7, "seed"].map((options) => ["options", options] as [string, unknown]),
  ...[undefined, null, 1.5, NaN, "1", 2 ** 60].map((seed) => ["seed", { seed }] as [string, unknown]),
  ...[null, -1, 1.5, "9", Infinity].map((steps) => ["steps", { seed: 1, steps }] as [string, unknown]),
  ...["drop", {}, ["drop", "rain"], [null], null].map((faults) => ["faults", { seed: 1, faults }] as [string, unknown]),
  ...[{}, [{}], [{ step: "dance" }], ["wait"], null].map((plan) => ["plan", { seed: 1, plan }] as [string, unknown]),
  ...[null, 1, "no"].map((shrink) => ["shrink", { seed: 1, shrink }] as [string, unknown]),
  ["storage", { seed: 1, storage: new MemoryStorage() }],
  ["storage", { seed: 1, storage: null }],
  ["origin", { seed: 1, origin: {}, call }],
  ["call", { seed: 1, origin, call: "ask" }],
  ["call", { seed: 1, origin }],
  ["respond", { seed: 1, origin, call, respond: new Response() }],
  ["check", { seed: 1, origin, call, check: true }],
  ["settings", { seed: 1, origin, call, settings: 5_000 }],
  ["settings", { seed: 1, origin, call, settings: null }],
  ["call", { seed: 1, call }],
  ["respond", { seed: 1, respond: call }],
  ["check", { seed: 1, check: call }],
  ["settings", { seed: 1, settings: {} }],
];

for (const [option, options] of WRONG) {
  Deno.test(`checkOptions names "${option}" as wrong in ${Deno.inspect(options)}`, () => {
    const error = assertThrows(() => checkOptions(options), InvalidOptionError);
    assertEquals([error.code, error.option], ["INVALID_OPTION", option]);
  });
}

Deno.test("checkStorage takes a storage, and names the method that another thing lacks", () => {
  const storage = new MemoryStorage();
  assertEquals(checkStorage(storage) === storage, true);
  for (const missing of PORT) {
    const most = Object.fromEntries(PORT.filter((name) => name !== missing).map((name) => [name, call]));
    assertThrows(() => checkStorage(most as never), InvalidOptionError, `it lacks the method "${missing}"`);
  }
  for (const none of [undefined, null, 7]) assertThrows(() => checkStorage(none as never), InvalidOptionError);
});

Deno.test("simulate refuses wrong options before it does anything", async () => {
  let made = 0;
  const storage = () => {
    made++;
    return new MemoryStorage();
  };
  const error = await assertRejects(() => simulate({ seed: 1.5, storage }), InvalidOptionError);
  assertEquals([error.option, error.value, made], ["seed", 1.5, 0]);
  await assertRejects(() => simulate({ seed: 1, storage: () => ({}) as never }), InvalidOptionError, '"insert"');
});
