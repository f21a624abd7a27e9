/**
 * A body held in memory with its headers, readable at once and again and again.
 *
 * @module
 */
import { InvalidOptionError, quote } from "../errors.ts";
import { fromUtf8, parseForm } from "./form_body.ts";
import { headersFromText, headersToText } from "./header_text.ts";
import { checkCap } from "./limits.ts";
import { fault } from "./serializer_error.ts";

/** Bytes, or the text that they spell in UTF-8; `null` when there is no body. */
export type BodyContent = string | Uint8Array<ArrayBuffer> | null;

/** Caps on taking a snapshot of a native request or response. */
export interface SnapshotOptions {
  /** Largest body in bytes, counted as they arrive, decompressed. Default: `Infinity`. */
  maxBytes?: number;
}

/** All that a message is made of, in the order of the wire: the headers as lines, and the body, come last. */
export type MessageParts = [...own: unknown[], lines: string, body: BodyContent];

/** Parts on their way to a constructor, which takes them without a check. */
export let ready: MessageParts | undefined;

/** Makes a message of parts that have been validated, and takes them over. */
export function revive<T extends BodySync>(Class: new (first: "") => T, parts: MessageParts): T {
  ready = parts;
  return new Class("");
}

/** A copy of a message's parts, with its headers as they are at present. */
export let partsOf: (message: BodySync) => MessageParts;

/** What `RequestSync` and `ResponseSync` have in common: headers and a body. */
export abstract class BodySync {
  readonly #parts: readonly [...unknown[], string, BodyContent];
  #headers: Headers | undefined;

  static {
    partsOf = (message) => {
      const parts: MessageParts = [...message.#parts];
      if (message.#headers) parts[parts.length - 2] = headersToText(message.#headers);
      return parts;
    };
  }

  /** Takes over the parts; the headers are one line `name: value` each, the body text or bytes. */
  constructor(parts: readonly [...own: unknown[], lines: string, body: string | Uint8Array<ArrayBuffer> | null]) {
    ready = undefined;
    this.#parts = parts;
  }

  get #body(): BodyContent {
    return this.#parts.at(-1) as BodyContent;
  }

  get #type(): string {
    return this.headers.get("content-type") ?? "";
  }

  /** The headers; changes to them are kept. */
  get headers(): Headers {
    return this.#headers ??= headersFromText(this.#parts.at(-2) as string);
  }

  /**
   * The body read as JSON, anew at each call.
   *
   * @throws {SerializerError} `INVALID_BODY` when it is not JSON.
   */
  json<T = unknown>(): T {
    try {
      return JSON.parse(this.text());
    } catch (cause) {
      throw fault("INVALID_BODY", "read the body as JSON", String(cause), { cause });
    }
  }

  /** The body as text, decoded as UTF-8, without a byte order mark; `""` when there is none. */
  text(): string {
    const body = this.#body;
    return typeof body === "string" ? body.replace(/^\ufeff/, "") : fromUtf8(body ?? undefined);
  }

  /** The body as bytes, a copy at each call. */
  bytes(): Uint8Array<ArrayBuffer> {
    const body = this.#body;
    return typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body ?? []);
  }

  /** The body as an ArrayBuffer, a copy at each call. */
  arrayBuffer(): ArrayBuffer {
    return this.bytes().buffer;
  }

  /** The body as a Blob whose type is the content type. */
  blob(): Blob {
    return new Blob([this.bytes()], { type: this.#type });
  }

  /**
   * The body as a form, `multipart/form-data` or `application/x-www-form-urlencoded` by its content type.
   *
   * @throws {SerializerError} `INVALID_BODY` when it is neither.
   */
  formData(): FormData {
    const form = parseForm(this.bytes(), this.#type);
    if (!form) throw fault("INVALID_BODY", "read the body as a form", `content type ${quote(this.#type)}`);
    return form;
  }
}

/** What a body can be made of at once; bytes are copied. Nothing else is taken, as it would have to be awaited. */
export type BodySource = string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | URLSearchParams | null;

/** Takes over what a caller gives as a body: text made well-formed, bytes copied, as text if they are UTF-8. */
export function holdBody(body: BodySource | undefined): BodyContent {
  if (body === null || body === undefined) return null;
  if (typeof body === "string") return body.toWellFormed();
  if (body instanceof URLSearchParams) return String(body);
  const { buffer = body, byteOffset, byteLength } = body as ArrayBufferView<ArrayBuffer>;
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) {
    throw new InvalidOptionError("body", body, "pass text, bytes or URLSearchParams, or await the static `from`");
  }
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.slice();
  }
}

/** Takes over what a caller gives as headers. */
export function holdHeaders(init: HeadersInit | undefined): Headers {
  try {
    return new Headers(init);
  } catch {
    throw new InvalidOptionError("headers", init, "pass names and values that HTTP allows");
  }
}

/**
 * The headers of a native message, and its body, read counting; throws `BODY_USED` or `BODY_TOO_LARGE`, the stream
 * then cancelled.
 */
export async function readMessage(
  source: Request | Response,
  options: SnapshotOptions,
): Promise<[lines: string, body: BodyContent]> {
  const { maxBytes = Infinity } = options;
  checkCap("maxBytes", maxBytes);
  if (source.bodyUsed || source.body?.locked) {
    throw fault("BODY_USED", "take a snapshot", "a body that has been read, or is locked");
  }
  const lines = headersToText(source.headers);
  if (!source.body) return [lines, null];
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  // Whatever ends the loop early cancels the rest.
  for await (const chunk of source.body) {
    if (!ArrayBuffer.isView(chunk)) throw new InvalidOptionError("body", chunk, "give its stream bytes");
    received += chunk.byteLength;
    if (received > maxBytes) throw fault("BODY_TOO_LARGE", "hold the body", `${received} bytes so far`, { received });
    chunks.push(chunk);
  }
  return [lines, holdBody(await new Blob(chunks).arrayBuffer())];
}
