/**
 * What a request's continuation is run with: an executor's outcome, or a verdict of the origin's own.
 *
 * @module
 */
import { DozeError, quote } from "../errors.ts";
import { FetchError, type FetchErrorCode } from "../fetch/fetch_error.ts";
import type { StoredRequest } from "./request_row.ts";
import { parse, ResponseSync, stringify } from "../serializer/mod.ts";

/** Thrown when what an executor has delivered as an outcome is none; its row is kept as after any failed try. */
export class InvalidOutcomeError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "InvalidOutcomeError";
  /** Always `"INVALID_OUTCOME"`. */
  readonly code = "INVALID_OUTCOME";

  /** Creates the error for what was delivered. */
  constructor(value: unknown) {
    super(
      `Cannot use the outcome: a continuation takes a ResponseSync or a FetchError, deliver one, got ${quote(value)}`,
    );
  }
}

/** An outcome that is read when it is needed: inside of the transaction that takes the row. */
export interface Outcome {
  /** Whether an executor delivered it. */
  readonly delivered: boolean;
  /** The outcome as text. */
  text(): string;
  /**
   * The outcome itself, a new copy for each try.
   *
   * @throws What `parse` throws.
   * @throws {InvalidOutcomeError} (`INVALID_OUTCOME`) for any other value.
   */
  value(): ResponseSync | FetchError;
}

/** An outcome as it was delivered or stored. */
export function storedOutcome(text: string, delivered: boolean): Outcome {
  return { delivered, text: () => text, value: () => outcomeIn(text) };
}

function outcomeIn(text: string): ResponseSync | FetchError {
  const value = parse(text);
  if (value instanceof ResponseSync || value instanceof FetchError) return value;
  throw new InvalidOutcomeError(value);
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
