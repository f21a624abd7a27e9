/**
 * A request whose body is in memory: a value, not a stream.
 *
 * @module
 */
import { InvalidOptionError, InvalidUrlError } from "../errors.ts";
import {
  type BodyContent,
  type BodySource,
  BodySync,
  holdBody,
  holdHeaders,
  partsOf,
  readMessage,
  ready,
  revive,
  type SnapshotOptions,
} from "./body_sync.ts";
import { headersToText } from "./header_text.ts";

/** What a {@linkcode RequestSync} holds beside its URL. */
export interface RequestSyncInit {
  /** HTTP method; standard ones in any case. Default: `"GET"`. */
  method?: string;
  /** Headers. A `content-type` is added for text and forms when there is none. Default: none. */
  headers?: HeadersInit;
  /**
   * Text, bytes (copied), a form of text, or none, the default. Not with GET and HEAD. Others can only be awaited:
   * `await RequestSync.from(new Request(url, { method, body }))` takes a `Blob`, a stream or `FormData`.
   */
  body?: BodySource;
  /** What to do with redirects. Default: `"follow"`. */
  redirect?: "follow" | "manual" | "error";
}

type Redirect = "follow" | "manual" | "error";

/** All that a snapshot is made of, in the order of the wire; headers as lines. */
type RequestParts = [url: string, method: string, redirect: Redirect, headers: string, body: BodyContent];

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
  // For ever: where a collection finds no instance of a class, as between two fetches, V8 throws away the code that it
  // has optimized for it.
  static readonly #kept: RequestSync = new RequestSync("http://kept.invalid/");
  readonly #parts: Readonly<RequestParts>;

  /**
   * Creates a snapshot.
   *
   * @param url An absolute URL.
   * @param init Method, headers, body, redirect mode.
   * @throws {InvalidUrlError} When the URL is not absolute.
   * @throws {InvalidOptionError} When the method is not one, GET or HEAD are given a body, headers are none, or
   * the body is nothing that can be read at once.
   */
  constructor(url: string | URL, init: RequestSyncInit = {}) {
    const parts = (ready ?? partsFrom(url, init)) as RequestParts;
    super(parts);
    this.#parts = parts;
  }

  /**
   * Reads a native request to its end. Its signal, mode, credentials and cache are not kept.
   *
   * @param request Its body must be unread; it is consumed.
   * @param options The cap on the body, in bytes.
   * @throws {SerializerError} `BODY_USED`; `BODY_TOO_LARGE` with `received`, the rest of the body then cancelled.
   * @throws {InvalidOptionError} When `maxBytes` is not a number of 0 or more, or the body's stream gives no bytes.
   */
  static async from(request: Request, options: SnapshotOptions = {}): Promise<RequestSync> {
    const content = await readMessage(request, options);
    const { url, method, redirect = "follow" } = request;
    return revive(RequestSync, [url, method, redirect, ...content]);
  }

  /** Absolute URL. */
  get url(): string {
    return this.#parts[0];
  }

  /** HTTP method; standard ones in capitals. */
  get method(): string {
    return this.#parts[1];
  }

  /** What to do with redirects. */
  get redirect(): "follow" | "manual" | "error" {
    return this.#parts[2];
  }

  /** A copy with headers of its own; the body is shared, as it cannot change. */
  clone(): RequestSync {
    return revive(RequestSync, partsOf(this));
  }

  /** A native request with the same method, headers, body and redirect mode. */
  toRequest(): Request {
    const [url, method, redirect, , body] = this.#parts;
    return new Request(url, { method, redirect, body, headers: this.headers });
  }
}

/** Refuses what the Fetch standard does not let a program send. */
export function checkRequest([url, method, redirect, , body]: RequestParts): void {
  if (!URL.canParse(url)) throw new InvalidUrlError(url);
  if (typeof method !== "string" || !/^[\w!#$%&'*+\-.^`|~]+$/.test(method) || /^(CONNECT|TRACE|TRACK)$/i.test(method)) {
    throw new InvalidOptionError("method", method, "pass an HTTP method that may be fetched");
  }
  if (body !== null && /^(GET|HEAD)$/i.test(method)) {
    throw new InvalidOptionError("body", body, "leave it out, or choose a method that has one");
  }
  if (!/^(follow|manual|error)$/.test(redirect)) {
    throw new InvalidOptionError("redirect", redirect, 'pass "follow", "manual" or "error"');
  }
}

function partsFrom(url: string | URL, init: RequestSyncInit): RequestParts {
  const { method = "GET", redirect = "follow", body = null } = init;
  const headers = holdHeaders(init.headers);
  const form = body instanceof URLSearchParams;
  if ((form || typeof body === "string") && !headers.has("content-type")) {
    headers.set("content-type", `${form ? "application/x-www-form-urlencoded" : "text/plain"};charset=UTF-8`);
  }
  const standard = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS)$/i.test(method);
  const parts: RequestParts = [
    String(url),
    standard ? method.toUpperCase() : method,
    redirect,
    headersToText(headers),
    holdBody(body),
  ];
  checkRequest(parts);
  parts[0] = new URL(url).href;
  return parts;
}
