/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { InvalidOptionError } from "../core/errors.ts";
export type { Clock } from "../core/clock.ts";

/** How to start a {@linkcode fakeClock}. */
export interface FakeClockOptions {
  /** First reading, in milliseconds since the epoch. Defaults to 2026-01-01T00:00:00Z. */
  now?: number;
  /** Seed of `random`, an integer: the same seed gives the same numbers. Defaults to 1. */
  seed?: number;
}

/** A {@linkcode Clock} that a test owns: it moves only when told to, and its chance is repeatable. */
export interface FakeClock extends Clock {
  /** How many timers wait. */
  readonly pending: number;
  /** When the earliest timer is due, in milliseconds since the epoch, or `undefined` when none waits. */
  readonly nextTimer: number | undefined;
  /**
   * Moves the clock on and runs the timers that fall due, each at its own time, in order; those that they set too,
   * when they fall within the span. Equal times run in the order in which they were set.
   *
   * @param ms Span in milliseconds, zero or more.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) when `ms` is negative or NaN; nothing runs.
   * @throws What a timer throws; the clock stays at that timer's time, and the later timers still wait.
   */
  tick(ms: number): void;
  /**
   * Like {@linkcode FakeClock.tick}, but lets promises settle before, between and after the timers. It waits for no
   * real I/O.
   *
   * @param ms Span in milliseconds, zero or more.
   * @returns Resolves when the span is over; rejects with what a timer throws.
   */
  tickAsync(ms: number): Promise<void>;
}

interface Timer {
  at: number;
  order: number;
  callback: () => void;
}

/**
 * Creates a clock for tests: `now` stands still, timers run only in `tick`, and `random` is seeded.
 *
 * @example Fire a timer without waiting
 * ```ts
 * import { fakeClock } from "@doze/fetch/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = fakeClock({ now: 1_000 });
 * const fired: number[] = [];
 * clock.setTimeout(() => fired.push(clock.now()), 50);
 * clock.tick(49);
 * assertEquals(fired, []);
 * clock.tick(1);
 * assertEquals(fired, [1_050]);
 * ```
 *
 * @param options Where to start.
 */
export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  return new SeededClock(options.now ?? Date.UTC(2026, 0), options.seed ?? 1);
}

class SeededClock implements FakeClock {
  readonly #timers = new Set<Timer>();
  #now: number;
  #seed: number;
  #order = 0;

  constructor(now: number, seed: number) {
    this.#now = now;
    this.#seed = seed | 0;
  }

  get pending(): number {
    return this.#timers.size;
  }

  get nextTimer(): number | undefined {
    return this.#next()?.at;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): () => void {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Mulberry32: small, fast, and good enough for jitter and for shuffling test cases. */
  random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), this.#seed | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  tick(ms: number): void {
    const until = this.#end(ms);
    while (this.#fireUpTo(until));
    this.#now = until;
  }

  async tickAsync(ms: number): Promise<void> {
    const until = this.#end(ms);
    do {
      await settle();
    } while (this.#fireUpTo(until));
    this.#now = until;
    await settle();
  }

  #end(ms: number): number {
    if (!(ms >= 0)) throw new InvalidOptionError("ms", ms, "pass zero or more milliseconds");
    return this.#now + ms;
  }

  /** Fires the earliest timer that is due by `until`; tells whether there was one. */
  #fireUpTo(until: number): boolean {
    const timer = this.#next();
    if (timer === undefined || timer.at > until) return false;
    this.#timers.delete(timer);
    this.#now = timer.at;
    timer.callback();
    return true;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** Yields one turn of the event loop, after which every promise that could settle has. */
function settle(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
