/**
 * So many requests in so much time.
 *
 * @module
 */

/** A rate. */
export interface RateOptions {
  /** How many requests may begin within `per`; 1 or more. As many may begin at once. */
  readonly requests: number;
  /** The span, in milliseconds, more than 0. */
  readonly per: number;
}

/**
 * A rate limit that no span of time exceeds: of any window of `per` milliseconds, at most `requests` begin in it. What
 * it knows is in memory: a restart forgets it.
 */
export class RateLimit {
  readonly #options: RateOptions;
  /** When the latest requests began, oldest first; `requests` of them at most. */
  readonly #begun: number[] = [];

  /** Creates one that has seen no request. */
  constructor(options: RateOptions) {
    this.#options = options;
  }

  /** When the next request may begin, in milliseconds since the epoch; `now` or earlier: at once. */
  readyAt(now: number): number {
    return this.#begun.length < this.#options.requests ? now : this.#begun[0] + this.#options.per;
  }

  /** A request begins at `now`, in milliseconds since the epoch. */
  begin(now: number): void {
    this.#begun.push(now);
    if (this.#begun.length > this.#options.requests) this.#begun.shift();
  }
}
