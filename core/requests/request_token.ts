/**
 * The secret by which a message proves that it is about a job.
 *
 * @module
 */
import type { IdSource } from "../alarms/row_id.ts";

/** Makes a token of 128 random bits. */
export function newToken(ids: IdSource): string {
  return `${ids.token()}.${ids.token()}`;
}

/** Compares two tokens in a time that depends on their lengths only, so that answers betray no prefix. */
export function sameToken(a: string, b: unknown): boolean {
  if (typeof b !== "string" || a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
