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
  fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
}

/** Writes bytes as padded base64. */
export function toBase64(bytes: Uint8Array): string {
  return (bytes as Uint8Array & NativeEncode).toBase64?.() ?? btoa(toLatin1(bytes));
}

/** Reads padded base64, without white space; `undefined` when the text is anything else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = (Uint8Array as NativeDecode).fromBase64?.(text) ?? fromLatin1(atob(text));
    // What the decoders forgive: white space, missing padding, and bits beyond the last byte.
    const strict = text.length === Math.ceil(bytes.length / 3) * 4 &&
      toBase64(bytes.subarray(-(bytes.length % 3 || 3))) === text.slice(-4);
    return strict ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** One character a byte, so that positions in the text are positions in the bytes. */
export function toLatin1(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += String.fromCharCode.apply(null, bytes.subarray(start, start + CHUNK) as unknown as number[]);
  }
  return text;
}

/** {@linkcode toLatin1} backwards. */
export function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
