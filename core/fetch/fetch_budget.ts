/**
 * The time that one fetch may take, with everything that belongs to it.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { type StopSignal, StopSwitch } from "./stop_signal.ts";

/** Why a fetch had to stop before it was finished. */
export type Stop = "TIMEOUT" | "CANCELLED";

/** A promise's value, or why it was not waited for any longer. */
export type Raced<T> = { readonly value: T } | { readonly stop: Stop };

/**
 * One timer and one caller's signal, merged: every wait of a fetch goes through {@linkcode FetchBudget.race}, so that
 * the fetch ends in time even when the runtime's `fetch` does not listen to its signal.
 */
export class FetchBudget {
  /** Given when the time is over or the caller gives up, for what listens within the core. */
  readonly ended: StopSignal;
  /** When the budget began, in milliseconds since the epoch. */
  readonly start: number;
  readonly #clock: Clock;
  readonly #end: number;
  readonly #ended = new StopSwitch();
  readonly #outer: StopSignal | undefined;
  readonly #cancelTimer: (() => void) | undefined;
  #controller: AbortController | undefined;
  #stop: Stop | undefined;

  /**
   * Starts the budget. {@linkcode FetchBudget.close} it, or its timer stays.
   *
   * @param clock Whose time and timers count.
   * @param ms How long it lasts, in milliseconds; zero or less has ended at once, `Infinity` never ends.
   * @param signal The caller's signal to give up.
   */
  constructor(clock: Clock, ms: number, signal?: StopSignal) {
    this.ended = this.#ended;
    this.start = clock.now();
    this.#clock = clock;
    this.#end = this.start + ms;
    this.#outer = signal;
    this.#cancelTimer = ms > 0 && ms < Infinity ? clock.setTimeout(() => this.#halt("TIMEOUT"), ms) : undefined;
    signal?.addEventListener("abort", this.#cancel, { once: true });
    if (signal?.aborted === true) this.#halt("CANCELLED");
    if (ms <= 0) this.#halt("TIMEOUT");
  }

  /** Aborted when the time is over or the caller gives up; hand it to `fetch`. Made at its first use. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = this.#controller = new AbortController();
      if (this.#stop !== undefined) controller.abort();
    }
    return this.#controller.signal;
  }

  /** Why the budget has ended, or `undefined` while it lasts. */
  get stop(): Stop | undefined {
    return this.#stop;
  }

  /** Time left, in milliseconds; zero or less when it is over. */
  get remaining(): number {
    return this.#end - this.#clock.now();
  }

  /** Time since the start, in milliseconds. */
  get elapsed(): number {
    return this.#clock.now() - this.start;
  }

  /**
   * Waits for a promise while the budget lasts.
   *
   * @param promise What to wait for; when it rejects in time, so does this.
   * @param abandoned Called with its value when that comes after the end, to let go of it.
   */
  race<T>(promise: Promise<T>, abandoned: (value: T) => void = () => {}): Promise<Raced<T>> {
    return new Promise((resolve, reject) => {
      const halted = () => {
        if (this.#stop !== undefined) resolve({ stop: this.#stop });
      };
      promise.then((value) => {
        this.#ended.removeEventListener("abort", halted);
        if (this.#stop === undefined) resolve({ value });
        else abandoned(value);
      }, (cause: unknown) => {
        this.#ended.removeEventListener("abort", halted);
        // A fetch rejects because its signal was aborted: that is the stop, not the cause.
        if (this.#stop === undefined) reject(cause);
      });
      this.#ended.addEventListener("abort", halted);
      halted();
    });
  }

  /**
   * Waits.
   *
   * @param ms How long, in milliseconds.
   * @returns Why the wait ended early, or `undefined` when it did not.
   */
  async sleep(ms: number): Promise<Stop | undefined> {
    let cancel = () => {};
    const raced = await this.race(new Promise<void>((resolve) => cancel = this.#clock.setTimeout(resolve, ms)));
    cancel();
    return "stop" in raced ? raced.stop : undefined;
  }

  /** Frees the timer and the caller's signal. What still runs under the budget's own signal is left to end. */
  close(): void {
    this.#cancelTimer?.();
    this.#outer?.removeEventListener("abort", this.#cancel);
  }

  readonly #cancel = (): void => this.#halt("CANCELLED");

  #halt(stop: Stop): void {
    if (this.#stop !== undefined) return;
    this.#stop = stop;
    this.#ended.abort();
    this.#controller?.abort();
    this.close();
  }
}
