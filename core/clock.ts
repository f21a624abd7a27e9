/**
 * The clock port: time, timers and chance, so that tests and the simulator can own all three.
 *
 * @module
 */

/**
 * Where the core gets its time, timers and randomness from.
 *
 * It promises no monotonic time: a wall clock may step. On Cloudflare it stands still between I/O, so it never
 * measures CPU (https://developers.cloudflare.com/workers/reference/security-model/).
 *
 * @example Read the time of the running system
 * ```ts
 * import { systemClock } from "@doze/fetch";
 * import { assert } from "@std/assert";
 *
 * assert(systemClock.now() > Date.UTC(2026, 0));
 * ```
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, as `Date.now()` gives them. */
  now(): number;
  /**
   * Calls `callback` once, no earlier than `ms` milliseconds from now.
   *
   * @param callback Called once, unless cancelled.
   * @param ms Delay in milliseconds, zero or more.
   * @returns A function that cancels the timer; calling it twice, or too late, does nothing.
   */
  setTimeout(callback: () => void, ms: number): () => void;
  /** A number in [0, 1), for jitter only. It is no source of secrets. */
  random(): number;
}

/** Longest delay that runtimes hold in a timer, in milliseconds (2³¹ − 1); longer ones would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** The running system's clock: `Date.now`, `setTimeout` and `Math.random`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(callback, ms) {
    const timer = setTimeout(callback, Math.min(ms, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
