/**
 * The fast path of the writer: trees of plain objects, dense arrays, dates and primitives. It copies nothing that JSON
 * carries as it is, so that a pure value comes back untouched, and gives up on everything else.
 *
 * @module
 */
import { isPrototypePolluted } from "./own_fields.ts";
import { dateTag } from "./scalar_kinds.ts";
import { TILDE } from "./wire.ts";

/** How deep it recurses; what is deeper is left to the full writer, which does not recurse without bound. */
const MAX_DEPTH = 2000;

/** Containers that are remembered in a list, which is faster to search than a Set is to fill. */
const MAX_LISTED = 24;

/** The answer of {@linkcode writeLight} for a value that needs the full writer. */
export const BAIL: unique symbol = Symbol();

/** What one call has come across. */
interface Scan {
  list: object[];
  set: Set<object> | undefined;
  /** Whether a value was written that JSON does not carry; escaping a string alone does not count. */
  rich: boolean;
  /** Containers that may stand inside each other. */
  maxDepth: number;
}

type Container = Record<string, unknown>;

/** Whether objects inherit enumerable properties, because someone extended `Object.prototype`. */
let polluted = false;

/**
 * The value itself when it is pure JSON, a tree for the root of a marked text when it is light, {@linkcode BAIL}
 * when it is neither.
 */
export function writeLight(value: unknown, maxDepth = MAX_DEPTH): { tree: unknown; rich: boolean } {
  const scan: Scan = { list: [], set: undefined, rich: false, maxDepth: Math.min(maxDepth, MAX_DEPTH) };
  polluted = isPrototypePolluted();
  const tree = write(value, scan, 0);
  return { tree: scan.rich || tree === BAIL ? tree : value, rich: scan.rich };
}

function write(value: unknown, scan: Scan, depth: number): unknown {
  if (typeof value === "object" && value !== null) return writeContainer(value, scan, depth);
  switch (typeof value) {
    case "string":
      return value.charCodeAt(0) === TILDE ? `~${value}` : value;
    case "number":
      return isPlainNumber(value) ? value : BAIL;
    case "boolean":
      return value;
    case "undefined":
      scan.rich = true;
      return "~u";
    case "object":
      return null;
    default:
      return BAIL;
  }
}

function writeContainer(value: object, scan: Scan, depth: number): unknown {
  if (isKnown(value, scan) || depth >= scan.maxDepth) return BAIL;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return writeRecord(value as Container, scan, depth + 1);
  if (prototype === Array.prototype) return Array.isArray(value) ? writeList(value, scan, depth + 1) : BAIL;
  if (prototype !== Date.prototype) return BAIL;
  scan.rich = true;
  return dateTag(value as Date);
}

function writeRecord(value: Container, scan: Scan, depth: number): unknown {
  let out = value;
  for (const key in value) {
    if (polluted && !Object.hasOwn(value, key)) continue;
    const item = value[key];
    if (typeof item === "string") {
      if (item.charCodeAt(0) !== TILDE) continue;
    } else if (typeof item === "number") {
      if (isPlainNumber(item)) continue;
    } else if (item === null || typeof item === "boolean") continue;
    const written = write(item, scan, depth);
    if (written === item) continue;
    if (written === BAIL) return BAIL;
    if (out === value) out = { ...value };
    out[key] = written;
  }
  return out;
}

function writeList(value: unknown[], scan: Scan, depth: number): unknown {
  // Named properties make the count differ, holes are met below: both is for the full writer.
  if (Object.keys(value).length !== value.length) return BAIL;
  let out = value;
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    if (item === undefined && !Object.hasOwn(value, i)) return BAIL;
    if (typeof item === "string") {
      if (item.charCodeAt(0) !== TILDE) continue;
    } else if (typeof item === "number") {
      if (isPlainNumber(item)) continue;
    } else if (item === null || typeof item === "boolean") continue;
    const written = write(item, scan, depth);
    if (written === item) continue;
    if (written === BAIL) return BAIL;
    if (out === value) out = value.slice();
    out[i] = written;
  }
  return out;
}

function isPlainNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

function isKnown(value: object, scan: Scan): boolean {
  const { list, set } = scan;
  if (set) {
    const { size } = set;
    return set.add(value).size === size;
  }
  if (list.includes(value)) return true;
  if (list.push(value) > MAX_LISTED) scan.set = new Set(list);
  return false;
}
