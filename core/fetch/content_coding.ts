/**
 * Whether a body that has been read is still compressed.
 *
 * @module
 */

/** How a body begins that is compressed: gzip by RFC 1952, zlib by RFC 1950, Zstandard by RFC 8878. */
const BEGINNINGS: Readonly<Record<string, (bytes: Uint8Array) => boolean>> = {
  "gzip": isGzip,
  "x-gzip": isGzip,
  "deflate": ([first, second]) => (first & 0x8f) === 8 && (first * 256 + second) % 31 === 0,
  "zstd": ([a, b, c, d]) => a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd,
};

/**
 * Whether a runtime has undone the encoding of a body. All of them undo gzip and Brotli; some also `x-gzip`, `deflate`,
 * Zstandard, or several on top of each other, which shows in the bytes only.
 *
 * It does not recognise a raw deflate stream, which some servers send in place of zlib's, unless its length is known.
 *
 * @param encoding The header `content-encoding`; `null` where there is none.
 * @param length The header `content-length`, which counts what was sent; `null` where there is none.
 * @param bytes The body as it was read.
 */
export function isDecoded(encoding: string | null, length: string | null, bytes: Uint8Array): boolean {
  if (encoding === null) return false;
  const codings = encoding.toLowerCase().split(",").map((coding) => coding.trim());
  const [last] = codings.slice(-1);
  if (codings.length === 1 && (last === "gzip" || last === "br")) return true;
  if (!Object.hasOwn(BEGINNINGS, last) || (last === "deflate" && Number(length ?? -1) === bytes.byteLength)) {
    return false;
  }
  return !BEGINNINGS[last](bytes);
}

function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}
