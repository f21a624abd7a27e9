/**
 * The strategy that hands jobs to a Worker, whose waiting is free.
 *
 * @module
 */
import { TimeoutTooLongError } from "../errors.ts";
import type { Executor } from "../executor.ts";
import type { Job } from "../job.ts";

/**
 * Longest timeout that a Worker can hold, in milliseconds. An invocation's `waitUntil` ends 30 s after its RPC has
 * returned (https://developers.cloudflare.com/workers/platform/limits/#duration); the rest is for the delivery.
 */
export const WORKER_HOLDS_MS = 25_000;

/** How to set up a {@linkcode HandOver}. */
export interface HandOverOptions {
  /**
   * Hands a job over. Its promise fulfils once the other side has it, and does not wait for the fetch: a pending call
   * keeps a Durable Object billed.
   */
  readonly run: (job: Job) => void | Promise<void>;
  /** Asks the other side to give a job up. Default: nothing, the outcome is then late. */
  readonly abort?: (id: string, token: string) => void | Promise<void>;
  /** Longest timeout to accept, in milliseconds. Default: {@linkcode WORKER_HOLDS_MS}. */
  readonly maxTimeout?: number;
}

/**
 * Hands jobs to whoever performs them, and refuses what cannot be held.
 *
 * It does not know what becomes of a job: the answer is a delivery. A Worker that dies is noticed by its silence.
 *
 * @example Hand jobs to a function
 * ```ts
 * import { HandOver } from "@doze/fetch";
 * import { assertEquals } from "@std/assert";
 *
 * const executor = new HandOver({ run: (job) => console.log(job.id) });
 * assertEquals(executor.maxTimeout, 25_000);
 * ```
 */
export class HandOver implements Executor {
  /** As in {@linkcode HandOverOptions.maxTimeout}. */
  readonly maxTimeout: number;
  readonly #options: HandOverOptions;

  /** Sets it up; nothing is called before the first job. */
  constructor(options: HandOverOptions) {
    this.maxTimeout = options.maxTimeout ?? WORKER_HOLDS_MS;
    this.#options = options;
  }

  /**
   * Hands a job over.
   *
   * @throws {TimeoutTooLongError} (`TIMEOUT_TOO_LONG`) when the job may run for longer than can be held; it is not
   * handed over.
   */
  dispatch(job: Job): void | Promise<void> {
    if (job.timeout > this.maxTimeout) {
      const remedy = "shorten it, or bind a queue, whose consumer may run for 15 minutes";
      throw new TimeoutTooLongError(job.timeout, this.maxTimeout, remedy);
    }
    return this.#options.run(job);
  }

  /** Asks the other side to give a job up; it may not listen. */
  abort(id: string, token: string): void | Promise<void> {
    return this.#options.abort?.(id, token);
  }
}
