/**
 * Whether a fetch that failed is tried again, and when.
 *
 * @module
 */
import type { RetryOptions } from "./backoff.ts";

/** How often the executor tries a fetch, and when it tries again. Every try shares the one `timeout`. */
export interface FetchRetryOptions extends RetryOptions {
  /** HTTP statuses that are tried again. Default: 408, 425, 429, 500, 502, 503, 504. */
  readonly statuses?: readonly number[];
  /** Whether a connection that fails is tried again. Default: `true`. */
  readonly network?: boolean;
  /** Longest wait that a `Retry-After` header can ask for, in milliseconds; a longer one is cut. Default: 60,000. */
  readonly maxRetryAfter?: number;
}
