/**
 * Text to values.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { cutBuffers } from "./big_buffers.ts";
import { decode } from "./decode.ts";
import type { SerializerLimits } from "./limits.ts";
import { SerializerError } from "./serializer_error.ts";
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
  if (typeof text !== "string") {
    throw new SerializerError("INVALID_JSON", `Cannot read the text: pass a string, got ${quote(text)}`, { offset: 0 });
  }
  const { rest, cut } = cutBuffers(text);
  let root: unknown;
  try {
    root = JSON.parse(rest);
  } catch (cause) {
    const offset = jsonOffset(text);
    const message = `Cannot read the text: pass what stringify wrote, got no JSON from offset ${offset} on`;
    throw new SerializerError("INVALID_JSON", message, { cause, offset });
  }
  if (isMarked(root)) return decode(root, options, cut);
  if (options?.maxDepth !== undefined && isDeeper(root, options.maxDepth)) {
    const message = `Cannot read the text: raise the limit, got more levels than maxDepth (${options.maxDepth})`;
    throw new SerializerError("LIMIT_EXCEEDED", message, { path: "$" });
  }
  return root;
}

/**
 * Turns a tree of {@linkcode preprocess} back into the value. The tree may be hostile, as with {@linkcode parse}; it is not
 * changed, and a tree that is not marked is returned as it is.
 *
 * @param intermediate The tree.
 * @param options Caps.
 * @returns The value.
 * @throws {SerializerError} As {@linkcode parse}, and `INVALID_JSON` when the tree cannot be written as JSON.
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
  if (!isMarked(intermediate)) return intermediate;
  let text: string;
  try {
    text = JSON.stringify(intermediate);
  } catch (cause) {
    throw new SerializerError("INVALID_JSON", "Cannot read the tree: pass what preprocess returned", { cause });
  }
  return parse(text, options);
}

/** Where a text stops being a sequence of JSON's tokens: not every engine tells where it gave up. */
function jsonOffset(text: string): number {
  // What a lookahead has captured is not tried again, so that the cost is linear.
  // deno-lint-ignore no-control-regex
  const token = /\s*(?:[[\]{},:]|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null|"(?:(?=([^"\\\0-\x1f]+))\1)?)/iy;
  // deno-lint-ignore no-control-regex
  const rest = /\\(?:["\\/bfnrt]|u[\da-f]{4})(?:(?=([^"\\\0-\x1f]+))\1)?/iy;
  let offset = 0;
  for (token.lastIndex = 0; token.test(text); token.lastIndex = offset) {
    let end = token.lastIndex;
    if (text.slice(offset, end).trimStart()[0] === '"') {
      for (rest.lastIndex = end; rest.test(text);) end = rest.lastIndex;
      if (text[end++] !== '"') break;
    }
    offset = end;
  }
  return offset;
}

function isDeeper(root: unknown, maxDepth: number): boolean {
  const todo: [value: unknown, depth: number][] = [[root, 0]];
  for (let next = todo.pop(); next; next = todo.pop()) {
    const [value, depth] = next;
    if (typeof value !== "object" || value === null) continue;
    if (depth >= maxDepth) return true;
    for (const item of Object.values(value)) todo.push([item, depth + 1]);
  }
  return false;
}
