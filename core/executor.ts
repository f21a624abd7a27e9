/**
 * The executor port: who performs a job.
 *
 * @module
 */
import type { Job } from "./job.ts";

/**
 * Takes jobs off an origin's hands. Whatever it does, it answers through the origin's delivery, never through
 * the promise of {@linkcode Executor.dispatch}.
 */
export interface Executor {
  /** Longest `timeout` that it can hold, in milliseconds; `Infinity` for no limit. */
  readonly maxTimeout: number;
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
}
