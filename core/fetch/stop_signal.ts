/**
 * What ends a wait early.
 *
 * @module
 */

/** Tells that something is not wanted any more; every `AbortSignal` is one. */
export interface StopSignal {
  /** Whether it has been given. */
  readonly aborted: boolean;
  /** Calls `listener` once, when it is given; never for one that was given before. */
  addEventListener(type: "abort", listener: () => void, options?: { once: true }): void;
  /** Forgets a listener. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/**
 * A stop signal of the core's own. Runtimes make an `AbortController` in native code, at some microseconds each: one is
 * made only where something native listens.
 */
export class StopSwitch implements StopSignal {
  #aborted = false;
  readonly #listeners: (() => void)[] = [];

  /** As {@linkcode StopSignal.aborted}. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Gives the signal, at once and in the order in which the listeners came; a second time does nothing. */
  abort(): void {
    this.#aborted = true;
    for (let next = this.#listeners.shift(); next !== undefined; next = this.#listeners.shift()) next();
  }

  /** As {@linkcode StopSignal.addEventListener}. */
  addEventListener(_type: "abort", listener: () => void): void {
    if (!this.#aborted) this.#listeners.push(listener);
  }

  /** As {@linkcode StopSignal.removeEventListener}. */
  removeEventListener(_type: "abort", listener: () => void): void {
    const at = this.#listeners.indexOf(listener);
    if (at >= 0) this.#listeners.splice(at, 1);
  }
}
