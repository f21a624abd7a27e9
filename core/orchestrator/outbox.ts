/**
 * Brings outcomes to their origins, and keeps those that are not taken.
 *
 * @module
 */
import type { RetryPolicy } from "../backoff.ts";
import { deliverOnce, type DeliverOptions, redeliveryDelay } from "../fetch/deliver.ts";
import type { Acknowledgement, Job, Message } from "../job.ts";
import type { DeliverTo } from "../requests/origin_address.ts";
import type { Entry } from "./entry.ts";
import type { OrchestratorRows } from "./orchestrator_rows.ts";

/** How to send outcomes. */
export interface OutboxOptions extends Omit<DeliverOptions, "deliver" | "signal"> {
  /** Brings messages to their origins. */
  readonly deliverTo: DeliverTo;
}

/** Each wait costs a row, so that they grow faster than those of a Worker. */
const REDELIVERY: RetryPolicy = { attempts: Infinity, backoff: 1_000, maxDelay: 60_000, jitter: 0.5 };

/**
 * Sends an outcome once. When nobody takes it, the entry's row is that of the outcome afterwards, due when it is to be
 * sent again: with back-off until the job's `due`, whatever happens to the orchestrator. An outcome that is taken at its
 * first sending costs no row.
 *
 * @param entry The job's entry.
 * @param job The job.
 * @param outcome As `encodeOutcome` wrote it.
 * @param rows Where the entry's row is.
 * @param parts Where to deliver, by whose clock.
 * @returns What the origin answered; `"kept"` when it is to be sent again, `"undelivered"` when it is too late.
 */
export async function sendOutcome(
  entry: Entry,
  job: Job,
  outcome: string,
  rows: OrchestratorRows,
  parts: OutboxOptions,
): Promise<Acknowledgement | "kept" | "undelivered"> {
  const { origin, attempt } = entry.meta;
  const deliver = (message: Message) => parts.deliverTo(origin, message);
  const options: DeliverOptions = { redelivery: REDELIVERY, ...parts, deliver };
  const sending = ++entry.meta.sending;
  const answer = await deliverOnce({ ...job, attempt }, outcome, sending, options);
  const now = options.clock.now();
  if (answer !== undefined || now >= job.due || entry.phase === "gone") return answer ?? "undelivered";
  // At `due` it is sent for the last time.
  const next = Math.min(now + Math.max(1, redeliveryDelay(options, sending)), job.due);
  if (entry.kind === "outcome") rows.change(entry, next);
  else rows.replace(entry, next, `${JSON.stringify({ ...job, request: "" })}\n${outcome}`);
  return "kept";
}
