/**
 * What keeps a dead host from being asked, and from taking the places of others.
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
