/**
 * What a simulation of somebody's own handlers is made of.
 *
 * @module
 */
import type { Alarms } from "../../core/alarms.ts";
import type { Clock } from "../../core/clock.ts";
import type { Continuable } from "../../core/continuation.ts";
import type { ObjectHost, Origin, OriginSettings } from "../../core/origin.ts";
import type { Requests } from "../../core/requests.ts";
import type { Storage } from "../../core/storage.ts";

/** What a simulated object is made with: pass it to a `LocalObject` as its `ctx`, or take what you need of it. */
export interface SimulatedContext<S extends Storage = Storage> extends ObjectHost<S> {
  /**
   * The object's storage, as the factory in `storage` made it. Each use may be the one at which the object is lost:
   * then it throws `OBJECT_LOST`, for this object from then on.
   */
  readonly storage: S;
  /** Virtual time. Let an asynchronous handler wait by it, never by real timers: they do not wait for simulated ones. */
  readonly clock: Clock;
}

/** One call on the simulated object. */
export interface SimulatedCall<T extends object> {
  /** Which call it is: 0 for the first; with a plan that was cut down, some are missing. */
  readonly nth: number;
  /** A number in [0, 1), as `Math.random` gives it; the same ones for the same seed and call. */
  readonly random: () => number;
  /** Starts to record a continuation on the object. */
  readonly ctn: () => Continuable<T>;
  /** As `Requests.proxyFetch`. */
  readonly proxyFetch: Origin<T>["proxyFetch"];
  /** The object's schedules. */
  readonly alarms: Alarms;
  /** The object's requests. */
  readonly requests: Requests;
}

/** What has become of a request. */
export interface SimulatedRequest {
  /** In which call it was made, or on behalf of which call a handler made it; 1,000,000 where that is not known. */
  readonly call: number;
  /** Its id. */
  readonly id: string;
  /**
   * Where it stands. `"lost"`: with the object, as the durability allows; `"undone"`: with the transaction in which it
   * was made.
   */
  readonly phase: "open" | "committed" | "dead" | "cancelled" | "lost" | "undone";
  /** How often its continuation has committed: by the promise of a strict request and a synchronous handler, once. */
  readonly commits: number;
}

/** What has become of a schedule. */
export interface SimulatedSchedule {
  /** Its id; of those with an id of your own there is one entry for all that have had it. */
  readonly id: string;
  /** How often its continuation has committed. */
  readonly commits: number;
}

/** What is true at a quiet point, as the simulator knows it from the storage. */
export interface SimulationReport {
  /** Whether this is the end: faults have ceased, and what could happen has happened. */
  readonly ended: boolean;
  /** The object's time, in milliseconds since the epoch. */
  readonly now: number;
  /** How many continuations of requests have committed in all. */
  readonly commits: number;
  /** The requests, in the order in which they were made. */
  readonly requests: readonly SimulatedRequest[];
  /** The schedules, in the order in which they were made. */
  readonly schedules: readonly SimulatedSchedule[];
}

/** Your own handlers, and what must be true of them. Methods, so that a subject of any object is a subject. */
export interface Subject<T extends object = object, S extends Storage = Storage> {
  /**
   * Makes the object: at first, and again after each eviction and crash, over the same storage. What it keeps in memory
   * is gone then. Nothing goes wrong while it runs.
   */
  origin?(context: SimulatedContext<S>): T;
  /**
   * Uses the object as your code does: once for each call in the plan. What it throws is a finding, unless the object
   * was lost or its storage was full. It may return a promise, which is not waited for.
   */
  call?(origin: T, call: SimulatedCall<T>): unknown;
  /** Answers a fetch in the place of the server. Default: an empty JSON object. Some connections break all the same. */
  respond?(request: Request): Response;
  /**
   * Says what must be true: throw where it is not. Called whenever nothing runs in the object after a step, and at the
   * end. Synchronous; what it reads is not counted, and nothing goes wrong meanwhile.
   */
  check?(origin: T, report: SimulationReport): void;
  /** Defaults for the object's requests and schedules, as its host would be given them. */
  readonly settings?: OriginSettings;
}
