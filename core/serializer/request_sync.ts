/**
 * A request whose body is in memory: a value, not a stream.
 *
 * @module
 */
import { InvalidOptionError, InvalidUrlError } from "../errors.ts";
import { type BodyContent, BodySync, contentOf, holdBody, readBody, type SnapshotOptions } from "./body_sync.ts";
import { headersToText } from "./header_text.ts";

/** What a {@linkcode RequestSync} holds beside its URL. */
export interface RequestSyncInit {
  /** HTTP method; standard ones in any case. Default: `"GET"`. */
  method?: string;
  /** Headers. A `content-type` is added for text and forms when there is none. Default: none. */
  headers?: HeadersInit;
  /** Text, bytes (copied), a form, or none. Not with GET and HEAD. */
  body?: string | Uint8Array | ArrayBuffer | URLSearchParams | null;
  /** What to do with redirects. Default: `"follow"`. */
  redirect?: "follow" | "manual" | "error";
}

/** Everything a snapshot is made of, as it travels. */
export interface RequestParts {
  url: string;
  method: string;
  redirect: "follow" | "manual" | "error";
  /** Lines of `header_text.ts`. */
  headers: string;
  body: BodyContent;
}

/** Parts on their way to the constructor, which takes them without a check. */
let ready: RequestParts | undefined;

/**
 * A snapshot of a `Request`. Everything is synchronous, and the body can be read any number of times.
 *
 * @example Build a request, store it, send it later
 * ```ts
 * import { parse, RequestSync, stringify } from "@doze/fetch/serializer";
 * import { assertEquals } from "@std/assert";
 *
 * const request = new RequestSync("https://api.example/v1", { method: "POST", body: JSON.stringify({ q: 1 }) });
 * const copy = parse(stringify(request)) as RequestSync;
 * assertEquals(copy.method, "POST");
 * assertEquals(await copy.toRequest().json(), { q: 1 });
 * ```
 */
export class RequestSync extends BodySync {
  readonly #url: string;
  readonly #method: string;
  readonly #redirect: "follow" | "manual" | "error";

  /**
   * Creates a snapshot.
   *
   * @param url An absolute URL.
   * @param init Method, headers, body, redirect mode.
   * @throws {InvalidUrlError} When the URL is not absolute.
   * @throws {InvalidOptionError} When the method is not one, or GET or HEAD are given a body.
   */
  constructor(url: string | URL, init: RequestSyncInit = {}) {
    const parts = ready ?? checkParts(url, init);
    ready = undefined;
    super(parts.headers, parts.body);
    this.#url = parts.url;
    this.#method = parts.method;
    this.#redirect = parts.redirect;
  }

  /**
   * Reads a native request to its end. Its signal, mode, credentials and cache are not kept.
   *
   * @param request Its body must be unread; it is consumed.
   * @param options The cap on the body, in bytes.
   * @throws {SerializerError} `BODY_USED`; `BODY_TOO_LARGE` with `received`, the rest of the body then cancelled.
   */
  static async from(request: Request, options: SnapshotOptions = {}): Promise<RequestSync> {
    const body = await readBody(request, options);
    const { url, method } = request;
    const redirect = isRedirect(request.redirect) ? request.redirect : "follow";
    return requestFromParts({ url, method, redirect, headers: headersToText(request.headers), body });
  }

  /** Absolute URL. */
  get url(): string {
    return this.#url;
  }

  /** HTTP method; standard ones in capitals. */
  get method(): string {
    return this.#method;
  }

  /** What to do with redirects. */
  get redirect(): "follow" | "manual" | "error" {
    return this.#redirect;
  }

  /** A copy with headers of its own; the body is shared, as it cannot change. */
  clone(): RequestSync {
    return requestFromParts(partsOfRequest(this));
  }

  /** A native request with the same method, headers, body and redirect mode. */
  toRequest(): Request {
    const { url, method, redirect, body } = partsOfRequest(this);
    return new Request(url, { method, redirect, body, headers: new Headers(this.headers) });
  }
}

/** Makes a snapshot of parts that have been validated. */
export function requestFromParts(parts: RequestParts): RequestSync {
  ready = parts;
  return new RequestSync("");
}

/** Takes a snapshot apart. */
export function partsOfRequest(request: RequestSync): RequestParts {
  const { url, method, redirect } = request;
  const { headers, body } = contentOf(request);
  return { url, method, redirect, headers, body };
}

/** Whether a value is a method that the Fetch standard lets a program send. */
export function isMethod(value: unknown): value is string {
  return typeof value === "string" && /^[\w!#$%&'*+\-.^`|~]+$/.test(value) && !/^(CONNECT|TRACE|TRACK)$/i.test(value);
}

/** Whether a value is a redirect mode. */
export function isRedirect(value: unknown): value is "follow" | "manual" | "error" {
  return value === "follow" || value === "manual" || value === "error";
}

/** Whether the Fetch standard lets a request of this method have a body. */
export function mayHaveBody(method: string): boolean {
  return !/^(GET|HEAD)$/i.test(method);
}

function checkParts(url: string | URL, init: RequestSyncInit): RequestParts {
  const { redirect = "follow", body = null } = init;
  let { method = "GET" } = init;
  if (!URL.canParse(url)) throw new InvalidUrlError(url);
  if (!isMethod(method)) throw new InvalidOptionError("method", method, "pass an HTTP method that may be fetched");
  if (/^(GET|HEAD|POST|PUT|DELETE|OPTIONS)$/i.test(method)) method = method.toUpperCase();
  if (body !== null && !mayHaveBody(method)) {
    throw new InvalidOptionError("body", body, "leave it out, or choose a method that has one");
  }
  if (!isRedirect(redirect)) throw new InvalidOptionError("redirect", redirect, 'pass "follow", "manual" or "error"');
  const form = body instanceof URLSearchParams;
  const headers = new Headers(init.headers);
  if ((form || typeof body === "string") && !headers.has("content-type")) {
    headers.set("content-type", `${form ? "application/x-www-form-urlencoded" : "text/plain"};charset=UTF-8`);
  }
  return {
    url: new URL(url).href,
    method,
    redirect,
    headers: headersToText(headers),
    body: holdBody(form ? body.toString() : body),
  };
}
