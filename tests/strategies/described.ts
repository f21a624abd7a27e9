/**
 * An outcome, short enough to compare and plain enough to travel.
 *
 * @module
 */
import { FetchError } from "../../core/fetch/fetch_error.ts";
import type { ResponseSync } from "../../core/serializer/response_sync.ts";

/** What a test wants to know of an outcome. */
export interface Described {
  /** Which request it answers. */
  readonly label: string;
  /** The status, or the code of a `FetchError`. */
  readonly result: number | string;
  /** The final URL's path and query. */
  readonly path: string;
  /** How many bytes the body has. */
  readonly bytes: number;
  /** A checksum of the body. */
  readonly sum: number;
  /** The header `content-encoding`; `null` where there is none. */
  readonly encoding: string | null;
  /** Whether redirects were followed. */
  readonly redirected: boolean;
  /** Of an error: whether the server may have acted. */
  readonly ambiguous: boolean;
}

/** Describes what a continuation has received. */
export function describe(label: string, outcome: ResponseSync | FetchError): Described {
  const path = outcome.url === "" ? "" : pathOf(outcome.url);
  if (outcome instanceof FetchError) {
    const nothing = { bytes: 0, sum: 0, encoding: null, redirected: false };
    return { label, result: outcome.code, path, ...nothing, ambiguous: outcome.ambiguous };
  }
  const body = outcome.bytes();
  const { status: result, redirected, headers } = outcome;
  const encoding = headers.get("content-encoding");
  return { label, result, path, bytes: body.length, sum: checksum(body), encoding, redirected, ambiguous: false };
}

/** Adler-32: cheap, and it sees every byte and its place. */
export function checksum(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
