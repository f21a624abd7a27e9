/**
 * The outcome of a fetch that brought no usable response.
 *
 * @module
 */
import { DozeError, quote } from "../errors.ts";
import { headersFromText, headersToText } from "../serializer/header_text.ts";
import { registerType } from "../serializer/mod.ts";

/** Why a fetch brought no usable response; stable between minor versions. */
export type FetchErrorCode =
  | "TIMEOUT"
  | "NETWORK"
  | "INVALID_URL"
  | "URL_FORBIDDEN"
  | "TOO_MANY_REDIRECTS"
  | "REDIRECT_REFUSED"
  | "BODY_TOO_LARGE"
  | "HEADERS_TOO_LARGE"
  | "REQUEST_TOO_LARGE"
  | "OUTCOME_TOO_LARGE"
  | "ROW_TOO_LARGE"
  | "INVALID_RESPONSE"
  | "INVALID_REQUEST"
  | "EXECUTOR_LOST"
  | "EXECUTOR_UNREACHABLE"
  | "CANCELLED";

/** What each code means, for messages: the cause, then the remedy. */
const CAUSES: Readonly<Record<FetchErrorCode, string>> = {
  TIMEOUT: "no complete answer came within the timeout, give it longer",
  NETWORK: "the connection failed before a complete answer came, check the host or add retries",
  INVALID_URL: "a redirect leads to no valid http(s) URL, correct it at the server",
  URL_FORBIDDEN: 'the fetch policy refuses the URL, fetch another, or change "policy" where that lifts the rule',
  TOO_MANY_REDIRECTS: 'the server redirects too often, raise "maxRedirects" or fetch the final URL',
  REDIRECT_REFUSED: 'the server redirects and the request says redirect: "error", fetch the final URL',
  BODY_TOO_LARGE: 'the response body exceeds the cap, raise "maxBodyBytes" or ask for less',
  HEADERS_TOO_LARGE: 'the response headers exceed the cap, raise "maxResponseHeaderBytes"',
  REQUEST_TOO_LARGE: "the request exceeds the caps of the fetch policy, send less or raise them",
  OUTCOME_TOO_LARGE: "the outcome does not fit the way back to the origin, ask for less",
  ROW_TOO_LARGE: "the outcome does not fit a row of the storage, ask for less",
  INVALID_RESPONSE: "the server's answer is none that HTTP allows, correct it at the server",
  INVALID_REQUEST: "the executor cannot read the request, run the same version on both sides",
  EXECUTOR_LOST: "the executor fell silent, fetch again if that is safe",
  EXECUTOR_UNREACHABLE: "the executor took no job, check its binding",
  CANCELLED: "the fetch was cancelled, start another if it is still wanted",
};

/** Codes whose cause may pass by itself, so that the same request may succeed later. */
const PASSING: ReadonlySet<FetchErrorCode> = new Set(
  ["TIMEOUT", "NETWORK", "EXECUTOR_LOST", "EXECUTOR_UNREACHABLE"] as const,
);

/** When things happened, by the executor's clock. */
export interface FetchTimings {
  /** When the executor began, in milliseconds since the epoch. */
  readonly start: number;
  /** From `start` until the last response's headers, in milliseconds; `undefined` when none came. */
  readonly headers?: number;
  /** From `start` until the end, in milliseconds. */
  readonly total: number;
}

/** The fields of a {@linkcode FetchError} besides its code and URL; what is left out has its default. */
export interface FetchErrorInit {
  /** As in {@linkcode FetchError.detail}. */
  readonly detail?: string;
  /** As in {@linkcode FetchError.ambiguous}. Default: `false`. */
  readonly ambiguous?: boolean;
  /** As in {@linkcode FetchError.retryable}. Default: by code. */
  readonly retryable?: boolean;
  /** As in {@linkcode FetchError.attempt}. Default: 1. */
  readonly attempt?: number;
  /** As in {@linkcode FetchError.status}. */
  readonly status?: number;
  /** As in {@linkcode FetchError.headers}. */
  readonly headers?: HeadersInit;
  /** As in {@linkcode FetchError.timings}. Default: zeros. */
  readonly timings?: FetchTimings;
  /** The underlying error, e.g. what the runtime's `fetch` rejected with. It travels as name, message and code. */
  readonly cause?: unknown;
}

/**
 * What a continuation receives in place of a `ResponseSync` when a fetch brought no usable response. It is a value:
 * it is handed over, not thrown. A response with an error status is a response, not a `FetchError`.
 *
 * It says nothing about what the server did: look at {@linkcode FetchError.ambiguous} before repeating a request.
 *
 * @example Tell a failure from a response
 * ```ts
 * import { FetchError } from "@doze/fetch";
 * import type { ResponseSync } from "@doze/fetch/serializer";
 * import { assertEquals } from "@std/assert";
 *
 * function onReply(result: ResponseSync | FetchError): string {
 *   if (!(result instanceof FetchError)) return result.text();
 *   return result.ambiguous ? "ask the server what it did" : `again later: ${result.code}`;
 * }
 *
 * const failed = new FetchError("NETWORK", "https://api.example/pay", { ambiguous: true });
 * assertEquals(onReply(failed), "ask the server what it did");
 * ```
 */
