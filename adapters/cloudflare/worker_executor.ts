/**
 * The origin's side of the Worker executor: finds it, and hands jobs over.
 *
 * @module
 */
import type { Executor } from "../../core/executor.ts";
import type { Job } from "../../core/job.ts";
import { WORKER_HOLDS_MS } from "../../core/strategies/worker.ts";
import { type Address, findBinding, findExecutor, findSelf } from "./export_lookup.ts";
import type { DurableObjectStateLike } from "./platform.ts";
import type { ReturnAddress } from "./run_job.ts";

/** What a {@linkcode FetchExecutor} looks like to its callers. */
interface ExecutorEntrypoint {
  run(job: Job, origin: object, address: ReturnAddress | undefined): Promise<void>;
}

/** Hands jobs to a `FetchExecutor`, with a stub of the object to answer to. */
export class WorkerExecutor implements Executor {
  /** As in {@linkcode WORKER_HOLDS_MS}. */
  readonly maxTimeout: number = WORKER_HOLDS_MS;
  readonly #name: string;
  readonly #ctx: DurableObjectStateLike;
  readonly #env: unknown;
  #found: { executor: ExecutorEntrypoint; self: Address; address: () => ReturnAddress | undefined } | undefined;

  /** Creates it; nothing is looked up before the first use. `name` is a service binding or an export. */
  constructor(name: string, ctx: DurableObjectStateLike, env: unknown) {
    this.#name = name;
    this.#ctx = ctx;
    this.#env = env;
  }

  /**
   * Looks up the executor and the object itself, once.
   *
   * @throws {ExecutorMissingError} (`EXECUTOR_MISSING`)
   * @throws {ExportNotFoundError} (`EXPORT_NOT_FOUND`)
   */
  find(): { executor: ExecutorEntrypoint; self: Address; address: () => ReturnAddress | undefined } {
    if (this.#found === undefined) {
      const executor = findExecutor(this.#name, this.#ctx, this.#env) as ExecutorEntrypoint;
      const self = findSelf(this.#ctx, this.#env);
      this.#found = { executor, self, address: this.#addresses(executor, self) };
    }
    return this.#found;
  }

  /** Hands the job over; the promise waits for the RPC to return, which it does at once, not for the fetch. */
  dispatch(job: Job): Promise<void> {
    const { executor, self, address } = this.find();
    return executor.run(job, self.stub(), address());
  }

  #addresses(executor: object, { exportName, id }: Address): () => ReturnAddress | undefined {
    if (exportName === undefined) return () => undefined;
    const own = findBinding("FetchExecutor", this.#ctx, undefined);
    const plain = { exportName, id };
    // An executor of this Worker finds the object by itself. Only an export that has been given its props may travel.
    if (typeof own !== "function" || own === executor) return () => plain;
    return () => ({ exportName, id, door: own({ props: {} }) as ReturnAddress["door"] });
  }
}
