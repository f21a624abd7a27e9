/**
 * Runs the simulator from the command line: `--seeds N` for many seeds, `--seed S` to replay one; with `--sqlite 1`
 * each seed runs over SQLite as well, and must leave the same rows.
 *
 * @module
 */
import { openSqlite } from "../adapters/sqlite.ts";
import { simulate, type SimulateResult } from "../testing/simulate.ts";

const NUMBERS = ["seeds", "seed", "steps", "from", "sqlite"] as const;

function readArguments(args: readonly string[]): Partial<Record<(typeof NUMBERS)[number], number>> {
  const given: Partial<Record<(typeof NUMBERS)[number], number>> = {};
  for (let at = 0; at < args.length; at += 2) {
    const name = NUMBERS.find((known) => args[at] === `--${known}`);
    const value = Number(args[at + 1]);
    if (name === undefined || !Number.isInteger(value)) {
      console.error("usage: deno task simulate (--seeds N [--from S] | --seed S) [--steps N] [--sqlite 1]");
      Deno.exit(2);
    }
    given[name] = value;
  }
  return given;
}

function show(seed: number, result: SimulateResult): void {
  console.error(`seed ${seed} breaks a promise:`);
  for (const violation of result.violations) console.error(`  ${violation}`);
  console.error(`the shortest plan found, ${result.plan.length} steps:`);
  for (const step of result.plan) console.error(`  ${JSON.stringify(step)}`);
  console.error("what happens:");
  for (const line of result.trace) console.error(`  ${line}`);
  console.error(`replay: ${result.replay}`);
}

/** Whether a run over SQLite leaves what the run in memory has left. */
async function agrees(seed: number, steps: number, state: string): Promise<boolean> {
  const storage = openSqlite(":memory:");
  const result = await simulate({ seed, steps, shrink: false, storage: () => storage });
  storage.close();
  if (result.state === state) return true;
  console.error(`seed ${seed} leaves other rows over SQLite:\n  ${state}\n  ${result.state}`);
  return false;
}

const { seeds = 1, seed, steps = 200, from = 1, sqlite = 0 } = readArguments(Deno.args);
const first = seed ?? from;
const last = seed ?? from + seeds - 1;
const started = performance.now();
let requests = 0;
let failed = 0;
for (let at = first; at <= last; at++) {
  const result = await simulate({ seed: at, steps });
  requests += result.requests;
  if (!result.ok && ++failed <= 3) show(at, result);
  if (sqlite > 0 && !(await agrees(at, steps, result.state))) failed++;
}
const seconds = (performance.now() - started) / 1_000;
const count = last - first + 1;
console.log(`${count} seeds x ${steps} steps, ${requests} requests, ${failed} failed, ${seconds.toFixed(1)} s`);
if (failed > 0) Deno.exit(1);
