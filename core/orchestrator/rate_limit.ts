/**
 * So many requests in so much time.
 *
 * @module
 */

/** A rate that no span of time exceeds: of any window of `per` milliseconds, at most `requests` begin in it. */
export interface RateOptions {
  /** How many requests may begin within `per`; 1 or more. As many may begin at once. */
  readonly requests: number;
  /** The span, in milliseconds, more than 0. */
  readonly per: number;
}
