/**
 * Whether a fetch that failed is tried again, and when.
 *
 * @module
 */
import { retryDelay, type RetryOptions, type RetryPolicy, retryPolicy } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkBoolean, checkSpan } from "../option_checks.ts";
import { parseRetryAfter } from "./retry_after.ts";

/**
 * How often the executor tries a fetch, and when it tries again. Every try shares the one `timeout`: a wait that would
 * outlast it is not begun, the last outcome stands instead.
 *
 * Only what may be repeated is: requests that are idempotent by method, and others with an `Idempotency-Key` header.
 */
export interface FetchRetryOptions extends RetryOptions {
  /** HTTP statuses that are tried again. Default: 408, 425, 429, 500, 502, 503, 504. */
  readonly statuses?: readonly number[];
  /** Whether a connection that failed, also halfway through the body, is tried again. Default: `true`. */
  readonly network?: boolean;
  /** Longest wait that a `Retry-After` header can ask for, in milliseconds; a longer one is cut. Default: 60,000. */
  readonly maxRetryAfter?: number;
}

/** {@linkcode FetchRetryOptions} with every default filled in. */
export type FetchRetryPolicy = Required<FetchRetryOptions>;

/** Three tries, half a second and a second apart at most, all of it left to chance. */
const DEFAULTS: RetryPolicy = { attempts: 3, backoff: 500, maxDelay: 30_000, jitter: 1 };
const STATUSES: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
const MAX_RETRY_AFTER_MS = 60_000;

/** Methods that may be repeated (https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/**
 * Fills in the defaults and checks the ranges.
 *
 * @param options What the caller gave; `undefined` means one try.
 * @param name The option's name, for messages.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for a member that is out of its range.
 */
export function fetchRetryPolicy(options: FetchRetryOptions | undefined, name = "retry"): FetchRetryPolicy {
  const tries = retryPolicy(options, options === undefined ? { ...DEFAULTS, attempts: 1 } : DEFAULTS, name);
  const statuses = options?.statuses ?? STATUSES;
  if (
    !Array.isArray(statuses) || !statuses.every((status) => Number.isInteger(status) && status >= 200 && status < 600)
  ) {
    throw new InvalidOptionError(`${name}.statuses`, statuses, "pass an array of HTTP statuses from 200 to 599");
  }
  const network = checkBoolean(`${name}.network`, options?.network ?? true);
  const maxRetryAfter = checkSpan(`${name}.maxRetryAfter`, options?.maxRetryAfter ?? MAX_RETRY_AFTER_MS);
  return { ...tries, statuses, network, maxRetryAfter };
}

/**
 * Whether a request may be sent again without doing its work twice: by its method, or by its `Idempotency-Key` header.
 *
 * @param request Its method, in any case, and its headers, which are only looked at where the method does not tell.
 */
export function isIdempotent(request: { readonly method: string; readonly headers: Headers }): boolean {
  return IDEMPOTENT.has(request.method.toUpperCase()) || request.headers.has("idempotency-key");
}

/** A try that has ended, as far as another one depends on it. */
export interface EndedTry {
  /** How many tries have failed, this one included. */
  readonly failures: number;
  /** Whether the request may be repeated. */
  readonly idempotent: boolean;
  /** What is left of the budget, in milliseconds. */
  readonly left: number;
}

/**
 * How long to wait before the next try.
 *
 * @param policy The policy in force.
 * @param outcome What the try brought: a response with its status and headers, or an error with its code.
 * @param ended What else is known of it.
 * @param clock Time and jitter.
 * @returns Milliseconds: the back-off, or what the server asks for where that is longer; `undefined` when the outcome
 * stands.
 */
export function nextTryIn(
  policy: FetchRetryPolicy,
  outcome: { readonly status: number; readonly headers: Headers } | { readonly code: string },
  ended: EndedTry,
  clock: Clock,
): number | undefined {
  const failed = "code" in outcome;
  const passing = failed ? outcome.code === "NETWORK" && policy.network : policy.statuses.includes(outcome.status);
  if (!passing || !ended.idempotent || ended.failures >= policy.attempts) return undefined;
  const retryAfter = failed ? null : outcome.headers.get("retry-after");
  const asked = Math.min(parseRetryAfter(retryAfter, clock.now()) ?? 0, policy.maxRetryAfter);
  const wait = Math.max(asked, retryDelay(policy, ended.failures, clock.random()));
  // A try that could not even begin in time would turn a telling outcome into a bare timeout.
  return wait < ended.left ? wait : undefined;
}
