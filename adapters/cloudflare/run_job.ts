/**
 * One job in one Worker invocation.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import type { Acknowledgement, Job, Message } from "../../core/job.ts";
import { performJob } from "../../core/fetch/perform_job.ts";
import { stubByName } from "./export_lookup.ts";
import type { DeliveryTarget, ExecutionContextLike } from "./platform.ts";

/** Where new stubs of an object come from: one that has failed, as at a deploy, stays broken. */
export interface ReturnAddress {
  /** The name under which the object's Worker exports its class. */
  readonly exportName: string;
  /** The object's id, as 64 hexadecimal digits. */
  readonly id: string;
  /** The `FetchExecutor` of the object's Worker, where the job goes to another Worker's. */
  readonly door?: {
    /** As `FetchExecutor.deliver`. */
    deliver(exportName: string, id: string, message: Message): Promise<Acknowledgement>;
  };
}

/**
 * Starts a job in the background of an invocation.
 *
 * @param ctx The invocation's context.
 * @param job What to fetch.
 * @param origin A stub of the object that wants the outcome.
 * @param address Where a new stub comes from, when the class is exported.
 */
export function runJob(
  ctx: ExecutionContextLike,
  job: Job,
  origin: DeliveryTarget,
  address?: ReturnAddress,
): void {
  let target = origin;
  const deliver: DeliveryTarget["dozeDeliver"] = async (message) => {
    try {
      return await target.dozeDeliver(message);
    } catch (error) {
      target = (address && newTarget(ctx, address)) ?? target;
      throw error;
    }
  };
  ctx.waitUntil(performJob(job, { fetch, clock: systemClock, deliver }));
}

function newTarget(ctx: ExecutionContextLike, { exportName, id, door }: ReturnAddress): DeliveryTarget | undefined {
  return stubByName(ctx.exports, exportName, id) ??
    (door && { dozeDeliver: (message) => door.deliver(exportName, id, message) });
}
