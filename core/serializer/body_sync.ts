/**
 * A body held in memory with its headers, readable at once and again and again.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { parseForm } from "./form_body.ts";
import { headersFromText, headersToText } from "./header_text.ts";
import { SerializerError } from "./serializer_error.ts";

/** Bytes, or the text that they spell in UTF-8; `null` when there is no body. */
export type BodyContent = string | Uint8Array<ArrayBuffer> | null;

/** Caps on taking a snapshot of a native request or response. */
export interface SnapshotOptions {
  /** Largest body in bytes, counted as they arrive, decompressed. Default: `Infinity`. */
  maxBytes?: number;
}

/** The headers as lines, and the body as it is held. */
export let contentOf: (message: BodySync) => { headers: string; body: BodyContent };

/** What `RequestSync` and `ResponseSync` have in common: headers and a body. */
export abstract class BodySync {
  #lines: string;
  #headers: Headers | undefined;
  readonly #body: BodyContent;

  static {
    contentOf = (message) => {
      if (message.#headers) message.#lines = headersToText(message.#headers);
      return { headers: message.#lines, body: message.#body };
    };
  }

  /** Takes over headers, one line `name: value` each, and a body, text or bytes. */
  constructor(lines: string, body: string | Uint8Array<ArrayBuffer> | null) {
    this.#lines = lines;
    this.#body = body;
  }

  /** The headers; changes to them are kept. */
  get headers(): Headers {
    return this.#headers ??= headersFromText(this.#lines);
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
      throw new SerializerError("INVALID_BODY", `Cannot read the body as JSON, use text() to see it: ${cause}`, {
        cause,
      });
    }
  }

  /** The body as text, decoded as UTF-8, without a byte order mark; `""` when there is none. */
  text(): string {
    const body = this.#body;
    if (typeof body === "string") return body.charCodeAt(0) === 0xfeff ? body.slice(1) : body;
    return body ? new TextDecoder().decode(body) : "";
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
    return new Blob([this.bytes()], { type: this.headers.get("content-type") ?? "" });
  }

  /**
   * The body as a form, `multipart/form-data` or `application/x-www-form-urlencoded` by its content type.
   *
   * @throws {SerializerError} `INVALID_BODY` when it is neither.
   */
  formData(): FormData {
    const type = this.headers.get("content-type") ?? "";
    const form = parseForm(this.bytes(), type);
    if (form) return form;
    const message = `Cannot read the body as a form: use text() or bytes() to see it, got content type ${quote(type)}`;
    throw new SerializerError("INVALID_BODY", message);
  }
}

/** Takes over what a caller gives as a body: text made well-formed, bytes copied, as text if they are UTF-8. */
export function holdBody(body: string | Uint8Array | ArrayBuffer | null): BodyContent {
  if (body === null) return null;
  if (typeof body === "string") return body.toWellFormed();
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return new Uint8Array(body);
  }
}

/** Reads a native body, counting; throws `BODY_USED` or `BODY_TOO_LARGE`, the stream then cancelled. */
export async function readBody(source: Request | Response, options: SnapshotOptions): Promise<BodyContent> {
  const { maxBytes = Infinity } = options;
  if (source.bodyUsed) {
    throw new SerializerError("BODY_USED", "Cannot take a snapshot: the body has been read, clone() it before");
  }
  if (!source.body) return null;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = source.body.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    received += step.value.byteLength;
    if (received > maxBytes) {
      await reader.cancel().catch(() => {});
      const message =
        `Cannot hold the body: raise maxBytes (${maxBytes}) or ask for less, got ${received} bytes so far`;
      throw new SerializerError("BODY_TOO_LARGE", message, { received });
    }
    chunks.push(step.value);
  }
  const bytes = new Uint8Array(received);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return holdBody(bytes);
}
