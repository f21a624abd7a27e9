/**
 * What travels between an origin and its executor: the job one way, messages the other way.
 *
 * All of it is plain data that survives a structured clone and JSON, so that one shape serves RPC, queues and rows.
 *
 * @module
 */
import type { FetchRetryOptions } from "./fetch/fetch_retry.ts";
import type { FetchPolicyOptions } from "./policy.ts";
import type { Route } from "./requests/route.ts";

/** Version of the wire format that this release writes. */
export const JOB_VERSION = 1;

/** What is promised of a request: see the table in docs/requests.md. */
export type Durability = "strict" | "deferred" | "memory";

/** A fetch to perform, as the origin hands it to an executor. */
export interface Job {
  /** Version of the format: {@linkcode JOB_VERSION}. */
  readonly v: 1;
  /** The request's id; unique at its origin together with `due`. */
  readonly id: string;
  /** The due time of the deadline row, in ms since the epoch: start + `timeout` + `grace`. It never moves. */
  readonly due: number;
  /** Random; proves that a message is about this job. */
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
  /** How often the executor says that it is alive, in milliseconds; absent: never. */
  readonly heartbeat?: number;
  /** When a fetch that still runs makes the executor send a {@linkcode Persist}, in ms; absent: never. */
  readonly persistAfter?: number;
  /** What the executor hands back with the outcome, unread; absent: nothing. */
  readonly carried?: Carried;
  /** Which way it goes; absent: as the executor chooses. */
  readonly via?: Route;
}

/** What of a request travels with its job, so that no row has to hold it. The executor hands it back, unread. */
export interface Carried {
  /** Which instantiation of the origin sent the job. */
  readonly epoch: string;
  /** What is promised of the request. */
  readonly durability: Durability;
  /** The continuation; only of a deferred request, whose origin may have forgotten it. */
  readonly continuation?: string;
  /** The continuation for a late outcome, when the caller gave one. */
  readonly onLate?: string;
  /** Whether a delivery that may be a second one is run or dropped. */
  readonly onAmbiguous?: "drop" | "run";
  /**
   * Until when its origin cannot have given it up as lost, by the origin's clock, in milliseconds since the epoch; only
   * of a deferred request that is watched. Absent: until `Job.due`.
   */
  readonly until?: number;
  /** Set by the executor: whether a {@linkcode Persist} without an answer may still be under way. */
  readonly unsure?: true;
}

/** An outcome, as an executor hands it to the origin. */
export interface Delivery {
  /** Tells messages apart. */
  readonly type: "outcome";
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
  /** How often this outcome has been sent, this time included: 1 for the first, one more each time it is sent again. */
  readonly sending: number;
  /** The outcome: a `ResponseSync` or a `FetchError`, as `stringify` wrote it. */
  readonly outcome: string;
  /** As in {@linkcode Job.carried}. */
  readonly carried?: Carried;
}

/** A sign of life: the executor still works on the job. */
export interface Heartbeat {
  /** Tells messages apart. */
  readonly type: "heartbeat";
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
}

/**
 * Asks the origin to write a deferred request down, because its fetch outlives `persistAfter`. The executor sends no
 * outcome before it has an answer; where it had to ask again, it says so with the outcome: {@linkcode Carried.unsure}.
 */
export interface Persist {
  /** Tells messages apart. */
  readonly type: "persist";
  /** Version of the format: {@linkcode JOB_VERSION}. */
  readonly v: 1;
  /** The job itself: the origin may have forgotten all of it. */
  readonly job: Job;
}

/** Whatever an executor tells an origin; one method takes them all. */
export type Message = Delivery | Heartbeat | Persist;

/**
 * What the origin answers to a message, once its transition is committed.
 *
 * - `"settled"`: this delivery, or an earlier copy of it, ended the request.
 * - `"pending"`: to a heartbeat or a persist: the request is open, go on.
 * - `"late"`: the request had ended otherwise; the outcome was reported. To a heartbeat or a persist: give up.
 * - `"unknown"`: no such request, or a token that is not its own; nothing was done.
 *
 * A message that fails or rejects got no answer: send an outcome again, with `sending` one higher.
 */
export type Acknowledgement = "settled" | "pending" | "late" | "unknown";
