/**
 * A request as a row: what is written when it starts, and what is added while its handler fails.
 *
 * @module
 */
import type { RetryOptions } from "../backoff.ts";
import { PayloadVersionError } from "../errors.ts";
import { FetchError } from "../fetch/fetch_error.ts";
import type { FetchRetryOptions } from "../fetch/fetch_retry.ts";
import type { FetchPolicyOptions } from "../policy.ts";
import { byteLength, checkSize, decodePayload, encodePayload, fits, type RowMeta } from "../alarms/row_payload.ts";
import type { Route } from "./route.ts";
import { ResponseSync, stringify } from "../serializer/mod.ts";
import type { Row, RowKey } from "../storage.ts";

/** The `kind` of a request's row. */
export const REQUEST_KIND = "request";

/** Everything that a row holds of a request besides its key. */
export interface StoredRequest {
  /** As in `Job.token`. */
  readonly token: string;
  /** As in `Job.attempt`, of the latest dispatch. */
  readonly attempt: number;
  /** The continuation's text. */
  readonly continuation: string;
  /** Where the fetch goes, for errors and listings. */
  readonly url: string;
  /** Whether the request may be sent twice. */
  readonly idempotent: boolean;
  /** As in `Job.timeout`, of the first dispatch, in milliseconds. */
  readonly timeout: number;
  /** As in `Job.grace`, in milliseconds. */
  readonly grace: number;
  /** How often the executor beats, in milliseconds; absent: never. */
  readonly heartbeat?: number;
  /** How long the executor may be silent, in milliseconds; absent: for ever. */
  readonly lease?: number;
  /**
   * When its executor was last known to be alive, in milliseconds since the epoch; absent in an object that has
   * remembered it so far.
   */
  readonly seen?: number;
  /** The way that its job goes where that is durable: whoever holds the job brings it back after a loss. */
  readonly held?: Partial<Route>;
  /** What a further dispatch needs; absent where there will be none. */
  readonly again?: Redispatch;
  /** The continuation for a late outcome. */
  readonly onLate?: string;
  /** As in `Carried.onAmbiguous`; absent: `"drop"`. */
  readonly onAmbiguous?: "run";
  /** Whether it is a deferred one, which messages may bring back to an object that has forgotten it. */
  readonly deferred?: true;
  /** Whether such a message may still be under way when it ends: then a tombstone stays. */
  readonly unsure?: true;
  /** The handler's own retry options; a row has them in its meta. */
  readonly handlerRetry?: RetryOptions;
  /** The outcome, once a handler has failed on it. */
  readonly outcome?: string;
  /** Whether `outcome` came from an executor. */
  readonly delivered?: boolean;
}

/** What a further dispatch needs of a job. */
export interface Redispatch {
  /** As in `Job.request`. */
  readonly request: string;
  /** As in `Job.policy`. */
  readonly policy: FetchPolicyOptions;
  /** As in `Job.retry`. */
  readonly retry?: FetchRetryOptions;
  /** As in `Job.via`. */
  readonly via?: Route;
}

/** Largest request that is written down for a further dispatch, in UTF-16 code units; larger ones are not sent again. */
export const MAX_AGAIN_LENGTH = 65_536;

/**
 * Makes a request's row.
 *
 * @param key Where it lies.
 * @param stored What it holds.
 * @param named Whether the id is the caller's.
 * @throws {RowTooLargeError} (`ROW_TOO_LARGE`) when it does not fit a row.
 */
export function requestRow(key: RowKey, stored: StoredRequest, named: boolean): Row {
  const { handlerRetry: retry, ...rest } = stored;
  const body = JSON.stringify(rest);
  const payload = retry === undefined ? encodePayload(body) : encodePayload(body, { retry });
  checkSize("request", payload);
  return { due: key.due, id: key.id, kind: REQUEST_KIND, payload, named };
}

/** The payload of a request's row that holds something else from here on; what it remembers about tries stays. */
export function requestBody(row: Row, stored: StoredRequest): string {
  const { handlerRetry: _retry, ...rest } = stored;
  return encodePayload(JSON.stringify(rest), decodePayload(row.payload).meta);
}

/** A request's row, read. */
export interface ReadRequest {
  /** What the row holds of the request. */
  readonly stored: StoredRequest;
  /** What the row remembers about its tries. */
  readonly meta: RowMeta;
}

/**
 * Reads a request's row.
 *
 * @throws {PayloadVersionError} (`PAYLOAD_VERSION`) when it is of a newer format, or none of ours.
 */
export function readRequest(row: Row): ReadRequest {
  const { body, meta } = decodePayload(row.payload);
  let stored: StoredRequest;
  try {
    stored = JSON.parse(body);
  } catch {
    throw new PayloadVersionError("request", body.slice(0, 20), 1);
  }
  if (typeof stored?.token !== "string" || typeof stored.continuation !== "string") {
    throw new PayloadVersionError("request", body.slice(0, 20), 1);
  }
  return { stored, meta };
}

/**
 * The body that a row keeps after its handler has failed on an outcome. An outcome that does not fit is not cut: in its
 * place stands a `FetchError` `ROW_TOO_LARGE` that keeps the status and, where they fit, the headers.
 *
 * @param stored What the row held.
 * @param outcome The outcome.
 */
export function bodyWithOutcome(
  stored: StoredRequest,
  outcome: { readonly delivered: boolean; text(): string; value(): unknown },
): string {
  const { again: _again, handlerRetry: _retry, ...kept } = stored;
  const { delivered } = outcome;
  const text = outcome.text();
  const whole = JSON.stringify({ ...kept, outcome: text, delivered });
  if (fits(whole)) return whole;
  const response = responseIn(outcome);
  for (const headers of [response?.headers, undefined]) {
    const smaller = new FetchError("ROW_TOO_LARGE", stored.url, {
      ambiguous: !stored.idempotent,
      detail: `${byteLength(text)} bytes`,
      status: response?.status,
      headers,
    });
    const body = JSON.stringify({ ...kept, outcome: stringify(smaller), delivered });
    if (fits(body)) return body;
  }
  return JSON.stringify({ ...kept, outcome: stringify(new FetchError("ROW_TOO_LARGE", "")), delivered });
}

/** An outcome that cannot be read has failed its handler; nothing of it but its size is known. */
function responseIn(outcome: { value(): unknown }): ResponseSync | FetchError | undefined {
  try {
    const value = outcome.value();
    return value instanceof ResponseSync || value instanceof FetchError ? value : undefined;
  } catch {
    return undefined;
  }
}
