/**
 * Bytes to base64 (RFC 4648 section 4, padded) and back, natively where the runtime can.
 *
 * @module
 */

/** Bytes handed to `String.fromCharCode` at once; engines limit the number of arguments to some 65,535. */
const CHUNK = 8192;

interface NativeEncode {
  toBase64?: () => string;
}

interface NativeDecode {
  fromBase64?: (text: string, options: { lastChunkHandling: "strict" }) => Uint8Array<ArrayBuffer>;
}

/** Writes bytes as padded base64. */
export function toBase64(bytes: Uint8Array): string {
  const native = bytes as Uint8Array & NativeEncode;
  return native.toBase64 ? native.toBase64() : encodeByChunks(bytes);
}

/** Reads padded base64, without white space; `undefined` when the text is anything else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const native = Uint8Array as typeof Uint8Array & NativeDecode;
  try {
    const bytes = native.fromBase64
      ? native.fromBase64(text, { lastChunkHandling: "strict" })
      : decodeByCharacter(text);
    return text.length === Math.ceil(bytes.length / 3) * 4 ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** {@linkcode toBase64} for runtimes without the native method (V8 before 14.1). */
export function encodeByChunks(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode.apply(null, bytes.subarray(start, start + CHUNK) as unknown as number[]);
  }
  return btoa(binary);
}

/** {@linkcode fromBase64} for runtimes without the native method. */
export function decodeByCharacter(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
