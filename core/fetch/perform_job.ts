/**
 * What every executor does with a job: fetch, then deliver until it is acknowledged.
 *
 * @module
 */
import { JobCompany } from "./company.ts";
import { type DeliverOptions, deliverUntilDue } from "./deliver.ts";
import { encodeOutcome } from "./encode_outcome.ts";
import type { Acknowledgement, Job } from "../job.ts";
import { runFetch, type RunFetchOptions } from "./run_fetch.ts";
import { SharedTimer } from "./shared_timer.ts";
import { StopSwitch } from "./stop_signal.ts";

/** What {@linkcode performJob} works with. */
export interface PerformJobOptions extends RunFetchOptions, DeliverOptions {
  /**
   * Called as the fetch begins; for what goes on beside it, besides the heartbeats that are sent anyway. It must not
   * fail.
   *
   * @param job The job.
   * @param giveUp Ends the job: the fetch is aborted and nothing is delivered.
   * @returns Called when the outcome is there and waited for before it is sent.
   */
  readonly accompany?: (job: Job, giveUp: () => void) => () => void | Promise<void>;
  /** Most bytes of one delivery, as structured clone or UTF-8 counts them. Default: 32 MiB less 64 KiB. */
  readonly maxDeliveryBytes?: number;
}

/**
 * Performs a job: fetches, and delivers the outcome until the origin has acknowledged it or the job's `due` has
 * passed. At `due` it is sent a last time: it counts as late then, and the origin reports it. An outcome is always sent
 * once, however late.
 *
 * It does not promise that the origin has it: `"undelivered"` says that no answer came, while one of the deliveries
 * may have arrived.
 *
 * @param job The job.
 * @param options Where to fetch, where to deliver, by whose clock.
 * @returns The origin's answer; `"undelivered"` when there was none, or when the job was given up. It never rejects.
 */
export async function performJob(job: Job, options: PerformJobOptions): Promise<Acknowledgement | "undelivered"> {
  const signal = new StopSwitch();
  const giveUp = () => signal.abort();
  options.signal?.addEventListener("abort", giveUp, { once: true });
  if (options.signal?.aborted === true) giveUp();
  const clock = new SharedTimer(options.clock);
  const delivery = { ...options, clock, signal };
  const finish = options.accompany?.(job, giveUp);
  const company = new JobCompany(job, delivery, giveUp);
  try {
    const outcome = await runFetch(job, { fetch: options.fetch, clock, signal });
    const ended = company.end();
    const [answered] = finish === undefined ? [await ended] : await Promise.all([ended, finish()]);
    if (signal.aborted) return "undelivered";
    const text = encodeOutcome(outcome, answered, options.maxDeliveryBytes);
    return await deliverUntilDue(answered, text, delivery);
  } finally {
    company.close();
    clock.close();
    options.signal?.removeEventListener("abort", giveUp);
  }
}
