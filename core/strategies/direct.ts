/**
 * The strategy that fetches in the origin itself.
 *
 * @module
 */
import type { Executor } from "../executor.ts";
import type { Job } from "../job.ts";
import { performJob, type PerformJobOptions } from "../fetch/perform_job.ts";
import { StopSwitch } from "../fetch/stop_signal.ts";

/** How to set up a {@linkcode DirectExecutor}. */
export interface DirectOptions extends Omit<PerformJobOptions, "signal"> {
  /** Longest timeout to accept, in milliseconds. Default: `Infinity`. */
  readonly maxTimeout?: number;
  /**
   * Keeps the host alive until a job has ended, as `waitUntil` does. Its promise never rejects. Default: nothing.
   */
  readonly keepAlive?: (running: Promise<unknown>) => void;
}

/**
 * Performs jobs where they come from. The continuation, the outcomes, the fetch policy and the promise about the
 * handler are those of every other way.
 *
 * **What it costs.** An object is awake, and billed, for the whole of the fetch: $0.0016 per million fetches for every
 * millisecond, where a Worker's wait is free. Fetches that overlap share that time. It pays off for short fetches, for
 * those that overlap much, and while something else keeps the object awake.
 *
 * **What it does not promise.** The fetch is lost with the object: a strict request then ends with a `TIMEOUT` at its
 * deadline, or is dispatched again once its silence is noticed.
 */
export class DirectExecutor implements Executor {
  /** As in {@linkcode DirectOptions.maxTimeout}. */
  readonly maxTimeout: number;
  readonly #options: DirectOptions;
  readonly #running = new Map<string, { readonly job: Job; readonly stop: StopSwitch }>();

  /** Sets it up; `options.deliver` is the origin's own delivery, called in this process. */
  constructor(options: DirectOptions) {
    this.maxTimeout = options.maxTimeout ?? Infinity;
    this.#options = options;
  }

  /** How many jobs are under way. */
  get running(): number {
    return this.#running.size;
  }

  /** Starts the job. A job whose id and attempt are under way already is not started twice. */
  dispatch(job: Job): void {
    const key = `${job.id}/${job.attempt}`;
    if (this.#running.has(key)) return;
    const stop = new StopSwitch();
    this.#running.set(key, { job, stop });
    const running = performJob(job, { ...this.#options, signal: stop }).finally(() => this.#running.delete(key));
    this.#options.keepAlive?.(running);
  }

  /** Aborts the fetch of the job, in all its attempts. The server may have acted. */
  abort(id: string, token: string): void {
    for (const { job, stop } of this.#running.values()) {
      if (job.id === id && job.token === token) stop.abort();
    }
  }
}
