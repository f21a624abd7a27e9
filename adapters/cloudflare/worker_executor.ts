/**
 * The origin's side of the Worker executor: finds it, and hands jobs over.
 *
 * @module
 */
import type { Job } from "../../core/job.ts";
import type { AutoCandidate } from "../../core/strategies/auto.ts";
import { WORKER_HOLDS_MS } from "../../core/strategies/worker.ts";
import { findBinding, findExecutor, findSelf } from "./export_lookup.ts";
import type { DurableObjectStateLike } from "./platform.ts";
import type { ReturnAddress } from "./run_job.ts";

/** What a {@linkcode FetchExecutor} looks like to its callers. */
interface ExecutorEntrypoint {
  run(job: Job, origin: object, address: ReturnAddress | undefined): Promise<void>;
}

/** Hands jobs to a `FetchExecutor`, with a stub of the object to answer to. */
export class WorkerExecutor implements AutoCandidate {
  /** As in {@linkcode WORKER_HOLDS_MS}. */
  readonly maxTimeout: number = WORKER_HOLDS_MS;
  readonly #lookUp: () => HandOver;
  #found: HandOver | undefined;

  /** Creates it; nothing is looked up before the first use. `name` is a service binding or an export. */
  constructor(name: string, ctx: DurableObjectStateLike, env: unknown) {
    this.#lookUp = () => lookUp(name, ctx, env);
  }

  /**
   * Looks up the executor and the object itself, once.
   *
   * @throws {ExecutorMissingError} (`EXECUTOR_MISSING`)
   * @throws {ExportNotFoundError} (`EXPORT_NOT_FOUND`)
   */
  check(): void {
    this.#found ??= this.#lookUp();
  }

  /** Hands the job over; the promise waits for the RPC to return, which it does at once, not for the fetch. */
  dispatch(job: Job): Promise<void> {
    this.#found ??= this.#lookUp();
    return this.#found(job);
  }
}

type HandOver = (job: Job) => Promise<void>;

function lookUp(name: string, ctx: DurableObjectStateLike, env: unknown): HandOver {
  const found = findExecutor(name, ctx, env);
  const executor = found as ExecutorEntrypoint;
  const { exportName, id, stub } = findSelf(ctx, env);
  const own = findBinding("FetchExecutor", ctx, undefined);
  // An executor of this Worker finds the object by itself. Only an export that has been given its props may travel.
  const door = typeof own === "function" && own !== found ? () => ({ door: own({ props: {} }) }) : () => ({});
  return (job) => executor.run(job, stub(), exportName === undefined ? undefined : { exportName, id, ...door() });
}
