/**
 * The simulator: requests under every fault we can think of, in virtual time.
 *
 * @module
 */
import type { Storage } from "../core/storage.ts";
import { Disk } from "./simulation/disk.ts";
import { type Fault, FAULTS, makePlan, type Step } from "./simulation/plan.ts";
import { checkOptions, checkStorage } from "./simulation/options.ts";
import { runPlan, type RunReport } from "./simulation/run.ts";
import { shrink } from "./simulation/shrink.ts";
import type { Subject } from "./simulation/subject.ts";

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
export type {
  SimulatedCall,
  SimulatedContext,
  SimulatedRequest,
  SimulatedSchedule,
  SimulationReport,
  Subject,
} from "./simulation/subject.ts";
export type { ObjectHost } from "../core/origin.ts";
export { ConnectionLostError } from "./simulation/network.ts";
export { HandlerFailedError } from "./simulation/object.ts";
export { ObjectLostError, StorageFullError } from "./simulation/shaky_storage.ts";
export { FAULTS } from "./simulation/plan.ts";

/** What to simulate: an object of the simulator's own or, where there is an `origin`, yours. */
export interface SimulateOptions<T extends object = object, S extends Storage = Storage> extends Subject<T, S> {
  /** Decides everything; the same seed gives the same run. */
  readonly seed: number;
  /** How many steps to take: calls, waits, faults. Default: 200. */
  readonly steps?: number;
  /** What may go wrong. Default: everything. */
  readonly faults?: readonly Fault[];
  /** The steps themselves, e.g. those that an earlier result has cut down to; `steps` then counts for nothing. */
  readonly plan?: readonly Step[];
  /** Makes an empty storage. Default: a storage in memory. */
  readonly storage?: () => S;
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
  /**
   * What replays it: a command for a checkout of this package or, with a storage or an object of your own, the call to
   * `simulate`, whose `yours` stands for what only you have.
   */
  readonly replay: string;
  /** Everything durable at the end, as text: equal on every storage that keeps its promises. */
  readonly state: string;
  /** How many requests were made. */
  readonly requests: number;
  /** Rows of requests and schedules written, counted as Cloudflare bills them; alarms and tables of your own not included. */
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
 * @example Try handlers of your own
 * ```ts
 * import { FetchError, type ResponseSync } from "@doze/fetch";
 * import { LocalObject } from "@doze/fetch/local";
 * import { openSqlite, type SqliteStorage } from "@doze/fetch/sqlite";
 * import { simulate } from "@doze/fetch/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * class Counter extends LocalObject<undefined, SqliteStorage> {
 *   ask(): void {
 *     this.proxyFetch("https://api.example/", this.ctn().onReply(this.ctn().$result));
 *   }
 *   onReply(result: ResponseSync | FetchError): void {
 *     const outcome = result instanceof FetchError ? result.code : "ok";
 *     this.ctx.storage.sql.exec("INSERT INTO replies VALUES (?)", outcome);
 *   }
 *   count(): number {
 *     return Number(this.ctx.storage.sql.exec("SELECT count(*) AS n FROM replies")[0].n);
 *   }
 * }
 *
 * for (let seed = 1; seed <= 3; seed++) {
 *   const { ok, violations, replay } = await simulate({
 *     ...{ seed, steps: 50 },
 *     storage() {
 *       const storage = openSqlite(":memory:");
 *       storage.sql.exec("CREATE TABLE replies (outcome TEXT)");
 *       return storage;
 *     },
 *     origin: (context) => new Counter(context, undefined),
 *     call: (counter) => counter.ask(),
 *     check: (counter, { commits }) => assertEquals(counter.count(), commits),
 *   });
 *   assert(ok, `${violations.join("\n")}\n${replay}`);
 * }
 * ```
 *
 * @param options The seed, and what else is not to be left to it; your own object, and how it is used.
 * @returns What was found. It rejects when the storage itself throws, and with what `origin` throws at its first call.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for an option that is none.
 */
export async function simulate<T extends object = object, S extends Storage = Storage>(
  options: SimulateOptions<T, S>,
): Promise<SimulateResult> {
  checkOptions(options);
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
    runPlan({ seed, plan, faults, disk: checkStorage(storage()), tracing, subject: options });
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
    replay: replayOf(options, steps),
    ...{ state: first.state, requests: first.requests, rowsWritten: first.rowsWritten, alarmsSet: first.alarmsSet },
  };
}

/** A command for what this package brings; for what only its caller has, the call. */
function replayOf({ seed, faults, origin, storage }: SimulateOptions, steps: number): string {
  if (origin === undefined && storage === undefined) return `deno task simulate --seed ${seed} --steps ${steps}`;
  const chosen = faults === undefined ? "" : `, faults: ${JSON.stringify(faults)}`;
  return `simulate({ ...yours, seed: ${seed}, steps: ${steps}${chosen} })`;
}
