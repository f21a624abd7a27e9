/**
 * A body held in memory, readable at once and again and again.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { parseForm } from "./form_body.ts";
import { SerializerError } from "./serializer_error.ts";

/** Bytes, or the text that they spell in UTF-8; `null` when there is no body. */
export type BodyContent = string | Uint8Array<ArrayBuffer> | null;

/** Takes over what a caller gives as a body: text made well-formed, bytes copied. */
export function holdBody(body: string | Uint8Array | ArrayBuffer | null): BodyContent {
  if (typeof body === "string") return body.toWellFormed();
  return body === null ? null : compactBody(new Uint8Array(body));
}

/** The bytes of a body as text if that text gives the same bytes again. */
export function compactBody(bytes: Uint8Array<ArrayBuffer>): string | Uint8Array<ArrayBuffer> {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** The bytes of a body, in a copy of their own. */
export function bodyBytes(content: BodyContent): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content ?? []);
}

/** The body as text, without a byte order mark, as the Fetch standard decodes it. */
export function bodyText(content: BodyContent): string {
  if (typeof content === "string") return content.charCodeAt(0) === 0xfeff ? content.slice(1) : content;
  return content === null ? "" : new TextDecoder().decode(content);
}

/** The body read as JSON; throws `INVALID_BODY`. */
export function bodyJson(content: BodyContent): unknown {
  try {
    return JSON.parse(bodyText(content));
  } catch (cause) {
    throw new SerializerError("INVALID_BODY", `Cannot read the body as JSON, use text() to see it: ${cause}`, {
      cause,
    });
  }
}

/** The body as a form of the given content type; throws `INVALID_BODY`. */
export function bodyForm(content: BodyContent, type: string): FormData {
  const form = parseForm(bodyBytes(content), type);
  if (form) return form;
  const message = `Cannot read the body as a form: use text() or bytes() to see it, got content type ${quote(type)}`;
  throw new SerializerError("INVALID_BODY", message);
}

/** Reads a native body, counting; throws `BODY_USED` or `BODY_TOO_LARGE`, the stream then cancelled. */
export async function readBody(source: Request | Response, maxBytes: number): Promise<BodyContent> {
  if (source.bodyUsed) {
    throw new SerializerError("BODY_USED", "Cannot take a snapshot: the body has been read, clone() it before");
  }
  if (!source.body) return null;
  const chunks: Uint8Array[] = [];
  let received = 0;
  const reader = (source.body as ReadableStream<Uint8Array>).getReader();
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
  return compactBody(bytes);
}
