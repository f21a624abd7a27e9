/**
 * The executor for Workers that have an entrypoint of their own.
 *
 * @module
 */
import { RpcTarget } from "cloudflare:workers";
import type { Job } from "../../core/job.ts";
import type { DeliveryTarget, ExecutionContextLike } from "./platform.ts";
import { type ReturnAddress, runJob } from "./run_job.ts";

/**
 * Performs fetches as `FetchExecutor` does, as a part of an entrypoint of your own:
 *
 * ```ts ignore
 * export class Api extends WorkerEntrypoint {
 *   get fetches(): FetchExecutorTarget {
 *     return new FetchExecutorTarget(this.ctx);
 *   }
 * }
 * ```
 *
 * An object with a service binding `API` to it names it `{ executor: "API.fetches" }`.
 */
export class FetchExecutorTarget extends RpcTarget {
  readonly #ctx: ExecutionContextLike;

  /** Creates it; `ctx` is the entrypoint's, whose `waitUntil` the fetches live in. */
  constructor(ctx: ExecutionContextLike) {
    super();
    this.#ctx = ctx;
  }

  /** As `FetchExecutor.run`. */
  run(job: Job, origin: DeliveryTarget, address?: ReturnAddress): void {
    runJob(this.#ctx, job, origin, address);
  }
}