export class FetchError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "FetchError";
  /** Why there is no response. */
  readonly code: FetchErrorCode;
  /** The URL of the hop that failed; after redirects it differs from the one asked for. */
  readonly url: string;
  /** The value at the message's end, e.g. `"5000 ms"`. */
  readonly detail: string | undefined;
  /**
   * Whether the server may have acted and sending the request again might repeat it: the request was handed to the
   * network, is not idempotent by method and has no `Idempotency-Key`. `false` promises that a repetition is safe as
   * far as HTTP defines it. A refused connection cannot be told from a lost one on every runtime; both count as sent.
   */
  readonly ambiguous: boolean;
  /** Whether the cause may pass, so that the same request may succeed later. Look at `ambiguous` too. */
  readonly retryable: boolean;
  /** Which try failed: 1 for the first, more with `retry`; of an `EXECUTOR_LOST`, which dispatch. */
  readonly attempt: number;
  /** The response's status, when one had come before the failure. */
  readonly status: number | undefined;
  /** The response's headers, when they had come before the failure and were not too large themselves. */
  readonly headers: Headers | undefined;
  /** When things happened. */
  readonly timings: FetchTimings;

  /** Creates the error from its code, the URL of the hop, and what is known besides. */
  constructor(code: FetchErrorCode, url: string, init: FetchErrorInit = {}) {
    const detail = init.detail === undefined ? "" : `, got ${init.detail}`;
    super(`Cannot fetch ${quote(url)}: ${CAUSES[code]}${detail}`, "cause" in init ? { cause: init.cause } : undefined);
    this.code = code;
    this.url = url;
    this.detail = init.detail;
    this.ambiguous = init.ambiguous ?? false;
    this.retryable = init.retryable ?? PASSING.has(code);
    this.attempt = init.attempt ?? 1;
    this.status = init.status;
    this.headers = init.headers === undefined ? undefined : new Headers(init.headers);
    this.timings = init.timings ?? { start: 0, total: 0 };
  }
}

/** A {@linkcode FetchError} as it travels: plain data. */
interface FetchErrorData extends Omit<FetchErrorInit, "headers" | "cause"> {
  readonly code: FetchErrorCode;
  readonly url: string;
  /** As lines: a text has a string once for each use, while an array may be referred to again and again. */
  readonly headers?: string;
  readonly cause?: CauseData;
}

/** What of an underlying error travels: no stack, no live objects. */
interface CauseData {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly cause?: CauseData;
}

/** How many errors of a chain of causes travel. */
const MAX_CAUSES = 4;

function encodeFetchError(error: FetchError): FetchErrorData {
  const { code, url, detail, ambiguous, retryable, attempt, status, headers, timings } = error;
  const cause = describeCause(error.cause, MAX_CAUSES);
  return {
    ...{ code, url, ambiguous, retryable, attempt, timings },
    ...(detail !== undefined && { detail }),
    ...(status !== undefined && { status }),
    ...(headers && { headers: headersToText(headers) }),
    ...(cause && { cause }),
  };
}

function describeCause(cause: unknown, depth: number): CauseData | undefined {
  if (cause === undefined || depth === 0) return undefined;
  if (!(cause instanceof Error)) return { name: "Error", message: quote(cause) };
  const next = describeCause(cause.cause, depth - 1);
  const code = "code" in cause && typeof cause.code === "string" && { code: cause.code };
  return { name: String(cause.name), message: String(cause.message), ...code, ...(next && { cause: next }) };
}

/** The data may be hostile, and many errors may share it: it is read by name, and only so far as it is written. */
function decodeFetchError(data: FetchErrorData): FetchError {
  const { code, url, detail, ambiguous, retryable, attempt, status, headers, timings, cause } = data;
  const known = Object.hasOwn(CAUSES, code) ? code : "INVALID_RESPONSE";
  return new FetchError(known, String(url), {
    ...{ detail, ambiguous, retryable, attempt, status, timings },
    ...(headers !== undefined && { headers: headersFromText(headers) }),
    ...(cause && { cause: causeOf(cause, MAX_CAUSES) }),
  });
}

function causeOf(data: CauseData, depth: number): Error {
  const { name, message, code, cause } = data;
  const next = depth > 1 && cause ? { cause: causeOf(cause, depth - 1) } : undefined;
  return Object.assign(new Error(message, next), { name }, code && { code });
}

registerType("doze:fetch-error", { type: FetchError, encode: encodeFetchError, decode: decodeFetchError });
