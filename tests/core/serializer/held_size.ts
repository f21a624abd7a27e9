/**
 * How much memory a value holds, as far as a program can tell. It runs on every runtime, so it names none.
 *
 * @module
 */
import { BodySync } from "../../../core/serializer/mod.ts";

/** Bytes of a slot, and of a container. */
const WORD = 8;

/**
 * Bytes of buffers and bodies, characters of strings and keys, and a word for each container and member: what is shared
 * counts once, what was copied as often as it is there.
 */
export function heldSize(root: unknown): number {
  const seen = new Set<unknown>();
  const todo: unknown[] = [root];
  let size = 0;
  while (todo.length > 0) {
    const value = todo.pop();
    if (typeof value === "string") size += value.length;
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    size += WORD + ownSize(value);
    for (const member of members(value)) {
      size += WORD;
      todo.push(member);
    }
  }
  return size;
}

/** What a container holds beside its members. */
function ownSize(value: object): number {
  if (value instanceof ArrayBuffer) return value.byteLength;
  if (value instanceof BodySync) return value.bytes().length;
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return 0;
  return Object.getOwnPropertyNames(value).reduce((size, key) => size + key.length, 0);
}

/** What stands in a container, properties that are not enumerable included. */
function members(value: object): unknown[] {
  if (ArrayBuffer.isView(value)) return [value.buffer];
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return [...value];
  const keys = Array.isArray(value) ? Object.keys(value) : Object.getOwnPropertyNames(value);
  return keys.map((key) => (value as Record<string, unknown>)[key]);
}
