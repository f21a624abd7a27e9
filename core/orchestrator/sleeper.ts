/**
 * When an orchestrator wakes up again.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Storage } from "../storage.ts";

/** Waits up to this long are timers, which cost no row but keep an object awake; in milliseconds. */
const TIMER_MS = 5_000;
/**
 * How soon what waits or is under way is looked after when the orchestrator was lost, in milliseconds: early enough for
 * most of a default budget to be left, late enough that a row for each such span is a small part of what its requests
 * cost.
 */
const WATCHDOG_MS = 5_000;

/** Timers for short waits, the alarm for long ones and as a watchdog. */
export class Sleeper {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #onWake: () => void;
  readonly #timersOnly: boolean;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  /** Creates it; `onWake` is called when a timer fires. `timersOnly`: the alarm is left alone. */
  constructor(storage: Storage, clock: Clock, onWake: () => void, timersOnly = false) {
    this.#timersOnly = timersOnly;
    this.#storage = storage;
    this.#clock = clock;
    this.#onWake = onWake;
  }

  /**
   * Sees to it that something happens at a time.
   *
   * @param at When, in milliseconds since the epoch; `Infinity` for never.
   * @param busy Whether work goes on in memory, which the alarm has to bring back if it is lost.
   */
  sleep(at: number, busy: boolean): void {
    const now = this.#clock.now();
    const soon = this.#timersOnly || at - now <= TIMER_MS;
    this.#setTimer(soon ? at : Infinity);
    if (this.#timersOnly) return;
    this.#arm(Math.min(busy || soon ? now + WATCHDOG_MS : Infinity, soon ? Infinity : at));
  }

  /** Cancels the timer. The alarm stays: it belongs to the rows. */
  close(): void {
    this.#setTimer(Infinity);
  }

  #setTimer(at: number): void {
    if (this.#timer?.at === at) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (at === Infinity) return;
    const cancel = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#onWake();
    }, Math.max(0, at - this.#clock.now()));
    this.#timer = { at, cancel };
  }

  /** Arms the alarm, earlier only; one that is too early costs a look, each setting costs a row. */
  #arm(at: number): void {
    if (at === Infinity) return;
    const armed = this.#storage.armedAt();
    // An alarm in the past is firing, or has been lost with a crash.
    if (armed !== undefined && armed <= at && armed > this.#clock.now()) return;
    this.#storage.arm(Math.max(Math.ceil(at), this.#clock.now() + 1));
  }
}
