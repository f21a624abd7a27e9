/**
 * What travels between an origin and its executor: the job one way, the delivery the other way.
 *
 * Both are plain data that survives a structured clone and JSON, so that one shape serves RPC, queues and rows.
 *
 * @module
 */
import type { FetchRetryOptions } from "./fetch_retry.ts";
import type { FetchPolicyOptions } from "./policy.ts";

/** Version of the wire format that this release writes. */
export const JOB_VERSION = 1;

/** A fetch to perform, as the origin hands it to an executor. */
export interface Job {
  /** Version of the format: {@linkcode JOB_VERSION}. */
  readonly v: 1;
  /** The request's id; unique at its origin together with `due`. */
  readonly id: string;
  /** The due time of the deadline row, in ms since the epoch: start + `timeout` + `grace`. It never moves. */
  readonly due: number;
  /** Random; proves that a delivery answers this job. */
  readonly token: string;
  /** Which dispatch this is: 1 for the first, one more each time that an executor was lost. */
  readonly attempt: number;
  /** The request: a `RequestSync`, as `stringify` wrote it. */
  readonly request: string;
  /** Budget of the whole exchange, in milliseconds: every try, every redirect, the body. */
  readonly timeout: number;
  /** How long after the budget an outcome may still travel, in milliseconds. */
  readonly grace: number;
  /** Which URLs may be fetched and how large things may be. */
  readonly policy: FetchPolicyOptions;
  /** How often the executor tries within the one budget; `undefined`: once. */
  readonly retry: FetchRetryOptions | undefined;
}

/** An outcome, as an executor hands it to the origin. */
export interface Delivery {
  /** Version of the format: {@linkcode JOB_VERSION}. */
  readonly v: 1;
  /** As in {@linkcode Job.id}. */
  readonly id: string;
  /** As in {@linkcode Job.due}. */
  readonly due: number;
  /** As in {@linkcode Job.token}. */
  readonly token: string;
  /** As in {@linkcode Job.attempt}. */
  readonly attempt: number;
  /** The outcome: a `ResponseSync` or a `FetchError`, as `stringify` wrote it. */
  readonly outcome: string;
}

/**
 * What the origin answers to a delivery, once its transition is committed.
 *
 * - `"settled"`: this delivery, or an earlier copy of it, ended the request.
 * - `"late"`: the request had ended otherwise; the outcome was reported.
 * - `"unknown"`: no such request, or a token that is not its own; nothing was done.
 *
 * A delivery that fails or rejects is no answer: deliver again.
 */
export type Acknowledgement = "settled" | "late" | "unknown";
