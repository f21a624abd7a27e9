/**
 * Tells the values that JSON carries without loss, so that native JSON can do all the work.
 *
 * @module
 */

import { isDense } from "./collection_kinds.ts";

/** How deep the scan recurses; what is deeper is left to the writer, which does not recurse without bound. */
const MAX_DEPTH = 2500;

/**
 * Whether a value is a tree of plain objects, dense arrays and what JSON knows, without a shared reference.
 * The answer for a value nested deeper than 2,500 containers is `false`.
 */
export function isPure(value: unknown): boolean {
  return pure(value, new Set(), 0);
}

function pure(value: unknown, seen: Set<object>, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && (value !== 0 || 1 / value > 0);
    case "object":
      return value === null || container(value, seen, depth);
    default:
      return false;
  }
}

function container(value: object, seen: Set<object>, depth: number): boolean {
  const before = seen.size;
  if (seen.add(value).size === before || depth > MAX_DEPTH) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) {
    for (const key of Object.keys(value)) {
      if (!pure((value as Record<string, unknown>)[key], seen, depth + 1)) return false;
    }
    return true;
  }
  if (prototype !== Array.prototype || !Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) {
    if (!pure(value[i], seen, depth + 1)) return false;
  }
  return isDense(value);
}
