/**
 * One job in one Worker invocation.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import type { Job } from "../../core/job.ts";
import { performJob } from "../../core/perform_job.ts";
import { stubByName } from "./export_lookup.ts";
import type { DeliveryTarget, ExecutionContextLike } from "./platform.ts";

/**
 * Starts a job in the background of an invocation.
 *
 * @param ctx The invocation's context.
 * @param job What to fetch.
 * @param origin A stub of the object that wants the outcome.
 * @param address Where this Worker exports the object's class, when it does: a stub that has failed may stay broken,
 * and a new one comes from there.
 */
export function runJob(
  ctx: ExecutionContextLike,
  job: Job,
  origin: DeliveryTarget,
  address?: { readonly exportName: string; readonly id: string },
): void {
  let target = origin;
  const deliver: DeliveryTarget["dozeDeliver"] = async (message) => {
    try {
      return await target.dozeDeliver(message);
    } catch (error) {
      const fresh = address && stubByName(ctx.exports, address.exportName, address.id);
      if (fresh !== undefined) target = fresh as DeliveryTarget;
      throw error;
    }
  };
  ctx.waitUntil(performJob(job, { fetch, clock: systemClock, deliver }));
}
