/**
 * Whether a try that has ended is followed by another, and what it says about its host.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { FetchError } from "../fetch/fetch_error.ts";
import { fetchRetryDelay, fetchRetryPolicy } from "../fetch/fetch_retry.ts";
import type { Job } from "../job.ts";
import type { ResponseSync } from "../serializer/response_sync.ts";

/**
 * How long to wait before the next try. The wait takes no place: others are fetched meanwhile.
 *
 * @param outcome What the try brought.
 * @param job The job; its `retry` decides.
 * @param failures How many tries have failed, this one included.
 * @param idempotent Whether the request may be repeated.
 * @param clock Time and jitter.
 * @returns Milliseconds, or `undefined` when the outcome stands.
 */
export function nextTryIn(
  outcome: ResponseSync | FetchError,
  job: Job,
  failures: number,
  idempotent: boolean,
  clock: Clock,
): number | undefined {
  const policy = fetchRetryPolicy(job.retry);
  const failed = outcome instanceof FetchError;
  const passing = failed ? outcome.code === "NETWORK" && policy.network : policy.statuses.includes(outcome.status);
  if (!passing || !idempotent || failures >= policy.attempts) return undefined;
  const retryAfter = failed ? null : outcome.headers.get("retry-after");
  const now = clock.now();
  const wait = fetchRetryDelay(policy, failures, retryAfter, now, clock.random());
  return now + wait < job.due - job.grace ? wait : undefined;
}

/**
 * What an outcome says about its host: a response of any status is an answer; no connection or no answer in time is a
 * failure; the rest says nothing.
 */
export function hostResult(outcome: ResponseSync | FetchError): "answered" | "failed" | "unknown" {
  if (!(outcome instanceof FetchError) || outcome.status !== undefined) return "answered";
  return outcome.code === "NETWORK" || outcome.code === "TIMEOUT" ? "failed" : "unknown";
}
