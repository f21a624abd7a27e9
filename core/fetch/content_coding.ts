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
 * Whether a runtime has undone the encoding of a body. None does so always: workerd leaves `GZIP` in capitals, Deno
 * leaves what answers a `Range` or an `Accept-Encoding: identity`; some know `x-gzip`, `deflate`, Zstandard, or several
 * on top of each other. What is left shows in the bytes, and in their number where it was sent.
 *
 * It does not recognise Brotli, nor a raw deflate stream, which some servers send in place of zlib's, unless its length
 * is known: Brotli counts as undone then, deflate too.
 *
 * @param encoding The header `content-encoding`; `null` where there is none.
 * @param length The header `content-length`, which counts what was sent; `null` where there is none.
 * @param bytes The body as it was read.
 */
export function isDecoded(encoding: string | null, length: string | null, bytes: Uint8Array): boolean {
  if (encoding === null) return false;
  const codings = encoding.toLowerCase().split(",").map((coding) => coding.trim());
  const [last] = codings.slice(-1);
  const asSent = Number(length ?? -1) === bytes.byteLength;
  if (codings.length === 1 && last === "br") return !asSent || isText(bytes);
  if (!Object.hasOwn(BEGINNINGS, last) || (last === "deflate" && asSent)) return false;
  // Another number of bytes than was sent: what is gzip still was inside, such as an archive.
  return !BEGINNINGS[last](bytes) || (codings.length === 1 && length !== null && !asSent);
}

/** Short texts take as many bytes with Brotli as without; a stream of Brotli is no text by its first bytes. */
function isText(bytes: Uint8Array): boolean {
  try {
    // deno-lint-ignore no-control-regex
    return !/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return false;
  }
}

function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}
