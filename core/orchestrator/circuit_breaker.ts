/**
 * Keeps a dead host from being asked, and from taking the places of others.
 *
 * @module
 */

/** When a breaker opens, and for how long. */
export interface BreakerOptions {
  /** Failures in a row that open it; 1 or more. Default: 5. */
  readonly failures?: number;
  /** How long it stays open, in milliseconds; then one request tries the host. Default: 30,000. */
  readonly cooldown?: number;
}

/** Where a breaker stands: requests pass, none does, or one does, to see. */
export type BreakerState = "closed" | "open" | "half-open";

/** A circuit breaker. What it knows is in memory: after a restart it is closed. */
export class CircuitBreaker {
  readonly #failures: number;
  readonly #cooldown: number;
  #inRow = 0;
  #openUntil: number | undefined;
  /** Whether a request is under way that tries the host. */
  #probing = false;

  /** Creates a closed one. */
  constructor(options: Required<BreakerOptions>) {
    this.#failures = options.failures;
    this.#cooldown = options.cooldown;
  }

  /** Where it stands at an instant, in milliseconds since the epoch. */
  state(now: number): BreakerState {
    if (this.#openUntil === undefined) return "closed";
    return now < this.#openUntil ? "open" : "half-open";
  }

  /**
   * When the next request may pass.
   *
   * @returns `now` or earlier: at once. `Infinity`: not before the one that tries the host has ended.
   */
  readyAt(now: number): number {
    if (this.#openUntil === undefined) return now;
    return this.#probing ? Infinity : this.#openUntil;
  }

  /**
   * A request begins.
   *
   * @returns Whether it tries the host, for {@linkcode CircuitBreaker.end}.
   */
  begin(): boolean {
    const probe = this.#openUntil !== undefined;
    this.#probing ||= probe;
    return probe;
  }

  /**
   * A request has ended.
   *
   * @param result Whether the host answered; `"unknown"` when that cannot be told, e.g. after an abort.
   * @param now In milliseconds since the epoch.
   * @param probe Whether it tried the host. While such a one is under way, the end of an older one lets no other.
   */
  end(result: "answered" | "failed" | "unknown", now: number, probe: boolean): void {
    if (result === "answered") {
      this.#inRow = 0;
      this.#openUntil = undefined;
    } else if (result === "failed" && ++this.#inRow >= this.#failures) {
      this.#openUntil = now + this.#cooldown;
    }
    if (probe) this.#probing = false;
  }
}
