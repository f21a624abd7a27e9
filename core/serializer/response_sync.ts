/**
 * A response that has arrived in full: a value, not a stream.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { bodyBytes, type BodyContent, bodyForm, bodyJson, bodyText, holdBody, readBody } from "./body_sync.ts";
import { headersFromText, headersToText } from "./header_text.ts";
import { SerializerError } from "./serializer_error.ts";

/** What a {@linkcode ResponseSync} holds beside its body. */
export interface ResponseSyncInit {
  /** HTTP status, 100 to 599, or 0. Default: 200. */
  status?: number;
  /** Reason phrase. Default: `""`. */
  statusText?: string;
  /** Headers. Default: none. */
  headers?: HeadersInit;
  /** Final URL, after redirects. Default: `""`. */
  url?: string;
  /** Whether redirects were followed. Default: `false`. */
  redirected?: boolean;
}

/** Caps on taking a snapshot of a native request or response. */
export interface SnapshotOptions {
  /** Largest body in bytes, counted as they arrive, decompressed. Default: `Infinity`. */
  maxBytes?: number;
}

/** Everything a snapshot is made of, as it travels. */
export interface ResponseParts {
  status: number;
  statusText: string;
  url: string;
  redirected: boolean;
  /** Lines of `header_text.ts`. */
  headers: string;
  body: BodyContent;
}

/** Makes a snapshot of parts that have been validated. */
export let responseFromParts: (parts: ResponseParts) => ResponseSync;

/** Takes a snapshot apart. */
export let partsOfResponse: (response: ResponseSync) => ResponseParts;

/** Parts on their way to the constructor, which takes them without a check. */
let ready: ResponseParts | undefined;

/**
 * A snapshot of a `Response`. Everything is synchronous, and the body can be read any number of times.
 *
 * @example Take a snapshot, store it, read it
 * ```ts
 * import { parse, ResponseSync, stringify } from "@doze/fetch/serializer";
 * import { assertEquals } from "@std/assert";
 *
 * const response = await ResponseSync.from(Response.json({ answer: 42 }), { maxBytes: 1_000_000 });
 * const copy = parse(stringify(response)) as ResponseSync;
 * assertEquals(copy.json(), { answer: 42 });
 * assertEquals(copy.headers.get("content-type"), "application/json");
 * ```
 */
export class ResponseSync {
  #parts: ResponseParts;
  #headers: Headers | undefined;

  static {
    responseFromParts = (parts) => {
      ready = parts;
      return new ResponseSync();
    };
    partsOfResponse = (response) => {
      if (response.#headers) response.#parts = { ...response.#parts, headers: headersToText(response.#headers) };
      return response.#parts;
    };
  }

  /**
   * Creates a snapshot from parts.
   *
   * @param body Text, bytes (copied) or `null`, the default.
   * @param init Status, headers and the rest.
   * @throws {SerializerError} `INVALID_BODY` when the status is not an integer of 100 to 599, or 0.
   */
  constructor(body: string | Uint8Array | null = null, init: ResponseSyncInit = {}) {
    if (ready) {
      this.#parts = ready;
      ready = undefined;
      return;
    }
    const { status = 200, statusText = "", url = "", redirected = false, headers } = init;
    if (!isStatus(status)) {
      const message = `Cannot hold a response: pass a status of 100 to 599, or 0, got ${quote(status)}`;
      throw new SerializerError("INVALID_BODY", message);
    }
    this.#parts = {
      status,
      statusText: String(statusText),
      url: String(url),
      redirected: Boolean(redirected),
      headers: headers ? headersToText(new Headers(headers)) : "",
      body: holdBody(body),
    };
  }

  /**
   * Reads a native response to its end.
   *
   * @param response Its body must be unread; it is consumed.
   * @param options The cap on the body, in bytes.
   * @throws {SerializerError} `BODY_USED`; `BODY_TOO_LARGE` with `received`, the rest of the body then cancelled.
   * What the stream itself fails with is passed on.
   */
  static async from(response: Response, options: SnapshotOptions = {}): Promise<ResponseSync> {
    const body = await readBody(response, options.maxBytes ?? Infinity);
    const { status, statusText, url, redirected, headers } = response;
    return responseFromParts({ status, statusText, url, redirected, headers: headersToText(headers), body });
  }

  /** HTTP status, e.g. 200. */
  get status(): number {
    return this.#parts.status;
  }

  /** Whether the status is 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Reason phrase; `""` over HTTP/2. */
  get statusText(): string {
    return this.#parts.statusText;
  }

  /** Final URL, after redirects; `""` when unknown. */
  get url(): string {
    return this.#parts.url;
  }

  /** Whether redirects were followed. */
  get redirected(): boolean {
    return this.#parts.redirected;
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
  clone(): ResponseSync {
    return responseFromParts({ ...partsOfResponse(this) });
  }

  /**
   * A native response. `url` and `redirected` cannot be set on one, so they are lost.
   *
   * @throws {RangeError} When the status is below 200, which only a network may produce.
   */
  toResponse(): Response {
    const { status, statusText, body } = this.#parts;
    const bodiless = [101, 103, 204, 205, 304].includes(status);
    return new Response(bodiless ? null : body, { status, statusText, headers: new Headers(this.headers) });
  }
}

/** Whether a value can be the status of a response. */
export function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value === 0 || ((value as number) >= 100 && (value as number) <= 599));
}
