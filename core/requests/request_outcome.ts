/**
 * What a request's continuation is run with: an executor's outcome, or a verdict of the origin's own.
 *
 * @module
 */
import { FetchError, type FetchErrorCode } from "../fetch/fetch_error.ts";
import type { StoredRequest } from "./request_row.ts";
import { parse, stringify } from "../serializer/mod.ts";

/** An outcome that is read when it is needed: inside of the transaction that takes the row. */
export interface Outcome {
  /** Whether an executor delivered it. */
  readonly delivered: boolean;
  /** The outcome as text. */
  text(): string;
  /** The outcome itself, a new copy for each try. Throws what `parse` throws. */
  value(): unknown;
}

/** An outcome as it was delivered or stored. */
export function storedOutcome(text: string, delivered: boolean): Outcome {
  return { delivered, text: () => text, value: () => parse(text) };
}

/** Codes of the verdicts that an origin comes to by itself. */
export type VerdictCode = FetchErrorCode & ("TIMEOUT" | "EXECUTOR_LOST" | "EXECUTOR_UNREACHABLE");

/**
 * A verdict on a request of which no outcome has come.
 *
 * @param code Why.
 * @param stored The request.
 * @param time `due`: as in `Job.due`; `now`: both in milliseconds since the epoch.
 * @param refused Whether the job certainly never left, so that nothing can have acted on it.
 */
export function verdict(
  code: VerdictCode,
  stored: StoredRequest,
  time: { readonly due: number; readonly now: number },
  refused = false,
): Outcome {
  const start = time.due - stored.grace - stored.timeout;
  const error = new FetchError(code, stored.url, {
    ambiguous: !stored.idempotent && !refused,
    attempt: stored.attempt,
    timings: { start, total: Math.max(0, time.now - start) },
    ...(code === "TIMEOUT" ? { detail: `${stored.timeout} ms` } : {}),
  });
  return { delivered: false, text: () => stringify(error), value: () => error };
}
