/**
 * One timer for all the waits of a job.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** A wait that shares the timer. */
interface Wait {
  readonly callback: () => void;
  /** How much of it is left when the timer is set, in milliseconds. */
  left: number;
}

/** Longest time for which the timer is set at once, in milliseconds: as long as a delivery waits for its answer. */
const SPAN_MS = 10_000;

/**
 * A clock whose long waits share one timer of another clock. A job waits for its budget, for the next sign of life and
 * for each answer, and nearly always ends before any of them is over: setting and clearing a timer for each costs more
 * than the rest of a short job.
 *
 * The timer is set for 10 s at most and looks, when it fires, how much of each wait is left. A wait that is shorter than
 * what the timer was set for gets one of its own. It does not promise the millisecond where the wall clock is set back
 * or forth: a wait that begins under a running timer may then end up to 10 s early or late.
 */
export class SharedTimer implements Clock {
  readonly #clock: Clock;
  readonly #waits = new Set<Wait>();
  /** What the timer was set for, in milliseconds, and when; `undefined` while there is none. */
  #armed: { readonly ms: number; readonly at: number; readonly cancel: () => void } | undefined;

  /** Creates it; no timer is set before the first wait. {@linkcode SharedTimer.close} it. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As {@linkcode Clock.now}. */
  now(): number {
    return this.#clock.now();
  }

  /** As {@linkcode Clock.random}. */
  random(): number {
    return this.#clock.random();
  }

  /** As {@linkcode Clock.setTimeout}. */
  setTimeout(callback: () => void, ms: number): () => void {
    const armed = this.#armed;
    if (armed !== undefined && ms < armed.ms) return this.#clock.setTimeout(callback, ms);
    const passed = armed === undefined ? 0 : Math.min(Math.max(0, this.now() - armed.at), armed.ms);
    const wait = { callback, left: ms + passed };
    this.#waits.add(wait);
    if (armed === undefined) this.#arm();
    return () => this.#waits.delete(wait);
  }

  /** Clears the timer: no shared wait ends any more. */
  close(): void {
    this.#waits.clear();
    this.#armed?.cancel();
    this.#armed = undefined;
  }

  #arm(): void {
    let ms = SPAN_MS;
    for (const { left } of this.#waits) ms = Math.min(ms, left);
    this.#armed = { ms, at: this.now(), cancel: this.#clock.setTimeout(() => this.#fire(ms), ms) };
  }

  #fire(ms: number): void {
    this.#armed = undefined;
    const over: Wait[] = [];
    for (const wait of this.#waits) {
      wait.left -= ms;
      if (wait.left <= 0) over.push(wait);
    }
    for (const wait of over) this.#waits.delete(wait);
    if (this.#waits.size > 0) this.#arm();
    for (const { callback } of over) callback();
  }
}
