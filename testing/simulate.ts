/**
 * The simulator: requests under every fault we can think of, in virtual time.
 *
 * @module
 */
import type { Storage } from "../core/storage.ts";
import { Disk } from "./simulation/disk.ts";
import { type Fault, FAULTS, makePlan, type Step } from "./simulation/plan.ts";
import { runPlan, type RunReport } from "./simulation/run.ts";
import { shrink } from "./simulation/shrink.ts";

export type {
  AlarmStep,
  CallStep,
  CancelStep,
  CrashStep,
  EvictStep,
  Fault,
  FullStep,
  JumpStep,
  KillStep,
  Manner,
  Step,
  WaitStep,
} from "./simulation/plan.ts";
export { ConnectionLostError } from "./simulation/network.ts";
export { HandlerFailedError } from "./simulation/object.ts";
export { ObjectLostError, StorageFullError } from "./simulation/shaky_storage.ts";
export { FAULTS } from "./simulation/plan.ts";

/** What to simulate. */
export interface SimulateOptions {
  /** Decides everything; the same seed gives the same run. */
  readonly seed: number;
  /** How many steps to take: calls, waits, faults. Default: 200. */
  readonly steps?: number;
  /** What may go wrong. Default: everything. */
  readonly faults?: readonly Fault[];
  /** The steps themselves, e.g. those that an earlier result has cut down to; `steps` then counts for nothing. */
  readonly plan?: readonly Step[];
  /** Makes an empty storage. Default: a storage in memory. */
  readonly storage?: () => Storage;
  /** Whether to cut a failing plan down to the shortest one found. Default: `true`. */
  readonly shrink?: boolean;
}

/** What a simulation has shown. */
export interface SimulateResult {
  /** Whether every promise was kept. */
  readonly ok: boolean;
  /** The promises that were broken, in words. */
  readonly violations: readonly string[];
  /** The shortest plan found that breaks one; empty when none was broken. */
  readonly plan: readonly Step[];
  /** What happened in that plan, line by line. */
  readonly trace: readonly string[];
  /** The command that replays it, in a checkout of this package. */
  readonly replay: string;
  /** Everything durable at the end, as text: equal on every storage that keeps its promises. */
  readonly state: string;
  /** How many requests were made. */
  readonly requests: number;
  /** Rows written, counted as Cloudflare bills them; alarms not included. */
  readonly rowsWritten: number;
  /** How often the alarm was set. */
  readonly alarmsSet: number;
}

/**
 * Simulates an object that makes requests while messages are lost, copied, late and out of order, executors die, the
 * object is evicted and crashes between any two writes, alarms come late or twice, clocks jump, the storage runs full,
 * and handlers throw or never end. It compares what the storage holds in the end with what was promised.
 *
 * It shows that promises are broken, never that they are kept: run many seeds.
 *
 * @example Try a storage of your own
 * ```ts
 * import { MemoryStorage } from "@doze/fetch/memory";
 * import { simulate } from "@doze/fetch/testing";
 * import { assert } from "@std/assert";
 *
 * for (let seed = 1; seed <= 5; seed++) {
 *   const { ok, violations, replay } = await simulate({ seed, steps: 50, storage: () => new MemoryStorage() });
 *   assert(ok, `${violations.join("\n")}\n${replay}`);
 * }
 * ```
 *
 * @param options The seed, and what else is not to be left to it.
 * @returns What was found. It rejects when the storage itself throws.
 */
export async function simulate(options: SimulateOptions): Promise<SimulateResult> {
  // Stack traces cost a fifth of the time, and rows that keep them would differ between storages.
  const limit: unknown = Reflect.get(Error, "stackTraceLimit");
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    return await run(options);
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit);
  }
}

async function run(options: SimulateOptions): Promise<SimulateResult> {
  const { seed, steps = 200, storage = () => new Disk() } = options;
  const faults = new Set(options.faults ?? FAULTS);
  const whole = options.plan ?? makePlan(seed, steps, faults);
  const attempt = (plan: readonly Step[], tracing = false): Promise<RunReport> =>
    runPlan({ seed, plan, faults, disk: storage(), tracing });
  const first = await attempt(whole);
  const ok = first.violations.length === 0;
  const fails = async (plan: readonly Step[]) => (await attempt(plan)).violations.length > 0;
  const plan = ok ? [] : options.shrink === false ? whole : await shrink(whole, fails);
  const shown = ok ? first : await attempt(plan, true);
  return {
    ok,
    violations: shown.violations,
    plan,
    trace: shown.trace,
    replay: `deno task simulate --seed ${seed} --steps ${steps}`,
    ...{ state: first.state, requests: first.requests, rowsWritten: first.rowsWritten, alarmsSet: first.alarmsSet },
  };
}
