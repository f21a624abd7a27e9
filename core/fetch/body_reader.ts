/**
 * Reads a response body up to a cap, and lets go of what is not read.
 *
 * @module
 */
import type { StopSignal } from "./stop_signal.ts";

/** What to know about a body before it is read. */
export interface ReadBodyOptions {
  /**
   * Stops the reading and cancels the body, also where the stream itself does not listen to it. What is returned then
   * may be a part.
   */
  readonly signal?: StopSignal;
  /** How many bytes the sender has announced; it need not be true. Default: not known. */
  readonly announced?: number;
}

/** Largest body that is read at once, in bytes: its room is set aside before a byte of it has come. */
const MAX_AT_ONCE = 65_536;

/**
 * Reads a body whole.
 *
 * @param body The stream; `null` reads as empty. It is cancelled when it exceeds the cap.
 * @param maxBytes Most bytes to accept, as the stream gives them: after decompression.
 * @param options What stops it, and what is known of its size.
 * @returns The bytes, or `undefined` when there were more than `maxBytes`. Rejects with what the stream fails with.
 */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  options: ReadBodyOptions = {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null) return new Uint8Array(0);
  const { signal, announced = Infinity } = options;
  let reader: { cancel(): Promise<void> } | undefined;
  const stop = () => discard(reader ?? null);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const small = announced >= 0 && announced <= Math.min(maxBytes, MAX_AT_ONCE) && Number.isInteger(announced);
    const atOnce = small ? atOnceReader(body) : undefined;
    if (atOnce !== undefined) {
      reader = atOnce;
      // One byte more than announced: with less, the stream has ended.
      const { value } = await atOnce.readAtLeast(announced + 1, new Uint8Array(announced + 1));
      if (value === undefined || value.byteLength <= announced) return value ?? new Uint8Array(0);
      chunks.push(value);
      atOnce.releaseLock();
    }
    const chunked = body.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
    reader = chunked;
    return await collect(chunked, chunks, maxBytes);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** A reader that waits for a number of bytes, or the end: Cloudflare's has it, others need two reads to see the end. */
interface AtOnceReader extends ReadableStreamBYOBReader {
  /** Fulfils with fewer than `least` bytes at the end of the stream only. */
  readAtLeast(
    least: number,
    view: Uint8Array<ArrayBuffer>,
  ): Promise<{ readonly done: boolean; readonly value?: Uint8Array<ArrayBuffer> }>;
}

function atOnceReader(body: ReadableStream<Uint8Array>): AtOnceReader | undefined {
  if (typeof ReadableStreamBYOBReader !== "function" || !("readAtLeast" in ReadableStreamBYOBReader.prototype)) {
    return undefined;
  }
  try {
    return body.getReader({ mode: "byob" }) as AtOnceReader;
  } catch {
    // A stream made by a program may give chunks only.
    return undefined;
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  chunks: Uint8Array<ArrayBuffer>[],
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let size = 0;
  for (const chunk of chunks) size += chunk.byteLength;
  while (size <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return concat(chunks, size);
    size += value.byteLength;
    chunks.push(value);
  }
  discard(reader);
  return undefined;
}

function concat(chunks: readonly Uint8Array<ArrayBuffer>[], size: number): Uint8Array<ArrayBuffer> {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/**
 * Cancels a stream that nobody will read, so that its connection is not held. It neither waits nor fails: a stream
 * that has already broken is as good as cancelled.
 */
export function discard(stream: { cancel(): Promise<void> } | null): void {
  stream?.cancel().catch(() => {});
}

/** Bytes of all names and values, as HTTP/1.1 would send them without separators. */
export function headerBytes(headers: Headers): number {
  let size = 0;
  for (const [name, value] of headers) size += name.length + value.length;
  return size;
}
