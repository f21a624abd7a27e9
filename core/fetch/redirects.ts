/**
 * Redirects, followed by hand so that the policy sees every hop, as the Fetch standard has them
 * (https://fetch.spec.whatwg.org/#http-redirect-fetch).
 *
 * @module
 */

/** One request of a chain of redirects. */
export interface Hop {
  /** Where it goes. */
  readonly url: URL;
  /** Its method, in the case in which it is sent. */
  readonly method: string;
  /** Its headers. */
  readonly headers: Headers;
  /** Its body, or `null` for none. */
  readonly body: Uint8Array<ArrayBuffer> | null;
}

/** The statuses that redirect, with a `Location` or without (https://fetch.spec.whatwg.org/#redirect-status). */
export const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Headers that describe a body and go with it. */
const BODY_HEADERS = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-type",
  "transfer-encoding",
] as const;

/** Headers that are meant for one origin only. A secret in any other header travels on; use `redirect: "manual"`. */
const ORIGIN_HEADERS = ["authorization", "cookie", "host", "proxy-authorization"] as const;

/**
 * Where a response redirects to.
 *
 * @param response Any response.
 * @returns The `Location` header as text, or `undefined` when the response is no redirect or names no place.
 */
export function redirectLocation(response: Response): string | undefined {
  if (!REDIRECT_STATUSES.has(response.status)) return undefined;
  const location = response.headers.get("location");
  return location === null ? undefined : decodeLocation(location);
}

/** Header values are bytes shown as Latin-1; a `Location` beyond ASCII is UTF-8, as browsers read it. */
function decodeLocation(location: string): string {
  if (!/[\u0080-\uffff]/.test(location) || /[\u0100-\uffff]/.test(location)) return location;
  return new TextDecoder().decode(Uint8Array.from(location, (character) => character.charCodeAt(0)));
}

/**
 * The URL that a `Location` means, seen from the hop that it answers; the hop's fragment stays when it has none.
 *
 * @param location As {@linkcode redirectLocation} returned it.
 * @param base The URL of the hop.
 * @returns The URL, or `undefined` when the text is none.
 */
export function resolveLocation(location: string, base: URL): URL | undefined {
  const url = URL.parse(location, base);
  if (url?.hash === "") url.hash = base.hash;
  return url ?? undefined;
}

/**
 * The request that follows a redirect.
 *
 * 303 turns every method but GET and HEAD into GET, 301 and 302 turn POST into GET, and the body with its headers is
 * dropped then; 307 and 308 keep both. Into another origin, credentials and cookies do not travel.
 *
 * @param hop The request that was redirected.
 * @param status The redirect's status.
 * @param url Where it leads.
 */
export function nextHop(hop: Hop, status: number, url: URL): Hop {
  const toGet = status === 303
    ? hop.method !== "GET" && hop.method !== "HEAD"
    : (status === 301 || status === 302) && hop.method === "POST";
  const headers = new Headers(hop.headers);
  if (toGet) { for (const name of BODY_HEADERS) headers.delete(name); }
  if (url.origin !== hop.url.origin) { for (const name of ORIGIN_HEADERS) headers.delete(name); }
  return { url, method: toGet ? "GET" : hop.method, headers, body: toGet ? null : hop.body };
}
