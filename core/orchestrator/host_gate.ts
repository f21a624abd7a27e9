/**
 * Whether a host may be asked at this moment.
 *
 * @module
 */
import type { HostLimits } from "./orchestrator_options.ts";

/** Where a breaker stands: requests pass, none does, or one does, to see. */
export type BreakerState = "closed" | "open" | "half-open";

/** One host's concurrency, rate and breaker. What it knows is in memory: after a restart it begins anew. */
export class HostGate {
  readonly #limits: HostLimits;
  /** When the latest fetches began, oldest first; as many as the rate allows at most. */
  readonly #begun: number[] = [];
  #inFlight = 0;
  /** Failures in a row. */
  #failures = 0;
  /** Until when the breaker stays open; `undefined` while it is closed. */
  #openUntil: number | undefined;
  /** Whether a fetch is under way that tries the host. */
  #probing = false;

  /** Creates a gate that nothing has passed. */
  constructor(limits: HostLimits) {
    this.#limits = limits;
  }

  /** How many fetches are under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Where the breaker stands at an instant, in milliseconds since the epoch. */
  breaker(now: number): BreakerState {
    if (this.#openUntil === undefined) return "closed";
    return now < this.#openUntil ? "open" : "half-open";
  }

  /**
   * When the next fetch may begin.
   *
   * @param now In milliseconds since the epoch.
   * @returns `now` or earlier: at once. `Infinity`: not before one that is under way has ended.
   */
  readyAt(now: number): number {
    const { concurrency, rate } = this.#limits;
    const tried = this.#probing && this.#openUntil !== undefined;
    if (tried || this.#inFlight >= concurrency) return Infinity;
    const full = rate !== undefined && this.#begun.length >= rate.requests;
    return Math.max(full ? this.#begun[0] + rate.per : now, this.#openUntil ?? now);
  }

  /** Whether nothing is lost by forgetting the host, but for failures that have opened no breaker. */
  isIdle(now: number): boolean {
    return this.#inFlight === 0 && this.readyAt(now) <= now && this.breaker(now) === "closed";
  }

  /**
   * A fetch begins.
   *
   * @param now In milliseconds since the epoch.
   * @returns Whether it tries a host whose breaker has opened, for {@linkcode HostGate.end}.
   */
  begin(now: number): boolean {
    const { rate } = this.#limits;
    if (rate !== undefined && this.#begun.push(now) > rate.requests) this.#begun.shift();
    this.#inFlight++;
    const probe = this.#openUntil !== undefined;
    this.#probing ||= probe;
    return probe;
  }

  /**
   * A fetch has ended.
   *
   * @param result Whether the host answered; `"unknown"` when that cannot be told, e.g. after an abort.
   * @param now In milliseconds since the epoch.
   * @param probe Whether it tried the host. While such a one is under way, the end of an older one lets no other.
   */
  end(result: "answered" | "failed" | "unknown", now: number, probe: boolean): void {
    const { failures, cooldown } = this.#limits.breaker;
    this.#inFlight--;
    if (probe) this.#probing = false;
    if (result === "answered") {
      this.#failures = 0;
      this.#openUntil = undefined;
    } else if (result === "failed" && ++this.#failures >= failures) {
      this.#openUntil = now + cooldown;
    }
  }
}
