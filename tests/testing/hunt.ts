/**
 * Hunts one mutant: a copy of the source with one deliberate fault, simulated until the fault shows.
 */
import type { simulate as Simulate } from "../../testing/simulate.ts";

const [root, seeds] = Deno.args;
const { simulate }: { simulate: typeof Simulate } = await import(`file://${root}/testing/simulate.ts`);
let found = 0;
for (let seed = 1; seed <= Number(seeds) && found === 0; seed++) {
  const result = await simulate({ seed, shrink: false });
  if (!result.ok) found = seed;
  if (!result.ok) console.error(result.violations[0]);
}
console.log(found);
