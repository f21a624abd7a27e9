/**
 * What this package needs of Cloudflare's bindings, described by shape: the types of `@cloudflare/workers-types` and
 * those that `wrangler types` generates both fit, and so does a test double.
 *
 * @module
 */
import type { Acknowledgement, Message } from "../../core/job.ts";
import type { DurableObjectStorageLike } from "./storage.ts";

/** The id of a Durable Object. */
export interface DurableObjectIdLike {
  /** The id as 64 hexadecimal digits. */
  toString(): string;
}

/** The `ctx` of a Durable Object. */
export interface DurableObjectStateLike {
  /** The object's own id. */
  readonly id: DurableObjectIdLike;
  /** The object's storage; it must be backed by SQLite. */
  readonly storage: DurableObjectStorageLike;
  /**
   * The Worker's own exports (compatibility flag `enable_ctx_exports`, on by default from 2025-11-17:
   * https://developers.cloudflare.com/workers/runtime-apis/context/#exports).
   */
  readonly exports?: object;
  /** Ends the object at once; the next event starts it anew. */
  abort?(reason?: string): void;
  /** Keeps the object from being evicted until the promise has settled (from compatibility date 2026-10-01). */
  waitUntil?(promise: Promise<unknown>): void;
  /** Holds back all events until the callback's promise has settled. */
  blockConcurrencyWhile<T>(callback: () => Promise<T>): Promise<T>;
}

/** The `ctx` of a Worker entrypoint. */
export interface ExecutionContextLike {
  /** As {@linkcode DurableObjectStateLike.exports}. */
  readonly exports?: object;
  /** Keeps the invocation alive until the promise has settled, 30 s after the response at most. */
  waitUntil(promise: Promise<unknown>): void;
}

/** Who takes an executor's messages: a stub of an object. */
export interface DeliveryTarget {
  /** As `DozeObject.dozeDeliver`; a failed call got no answer. */
  dozeDeliver(message: Message): Acknowledgement | Promise<Acknowledgement>;
}

/** What the platform hands to an alarm handler. */
export interface AlarmInfoLike {
  /** How often this alarm has failed before: 0 at first. */
  readonly retryCount: number;
}
