/**
 * What a fetch that has ended says about its host.
 *
 * @module
 */
import { FetchError } from "../fetch/fetch_error.ts";
import type { ResponseSync } from "../serializer/response_sync.ts";

/**
 * What an outcome says about its host: a response of any status is an answer; no connection or no answer in time is a
 * failure; the rest says nothing.
 */
export function hostResult(outcome: ResponseSync | FetchError): "answered" | "failed" | "unknown" {
  if (!(outcome instanceof FetchError) || outcome.status !== undefined) return "answered";
  return outcome.code === "NETWORK" || outcome.code === "TIMEOUT" ? "failed" : "unknown";
}
