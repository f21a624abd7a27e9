/**
 * A response that has arrived in full: a value, not a stream.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { type BodyContent, BodySync, contentOf, holdBody, readBody, type SnapshotOptions } from "./body_sync.ts";
import { headersToText } from "./header_text.ts";

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
export class ResponseSync extends BodySync {
  readonly #status: number;
  readonly #statusText: string;
  readonly #url: string;
  readonly #redirected: boolean;

  /**
   * Creates a snapshot from parts.
   *
   * @param body Text, bytes (copied) or `null`, the default.
   * @param init Status, headers and the rest.
   * @throws {InvalidOptionError} When the status is not an integer of 100 to 599, or 0.
   */
  constructor(body: string | Uint8Array | null = null, init: ResponseSyncInit = {}) {
    const parts = ready ?? checkParts(body, init);
    ready = undefined;
    super(parts.headers, parts.body);
    this.#status = parts.status;
    this.#statusText = parts.statusText;
    this.#url = parts.url;
    this.#redirected = parts.redirected;
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
    const body = await readBody(response, options);
    const { status, statusText, url, redirected } = response;
    return responseFromParts({ status, statusText, url, redirected, headers: headersToText(response.headers), body });
  }

  /** HTTP status, e.g. 200. */
  get status(): number {
    return this.#status;
  }

  /** Whether the status is 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Reason phrase; `""` over HTTP/2. */
  get statusText(): string {
    return this.#statusText;
  }

  /** Final URL, after redirects; `""` when unknown. */
  get url(): string {
    return this.#url;
  }

  /** Whether redirects were followed. */
  get redirected(): boolean {
    return this.#redirected;
  }

  /** A copy with headers of its own; the body is shared, as it cannot change. */
  clone(): ResponseSync {
    return responseFromParts(partsOfResponse(this));
  }

  /**
   * A native response. `url` and `redirected` cannot be set on one, so they are lost.
   *
   * @throws {RangeError} When the status is below 200, which only a network may produce.
   */
  toResponse(): Response {
    const { status, statusText, body } = partsOfResponse(this);
    const bodiless = [101, 103, 204, 205, 304].includes(status);
    return new Response(bodiless ? null : body, { status, statusText, headers: new Headers(this.headers) });
  }
}

/** Makes a snapshot of parts that have been validated. */
export function responseFromParts(parts: ResponseParts): ResponseSync {
  ready = parts;
  return new ResponseSync();
}

/** Takes a snapshot apart. */
export function partsOfResponse(response: ResponseSync): ResponseParts {
  const { status, statusText, url, redirected } = response;
  const { headers, body } = contentOf(response);
  return { status, statusText, url, redirected, headers, body };
}

/** Whether a value can be the status of a response. */
export function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value === 0 || ((value as number) >= 100 && (value as number) <= 599));
}

function checkParts(body: string | Uint8Array | null, init: ResponseSyncInit): ResponseParts {
  const { status = 200, statusText = "", url = "", redirected = false, headers } = init;
  if (!isStatus(status)) throw new InvalidOptionError("status", status, "pass an integer of 100 to 599, or 0");
  return {
    status,
    statusText: String(statusText),
    url: String(url),
    redirected: Boolean(redirected),
    headers: headers ? headersToText(new Headers(headers)) : "",
    body: holdBody(body),
  };
}
