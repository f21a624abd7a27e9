/**
 * Writes an outcome so that it fits the way back to its origin.
 *
 * @module
 */
import { FetchError } from "./fetch_error.ts";
import type { Job } from "../job.ts";
import { requestTarget } from "../requests/request_target.ts";
import { type ResponseSync, stringify } from "../serializer/mod.ts";

/** One RPC carries 32 MiB (https://developers.cloudflare.com/workers/runtime-apis/rpc/); the rest is for its envelope. */
const MAX_DELIVERY_BYTES = 32 * 1024 * 1024 - 64 * 1024;

/**
 * Writes an outcome as text. One that does not fit is not cut: in its place stands an `OUTCOME_TOO_LARGE` that keeps
 * the status and, where they fit, the headers.
 *
 * @param outcome The outcome.
 * @param job The job that it answers.
 * @param maxBytes Most bytes of the delivery. Defaults to 32 MiB less 64 KiB.
 * @returns As `stringify` writes it.
 */
export function encodeOutcome(outcome: ResponseSync | FetchError, job: Job, maxBytes = MAX_DELIVERY_BYTES): string {
  const room = maxBytes - (job.carried === undefined ? 0 : textBytes(stringify(job.carried)));
  const text = stringify(outcome);
  if (textBytes(text) <= room) return text;
  const replaced = outcome instanceof FetchError ? outcome : tooLarge(outcome, job, textBytes(text));
  const whole = stringify(replaced);
  return textBytes(whole) <= room ? whole : stringify(bare(replaced));
}

/**
 * The size of a text on its way, in bytes: as structured clone writes it (one byte for each UTF-16 code unit while all
 * of them are Latin-1, else two) or in UTF-8, whichever is more.
 */
export function textBytes(text: string): number {
  if (!/[\u0080-\uffff]/.test(text)) return text.length;
  const units = /[\u0100-\uffff]/.test(text) ? 2 * text.length : text.length;
  return Math.max(units, new TextEncoder().encode(text).byteLength);
}

function tooLarge(response: ResponseSync, job: Job, bytes: number): FetchError {
  const { url, status, headers } = response;
  const ambiguous = requestTarget(job)?.idempotent !== true;
  return new FetchError("OUTCOME_TOO_LARGE", url, { status, headers, ambiguous, detail: `${bytes} bytes` });
}

/** What is left when even the headers, or an underlying error's message, do not fit. */
function bare(error: FetchError): FetchError {
  const { code, url, ambiguous, retryable, attempt, status, timings } = error;
  return new FetchError(code, url.slice(0, 1024), { ambiguous, retryable, attempt, status, timings });
}
