/**
 * Text to values.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { type Buffers, cutBuffers, takeBuffers } from "./big_buffers.ts";
import { Decoder } from "./decode.ts";
import { excess, type Limits, limitsOf, type SerializerLimits } from "./limits.ts";
import { fault, faultAt } from "./serializer_error.ts";
import { findPath } from "./tree_path.ts";
import { isMarked } from "./wire.ts";

/**
 * Reads a text that {@linkcode stringify} wrote, or any JSON text. The text may be hostile: no class is looked up by
 * name but those built in and registered, no prototype is reached, no code is run but the codecs of registered
 * classes. It does not check that the value is what the program expects.
 *
 * @param text JSON text.
 * @param options Caps.
 * @returns The value; containers, shared references and cycles as they were written.
 * @throws {SerializerError} `INVALID_JSON` with an offset; `MALFORMED`, `UNSUPPORTED_VERSION`, `UNKNOWN_TYPE`,
 * `LIMIT_EXCEEDED`, `CODEC_FAILED`, `CODEC_CYCLE` with a path in the JSON.
 * @throws {InvalidOptionError} When a cap is not a number of 0 or more.
 *
 * @example A cycle
 * ```ts
 * import { parse, stringify } from "@doze/fetch/serializer";
 * import { assertStrictEquals } from "@std/assert";
 *
 * const self: unknown[] = [];
 * self.push(self);
 * const copy = parse(stringify(self)) as unknown[];
 * assertStrictEquals(copy[0], copy);
 * ```
 */
export function parse(text: string, options?: SerializerLimits): unknown {
  const limits = limitsOf(options);
  if (typeof text !== "string") throw fault("INVALID_JSON", "read the text", quote(text), { offset: 0 });
  const buffers: Buffers = {};
  let root: unknown;
  try {
    root = JSON.parse(cutBuffers(text, buffers));
  } catch (cause) {
    const offset = jsonOffset(text);
    throw fault("INVALID_JSON", "read the text", `no JSON at offset ${offset}`, { cause, offset });
  }
  if (!isMarked(root)) return checkDepth(root, limits);
  takeBuffers(root, buffers);
  return new Decoder(root, limits, buffers, text).run();
}

/**
 * Turns a tree of {@linkcode preprocess} back into the value. The tree may be hostile, as with {@linkcode parse}; it is not
 * changed, and a tree that is not marked is returned as it is.
 *
 * @param intermediate The tree.
 * @param options Caps.
 * @returns The value.
 * @throws {SerializerError} As {@linkcode parse}, and `INVALID_JSON` when the tree is none, or cannot be written as JSON.
 *
 * @example From a tree
 * ```ts
 * import { postprocess, preprocess } from "@doze/fetch/serializer";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(postprocess(preprocess({ big: 123n })), { big: 123n });
 * ```
 */
export function postprocess(intermediate: unknown, options?: SerializerLimits): unknown {
  if (!isMarked(intermediate)) return checkDepth(intermediate, limitsOf(options));
  const seen = new Set<object>();
  let text: string | undefined;
  let cause: unknown;
  try {
    // What stands twice would be written twice, and what is in it again.
    if (!findPath(intermediate, (value) => seen.size === seen.add(value).size)) text = JSON.stringify(intermediate);
  } catch (error) {
    cause = error;
  }
  if (text === undefined) throw fault("INVALID_JSON", "read the tree", "no tree of JSON", { cause });
  return parse(text, options);
}

/** Returns pure JSON as it is, where it is not too deep. */
function checkDepth(root: unknown, limits: Limits): unknown {
  let over: string | undefined;
  const path = limits.maxDepth < Infinity &&
    findPath(root, (_, depth) => (over = excess(limits, "maxDepth", depth + 1)) !== undefined);
  if (path) throw faultAt(path, "LIMIT_EXCEEDED", "read", over!);
  return root;
}

/** Where a text stops being a sequence of JSON's tokens: not every engine tells where it gave up. */
function jsonOffset(text: string): number {
  const token = /\s*(?:[[\]{},:]|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null|("))/iy;
  // Long strings are taken in pieces: what an engine can repeat, and go back from, is limited.
  // deno-lint-ignore no-control-regex
  const inString = /(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-f]{4})){1,999}|(")/iy;
  let [offset, at, expected] = [0, 0, token];
  for (let found = expected.exec(text); found; found = expected.exec(text)) {
    at = expected.lastIndex;
    if (found[1]) expected = expected === token ? inString : token;
    if (expected === token) offset = at;
    expected.lastIndex = at;
  }
  return offset;
}
