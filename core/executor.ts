/**
 * The executor port: who performs a job.
 *
 * @module
 */
import type { Job } from "./job.ts";
import type { RequestTarget } from "./requests/request_target.ts";
import type { Route } from "./requests/route.ts";

/** How a job would be run. */
export interface Plan {
  /** Which way; it stays the same when the job is dispatched again. */
  readonly via?: Route;
  /**
   * Whether the job survives on its way by itself, and may wait there: silence says nothing then, and no signs of life
   * are asked for. Whoever holds the job brings it back after a loss.
   */
  readonly durable: boolean;
}

/** A job of which its origin knows no more than what its row holds. */
export interface HeldJob {
  /** The job's id. */
  readonly id: string;
  /** The job's token. */
  readonly token: string;
  /** Where its request goes. */
  readonly url: string;
  /** The way that {@linkcode Plan} gave it; empty where it gave none. */
  readonly via: Partial<Route>;
}

/**
 * Takes jobs off an origin's hands. Whatever it does, it answers through the origin's delivery, never through
 * the promise of {@linkcode Executor.dispatch}.
 */
export interface Executor {
  /** Longest `timeout` that it can hold, in milliseconds; `Infinity` for no limit. */
  readonly maxTimeout: number;
  /**
   * Looks at a job before anything is stored, and says how it would be run. An executor without this method takes any
   * job up to its `maxTimeout`, and refuses every `via`.
   *
   * @param job The job.
   * @param target Where its request goes, as whoever made the job knows; left out, it is read from the job.
   * @throws What the call is to throw when the job cannot be run: too long, too large, no such executor.
   */
  plan?(job: Job, target?: RequestTarget): Plan;
  /**
   * Hands a job over.
   *
   * @returns Nothing, or a promise that fulfils once the job is accepted. It does not wait for the fetch. When it
   * throws or rejects, the job was not accepted, as far as the executor knows; an answer may still come.
   */
  dispatch(job: Job): void | Promise<void>;
  /**
   * Asks to give up a job. A best effort: the outcome may be under way, and the server may have acted.
   *
   * @param id The job's id.
   * @param token The job's token; without it nothing is given up.
   */
  abort?(id: string, token: string): void | Promise<void>;
  /**
   * Tells, in a process that starts after another has ended, whether a job that was planned as `durable` is still on its
   * way; if so, its work goes on. Where an executor has no such method, the origin believes it.
   */
  holds?(job: HeldJob): boolean;
}
