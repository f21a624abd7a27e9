/**
 * How long to wait before the next try: exponential back-off with jitter, for schedules, deliveries and fetches.
 *
 * @module
 */
import { InvalidOptionError } from "./errors.ts";
import { checkInteger, checkObject, checkSpan } from "./option_checks.ts";

/** How often to try, and how long to wait in between. */
export interface RetryOptions {
  /** Tries in all, the first included; an integer of 1 or more. `1` means no retry. */
  readonly attempts?: number;
  /** Delay before the second try, in milliseconds; it doubles with each further try. */
  readonly backoff?: number;
  /** Longest delay between two tries, in milliseconds. */
  readonly maxDelay?: number;
  /** How much of each delay is left to chance: `0` none, `1` all of it ("full jitter"). */
  readonly jitter?: number;
}

/** {@linkcode RetryOptions} with every default filled in. */
export type RetryPolicy = Required<RetryOptions>;

/**
 * Fills in the defaults and checks the ranges.
 *
 * @param options What the caller gave.
 * @param defaults What stands where the caller gave nothing.
 * @param name The option's name, for messages.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for what is no object, and a member that is out of its range.
 */
export function retryPolicy(options: RetryOptions | undefined, defaults: RetryPolicy, name = "retry"): RetryPolicy {
  if (options !== undefined) checkObject(name, options);
  const jitter = options?.jitter ?? defaults.jitter;
  if (!(jitter >= 0 && jitter <= 1)) {
    throw new InvalidOptionError(`${name}.jitter`, jitter, "pass a number from 0 to 1");
  }
  return {
    attempts: checkInteger(`${name}.attempts`, options?.attempts ?? defaults.attempts),
    backoff: checkSpan(`${name}.backoff`, options?.backoff ?? defaults.backoff),
    maxDelay: checkSpan(`${name}.maxDelay`, options?.maxDelay ?? defaults.maxDelay),
    jitter,
  };
}

/**
 * The delay before the next try.
 *
 * @param policy The policy in force.
 * @param failures How many tries have failed so far; 1 or more.
 * @param random A number in [0, 1), from the clock.
 * @returns Whole milliseconds from 0 to `policy.maxDelay`.
 */
export function retryDelay(policy: RetryPolicy, failures: number, random: number): number {
  const full = Math.min(policy.maxDelay, policy.backoff * 2 ** Math.min(failures - 1, 60));
  return Math.round(full * (1 - policy.jitter * random));
}
