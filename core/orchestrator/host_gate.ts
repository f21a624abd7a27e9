/**
 * Whether a host may be asked at this moment.
 *
 * @module
 */
import { type BreakerState, CircuitBreaker } from "./circuit_breaker.ts";
import type { HostLimits } from "./orchestrator_options.ts";
import { RateLimit } from "./rate_limit.ts";

/** One host's concurrency, rate and breaker. */
export class HostGate {
  readonly #concurrency: number;
  readonly #rate: RateLimit | undefined;
  readonly #breaker: CircuitBreaker;
  #inFlight = 0;

  /** Creates a gate that nothing has passed. */
  constructor(limits: HostLimits) {
    this.#concurrency = limits.concurrency;
    this.#rate = limits.rate && new RateLimit(limits.rate);
    this.#breaker = new CircuitBreaker(limits.breaker);
  }

  /** How many fetches are under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Where the breaker stands. */
  breaker(now: number): BreakerState {
    return this.#breaker.state(now);
  }

  /**
   * When the next fetch may begin.
   *
   * @param now In milliseconds since the epoch.
   * @returns `now` or earlier: at once. `Infinity`: not before one that is under way has ended.
   */
  readyAt(now: number): number {
    if (this.#inFlight >= this.#concurrency) return Infinity;
    return Math.max(this.#rate?.readyAt(now) ?? now, this.#breaker.readyAt(now));
  }

  /** Whether nothing is lost by forgetting the host, but for failures that have opened no breaker. */
  isIdle(now: number): boolean {
    return this.#inFlight === 0 && this.readyAt(now) <= now && this.breaker(now) === "closed";
  }

  /** A fetch begins at `now`; as in {@linkcode CircuitBreaker.begin}. */
  begin(now: number): boolean {
    this.#inFlight++;
    this.#rate?.begin(now);
    return this.#breaker.begin();
  }

  /** A fetch has ended; as in {@linkcode CircuitBreaker.end}. */
  end(result: "answered" | "failed" | "unknown", now: number, probe: boolean): void {
    this.#inFlight--;
    this.#breaker.end(result, now, probe);
  }
}
