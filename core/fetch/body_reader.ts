/**
 * Reads a response body up to a cap, and lets go of what is not read.
 *
 * @module
 */

/**
 * Reads a body whole.
 *
 * @param body The stream; `null` reads as empty. It is cancelled when it exceeds the cap.
 * @param maxBytes Most bytes to accept, as the stream gives them: after decompression.
 * @param signal Stops the reading and cancels the body, also where the stream itself does not listen to it. What is
 * returned then may be a part.
 * @returns The bytes, or `undefined` when there were more than `maxBytes`. Rejects with what the stream fails with.
 */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null) return new Uint8Array(0);
  const reader = body.getReader();
  const stop = () => discard(reader);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await collect(reader, maxBytes);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) return concat(chunks, size);
    size += value.byteLength;
    if (size > maxBytes) {
      discard(reader);
      return undefined;
    }
    chunks.push(value);
  }
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
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
