/**
 * A request whose body is in memory: a value, not a stream.
 *
 * @module
 */
import { InvalidOptionError, InvalidUrlError } from "../errors.ts";
import { bodyBytes, type BodyContent, bodyForm, bodyJson, bodyText, holdBody, readBody } from "./body_sync.ts";
import { headersFromText, headersToText } from "./header_text.ts";
import type { SnapshotOptions } from "./response_sync.ts";

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

/** Makes a snapshot of parts that have been validated. */
export let requestFromParts: (parts: RequestParts) => RequestSync;

/** Takes a snapshot apart. */
export let partsOfRequest: (request: RequestSync) => RequestParts;

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
export class RequestSync {
  #parts: RequestParts;
  #headers: Headers | undefined;

  static {
    requestFromParts = (parts) => {
      ready = parts;
      return new RequestSync("");
    };
    partsOfRequest = (request) => {
      if (request.#headers) request.#parts = { ...request.#parts, headers: headersToText(request.#headers) };
      return request.#parts;
    };
  }

  /**
   * Creates a snapshot.
   *
   * @param url An absolute URL.
   * @param init Method, headers, body, redirect mode.
   * @throws {InvalidUrlError} When the URL is not absolute.
   * @throws {InvalidOptionError} When the method is not one, or GET or HEAD are given a body.
   */
  constructor(url: string | URL, init: RequestSyncInit = {}) {
    if (ready) {
      this.#parts = ready;
      ready = undefined;
      return;
    }
    const { method = "GET", redirect = "follow", body = null } = init;
    if (!URL.canParse(url)) throw new InvalidUrlError(url);
    if (!isMethod(method)) throw new InvalidOptionError("method", method, "pass an HTTP method that may be fetched");
    const verb = normalizeMethod(method);
    if (body !== null && !mayHaveBody(verb)) {
      throw new InvalidOptionError("body", body, `a ${verb} request has none: leave it out or choose POST`);
    }
    if (!isRedirect(redirect)) {
      throw new InvalidOptionError("redirect", redirect, 'pass "follow", "manual" or "error"');
    }
    const form = body instanceof URLSearchParams;
    const headers = new Headers(init.headers);
    if ((form || typeof body === "string") && !headers.has("content-type")) {
      headers.set("content-type", `${form ? "application/x-www-form-urlencoded" : "text/plain"};charset=UTF-8`);
    }
    this.#parts = {
      url: new URL(url).href,
      method: verb,
      redirect,
      headers: headersToText(headers),
      body: holdBody(form ? body.toString() : body),
    };
  }

  /**
   * Reads a native request to its end. Its signal, mode, credentials and cache are not kept.
   *
   * @param request Its body must be unread; it is consumed.
   * @param options The cap on the body, in bytes.
   * @throws {SerializerError} `BODY_USED`; `BODY_TOO_LARGE` with `received`, the rest of the body then cancelled.
   */
  static async from(request: Request, options: SnapshotOptions = {}): Promise<RequestSync> {
    const body = await readBody(request, options.maxBytes ?? Infinity);
    const { url, method, headers } = request;
    const redirect = isRedirect(request.redirect) ? request.redirect : "follow";
    return requestFromParts({ url, method, redirect, headers: headersToText(headers), body });
  }

  /** Absolute URL. */
  get url(): string {
    return this.#parts.url;
  }

  /** HTTP method; standard ones in capitals. */
  get method(): string {
    return this.#parts.method;
  }

  /** What to do with redirects. */
  get redirect(): "follow" | "manual" | "error" {
    return this.#parts.redirect;
  }

  /** The headers; changes to them are kept. */
  get headers(): Headers {
    return this.#headers ??= headersFromText(this.#parts.headers);
  }

  /**
   * The body read as JSON, anew at each call.
   *
   * @throws {SerializerError} `INVALID_BODY` when it is not JSON.
   */
  json<T = unknown>(): T {
    return bodyJson(this.#parts.body) as T;
  }

  /** The body as text, decoded as UTF-8, without a byte order mark; `""` when there is none. */
  text(): string {
    return bodyText(this.#parts.body);
  }

  /** The body as bytes, a copy at each call. */
  bytes(): Uint8Array<ArrayBuffer> {
    return bodyBytes(this.#parts.body);
  }

  /** The body as an ArrayBuffer, a copy at each call. */
  arrayBuffer(): ArrayBuffer {
    return this.bytes().buffer;
  }

  /** The body as a Blob whose type is the content type. */
  blob(): Blob {
    return new Blob([this.bytes()], { type: this.headers.get("content-type") ?? "" });
  }

  /**
   * The body as a form, `multipart/form-data` or `application/x-www-form-urlencoded` by its content type.
   *
   * @throws {SerializerError} `INVALID_BODY` when it is neither.
   */
  formData(): FormData {
    return bodyForm(this.#parts.body, this.headers.get("content-type") ?? "");
  }

  /** A copy with headers of its own; the body is shared, as it cannot change. */
  clone(): RequestSync {
    return requestFromParts({ ...partsOfRequest(this) });
  }

  /** A native request with the same method, headers, body and redirect mode. */
  toRequest(): Request {
    const { url, method, redirect, body } = this.#parts;
    return new Request(url, { method, redirect, body, headers: new Headers(this.headers) });
  }
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

function normalizeMethod(method: string): string {
  return /^(GET|HEAD|POST|PUT|DELETE|OPTIONS)$/i.test(method) ? method.toUpperCase() : method;
}
