/**
 * Values to text.
 *
 * @module
 */
import { joinBuffers } from "./big_buffers.ts";
import { type Encoded, Encoder } from "./encode.ts";
import { limitsOf, type SerializerLimits } from "./limits.ts";
import { writeLight } from "./light.ts";
import { faultAt } from "./serializer_error.ts";
import { HEADER } from "./wire.ts";

/**
 * Writes a value as JSON text. What is pure JSON is written exactly as `JSON.stringify` writes it; everything else
 * that structured clone carries, and registered classes, as marked JSON of which `docs/wire-format.md` tells.
 * Symbol keys, properties that are not enumerable, and properties of anything but objects, arrays and errors are left
 * out, as structured clone does, so that a `toJSON` is never called. Getters are called, some of them twice: what they
 * give must not change meanwhile. Objects of another realm (`node:vm`) are instances of classes that are not
 * registered; `structuredClone` brings them over.
 *
 * @param value Any value.
 * @param options Caps.
 * @returns JSON text, for {@linkcode parse}.
 * @throws {SerializerError} `UNSUPPORTED_TYPE` for a function, symbol, promise, stream, native `Request`, `Response`
 * or `Blob`, and for what throws when it is read (getters, proxies, detached buffers); `UNREGISTERED_CLASS` for an
 * instance of a class not registered; `CODEC_FAILED` when `encode` throws; `CODEC_CYCLE` when a class with `decode`
 * stands in its own data; `LIMIT_EXCEEDED`. `path` tells where.
 * @throws {InvalidOptionError} When a cap is not a number of 0 or more.
 *
 * @example Round trip
 * ```ts
 * import { parse, stringify } from "@doze/fetch/serializer";
 * import { assertEquals } from "@std/assert";
 *
 * const value = { at: new Date(0), seen: new Map([["a", new Set([1n])]]) };
 * assertEquals(parse(stringify(value)), value);
 * assertEquals(stringify({ plain: true }), '{"plain":true}');
 * ```
 */
export function stringify(value: unknown, options?: SerializerLimits): string {
  const { table, buffers } = encode(value, options);
  try {
    return joinBuffers(table, buffers);
  } catch (cause) {
    throw faultAt("$", "UNSUPPORTED_TYPE", "write", "what throws when it is read again", { cause });
  }
}

/**
 * Turns a value into a tree of plain objects, arrays, strings, finite numbers, booleans and `null`, for transports
 * that take objects. Treat it as read-only: parts of it may be parts of the value; a value that is pure JSON is
 * returned as it is.
 *
 * @param value Any value.
 * @param options Caps.
 * @returns The tree, for {@linkcode postprocess}; `JSON.stringify` of it is the text of {@linkcode stringify}.
 * @throws {SerializerError} As {@linkcode stringify}.
 *
 * @example Through a transport that takes JSON-safe objects
 * ```ts
 * import { postprocess, preprocess } from "@doze/fetch/serializer";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(preprocess([undefined]), ["~doze1", ["~u"]]);
 * assertEquals(postprocess(["~doze1", ["~u"]]), [undefined]);
 * ```
 */
export function preprocess(value: unknown, options?: SerializerLimits): unknown {
  const { table, buffers } = encode(value, options);
  return buffers.length > 0 ? [HEADER, ...buffers, ...(table as unknown[]).slice(1)] : table;
}

function encode(value: unknown, options?: SerializerLimits): Encoded {
  const limits = limitsOf(options);
  const light = writeLight(value, limits.maxDepth);
  return light === undefined ? new Encoder(limits).run(value) : { table: light, buffers: [] };
}
