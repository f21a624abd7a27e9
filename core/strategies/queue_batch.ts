/**
 * The consumer's side of the queue: a batch of messages, performed side by side.
 *
 * @module
 */
import { type DeliverOptions, deliverUntilDue } from "../fetch/deliver.ts";
import { encodeOutcome } from "../fetch/encode_outcome.ts";
import { FetchError } from "../fetch/fetch_error.ts";
import type { Job } from "../job.ts";
import { checkInteger } from "../option_checks.ts";
import { isJob } from "../requests/message.ts";
import { type DeliverTo, isOriginAddress } from "../requests/origin_address.ts";
import { performJob, type PerformJobOptions } from "../fetch/perform_job.ts";
import { requestTarget } from "../requests/request_target.ts";
import type { QueuedJob } from "./queue.ts";

/** A message as a queue hands it over; Cloudflare's fits. */
export interface QueueMessage {
  /** What was sent. */
  readonly body: unknown;
  /** How often it has been handed over, this time included: 1 for the first. */
  readonly attempts: number;
  /** Says that the message is done with. */
  ack(): void;
  /** Asks for the message again. */
  retry(): void;
}

/** How to perform a batch. */
export interface QueueBatchOptions extends Omit<PerformJobOptions, "deliver" | "signal"> {
  /** Brings messages to their origins. */
  readonly deliverTo: DeliverTo;
  /** Most jobs at the same time, 1 or more. Default: {@linkcode CONNECTIONS}. */
  readonly concurrency?: number;
}

/**
 * Connections that one invocation may have waiting for response headers
 * (https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections). A seventh fetch would
 * stand in a line of the platform while its timeout runs.
 */
export const CONNECTIONS = 6;

/** What became of a message. */
export type MessageResult = "done" | "retried";

/**
 * Performs the jobs of a batch, `concurrency` at a time, each acknowledged by itself as soon as it is done with.
 *
 * - A job whose `due` has passed is dropped: its origin has settled it.
 * - A message that comes again is fetched again only if its request may be repeated; else its origin gets an
 *   `EXECUTOR_LOST` with `ambiguous: true`.
 * - A message that is none of ours, or of a later version, is handed back to the queue, which keeps it for a newer
 *   consumer or puts it into the dead letter queue that you have named.
 *
 * @param messages The batch.
 * @param options Where to fetch and to deliver, by whose clock.
 * @returns What became of each message, in order. It rejects for wrong options only, before the first message.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for a `concurrency` that is no integer of 1 or more.
 */
export async function performBatch(
  messages: readonly QueueMessage[],
  options: QueueBatchOptions,
): Promise<MessageResult[]> {
  const { concurrency = CONNECTIONS } = options;
  checkInteger("concurrency", concurrency);
  const results: MessageResult[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < messages.length) {
      const index = next++;
      results[index] = await performMessage(messages[index], options);
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, messages.length) }, work));
  return results;
}

async function performMessage(message: QueueMessage, options: QueueBatchOptions): Promise<MessageResult> {
  if (!isQueuedJob(message.body)) {
    message.retry();
    return "retried";
  }
  const { job, origin } = message.body;
  const delivery: DeliverOptions = { ...options, deliver: (sent) => options.deliverTo(origin, sent) };
  // Without an answer nothing is left to be done either: `due` has passed, and the origin's deadline settles it.
  if (options.clock.now() < job.due) {
    if (message.attempts > 1 && requestTarget(job)?.idempotent === false) await deliverLost(job, delivery);
    else await performJob(job, { ...options, ...delivery });
  }
  message.ack();
  return "done";
}

/** An earlier consumer had the job and was lost, maybe after the server had acted. */
async function deliverLost(job: Job, options: DeliverOptions): Promise<void> {
  const url = requestTarget(job)?.url ?? "";
  const error = new FetchError("EXECUTOR_LOST", url, { ambiguous: true, attempt: job.attempt });
  await deliverUntilDue(job, encodeOutcome(error, job, Infinity), options);
}

function isQueuedJob(body: unknown): body is QueuedJob {
  if (typeof body !== "object" || body === null) return false;
  const { v, job, origin } = body as Partial<Record<string, unknown>>;
  return v === 1 && isOriginAddress(origin) && isJob(job);
}
