/**
 * The strategy that puts jobs into a message queue, for fetches of up to a quarter of an hour.
 *
 * @module
 */
import type { Executor } from "../executor.ts";
import type { Job } from "../job.ts";
import type { OriginAddress } from "../requests/origin_address.ts";
import { JobTooLargeError } from "../requests/job_too_large.ts";

/** What is sent to the queue: plain JSON. */
export interface QueuedJob {
  /** Version of the format. */
  readonly v: 1;
  /** The fetch. */
  readonly job: Job;
  /** Who wants the outcome. */
  readonly origin: OriginAddress;
}

/** How to set up a {@linkcode QueueExecutor}. */
export interface QueueOptions {
  /** Sends a message. Its promise fulfils once the queue has it. */
  readonly send: (message: QueuedJob) => Promise<unknown>;
  /** Finds out where the object itself is; asked once. */
  readonly self: () => OriginAddress;
  /** Most bytes of a message as JSON. Default: {@linkcode QUEUE_MAX_BYTES}. */
  readonly maxBytes?: number;
  /** Longest timeout to accept, in milliseconds. Default: {@linkcode QUEUE_MAX_TIMEOUT}. */
  readonly maxTimeout?: number;
}

/**
 * Most bytes of one message: 128 KB of 1,000 bytes each, of which the platform needs about 100
 * (https://developers.cloudflare.com/queues/platform/limits/).
 */
export const QUEUE_MAX_BYTES = 127_800;
/**
 * Longest timeout that a queue's consumer can hold, in milliseconds: it may run for 15 minutes
 * (https://developers.cloudflare.com/queues/platform/limits/), of which half a minute is for the delivery. Since the
 * timeout counts from the call, time spent waiting in the queue shortens the fetch, never the delivery.
 */
export const QUEUE_MAX_TIMEOUT = 870_000;

/**
 * Sends jobs to a queue, whose consumer performs them.
 *
 * A queue delivers at least once. The ledger accepts one outcome, so that a second one does no harm; the second
 * *fetch* is prevented where it might: a request that may not be repeated, and that comes a second time, ends as an
 * `EXECUTOR_LOST` with `ambiguous: true`. There is no abort: a cancelled request is fetched, and its outcome ignored.
 */
export class QueueExecutor implements Executor {
  /** As in {@linkcode QueueOptions.maxTimeout}. */
  readonly maxTimeout: number;
  readonly #maxBytes: number;
  readonly #options: QueueOptions;
  #self: OriginAddress | undefined;

  /** Sets it up; nothing is looked up before the first use. */
  constructor(options: QueueOptions) {
    this.maxTimeout = options.maxTimeout ?? QUEUE_MAX_TIMEOUT;
    this.#maxBytes = options.maxBytes ?? QUEUE_MAX_BYTES;
    this.#options = options;
  }

  /** Whether the job fits a message. */
  fits(job: Job): boolean {
    return job.request.length <= this.#maxBytes && jsonBytes(this.#message(job)) <= this.#maxBytes;
  }

  /**
   * Refuses what does not fit a message.
   *
   * @throws {JobTooLargeError} (`JOB_TOO_LARGE`) with the size.
   */
  check(job: Job): void {
    const bytes = jsonBytes(this.#message(job));
    if (bytes > this.#maxBytes) throw new JobTooLargeError(bytes, this.#maxBytes, "a queue's message");
  }

  /**
   * Sends the job.
   *
   * @returns A promise that fulfils once the queue has the job.
   * @throws {JobTooLargeError} (`JOB_TOO_LARGE`) at once, with the size; nothing is sent.
   */
  dispatch(job: Job): Promise<void> {
    this.check(job);
    return this.#options.send(this.#message(job)).then(() => {});
  }

  #message(job: Job): QueuedJob {
    this.#self ??= this.#options.self();
    return { v: 1, job, origin: this.#self };
  }
}

function jsonBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}
