/**
 * The Worker that does the waiting.
 *
 * @module
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Acknowledgement, Job, Message } from "../../core/job.ts";
import { deliverThrough } from "./origin_stub.ts";
import type { DeliveryTarget } from "./platform.ts";
import { type ReturnAddress, runJob } from "./run_job.ts";

/**
 * Performs fetches for objects. Export it from the Worker's main module and there is nothing to configure: objects of
 * the same Worker find it through `ctx.exports`. Objects of other Workers name a service binding to it.
 *
 * A Worker is billed for CPU only, not for waiting. An invocation lives for 30 s after it was called
 * (https://developers.cloudflare.com/workers/platform/limits/#duration), hence timeouts of 25 s at most. It keeps no
 * state: when the Worker dies, so does the fetch, and the object's deadline settles the request.
 *
 * It fetches what its callers ask for, under the policy that comes with the job: bind it to Workers that you trust.
 */
export class FetchExecutor<Env = unknown> extends WorkerEntrypoint<Env> {
  /**
   * Starts a job and returns at once, so that no pending call keeps the object awake.
   *
   * @param job What to fetch.
   * @param origin A stub of the object that wants the outcome.
   * @param address Where a new stub comes from, when the class is exported: one that has failed may stay broken.
   */
  run(job: Job, origin: DeliveryTarget, address?: ReturnAddress): void {
    runJob(this.ctx, job, origin, address);
  }

  /**
   * Hands a message on to an object of this Worker, for the executor of another Worker whose stub has broken.
   *
   * @param exportName The name under which this Worker exports the object's class.
   * @param id The object's id, as 64 hexadecimal digits.
   * @param message The message; it proves itself to the object.
   * @returns The object's answer.
   * @throws {ExportNotFoundError} (`EXPORT_NOT_FOUND`) when this Worker knows no such object.
   */
  async deliver(exportName: string, id: string, message: Message): Promise<Acknowledgement> {
    return await deliverThrough(this.ctx.exports, this.env)({ name: exportName, id }, message);
  }
}
