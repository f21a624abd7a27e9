/**
 * A response that has arrived in full: a value, not a stream.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
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

/** All that a snapshot is made of, in the order of the wire; headers as lines. */
type ResponseParts = [
  status: number,
  statusText: string,
  url: string,
  redirected: boolean,
  headers: string,
  body: BodyContent,
];

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
  // For ever: where a collection finds no instance of a class, as between two fetches, V8 throws away the code that it
  // has optimized for it.
  static readonly #kept: ResponseSync = new ResponseSync();
  readonly #parts: Readonly<ResponseParts>;

  /**
   * Creates a snapshot from parts.
   *
   * @param body Text, bytes (copied), a form of text, or `null`, the default. No content type is added.
   * @param init Status, headers and the rest.
   * @throws {InvalidOptionError} When the status is not an integer of 100 to 599, or 0, headers are none, or the
   * body is nothing that can be read at once; `await ResponseSync.from(new Response(body))` reads others.
   */
  constructor(body: BodySource = null, init: ResponseSyncInit = {}) {
    const parts = (ready ?? partsFrom(body, init)) as ResponseParts;
    super(parts);
    this.#parts = parts;
  }

  /**
   * Reads a native response to its end.
   *
   * @param response Its body must be unread; it is consumed.
   * @param options The cap on the body, in bytes.
   * @throws {SerializerError} `BODY_USED`; `BODY_TOO_LARGE` with `received`, the rest of the body then cancelled.
   * What the stream itself fails with is passed on.
   * @throws {InvalidOptionError} When `maxBytes` is not a number of 0 or more, or the body's stream gives no bytes.
   */
  static async from(response: Response, options: SnapshotOptions = {}): Promise<ResponseSync> {
    const content = await readMessage(response, options);
    const { status, statusText, url, redirected } = response;
    return revive(ResponseSync, [status, statusText, url, redirected, ...content]);
  }

  /** HTTP status, e.g. 200. */
  get status(): number {
    return this.#parts[0];
  }

  /** Whether the status is 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Reason phrase; `""` over HTTP/2. */
  get statusText(): string {
    return this.#parts[1];
  }

  /** Final URL, after redirects; `""` when unknown. */
  get url(): string {
    return this.#parts[2];
  }

  /** Whether redirects were followed. */
  get redirected(): boolean {
    return this.#parts[3];
  }

  /** A copy with headers of its own; the body is shared, as it cannot change. */
  clone(): ResponseSync {
    return revive(ResponseSync, partsOf(this));
  }

  /**
   * A native response. `url` and `redirected` cannot be set on one, so they are lost.
   *
   * @throws {RangeError} When the status is below 200, which only a network may produce.
   */
  toResponse(): Response {
    const [status, statusText, , , , body] = this.#parts;
    const bodiless = [101, 103, 204, 205, 304].includes(status);
    return new Response(bodiless ? null : body, { status, statusText, headers: this.headers });
  }
}

/** Whether a number can be the status of a response. */
export function isStatus(status: number): boolean {
  return Number.isInteger(status) && (status >= 100 || status === 0) && status <= 599;
}

/** Refuses a status that no response can have. */
export function checkResponse([status]: ResponseParts): void {
  if (!isStatus(status)) {
    throw new InvalidOptionError("status", status, "pass an integer of 100 to 599, or 0");
  }
}

function partsFrom(body: BodySource, init: ResponseSyncInit): ResponseParts {
  const { status = 200, statusText = "", url = "", redirected = false } = init;
  const lines = headersToText(holdHeaders(init.headers));
  const parts: ResponseParts = [status, String(statusText), String(url), Boolean(redirected), lines, holdBody(body)];
  checkResponse(parts);
  return parts;
}
