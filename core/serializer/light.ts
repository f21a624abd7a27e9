/**
 * The fast path of the writer: trees of plain objects, dense arrays, dates, messages and primitives. It copies nothing
 * that JSON carries as it is, so that a pure value comes back untouched, and gives up on everything else.
 *
 * @module
 */
import { byPrototype } from "./kinds.ts";
import { isPrototypePolluted } from "./own_fields.ts";
import { HEADER, isMarked, TILDE } from "./wire.ts";

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
}

type Container = Record<string, unknown>;

/** Whether objects inherit enumerable properties, because someone extended `Object.prototype`. */
let polluted = false;

/**
 * The value itself when it is pure JSON, the root of a marked text when it is light, {@linkcode BAIL} when it is
 * neither.
 */
export function writeLight(value: unknown, maxDepth = MAX_DEPTH): unknown {
  const scan: Scan = { list: [], set: undefined, rich: false };
  polluted = isPrototypePolluted();
  let tree = value;
  try {
    if (!isPlain(value)) tree = write(value, scan, Math.min(maxDepth, MAX_DEPTH));
  } catch {
    // A getter threw, or a proxy: the full writer tells where.
    return BAIL;
  }
  if (scan.rich && tree !== BAIL) return [HEADER, tree];
  return tree === BAIL || isMarked(value) ? BAIL : value;
}

/** Whether a value is written in a marked text as it is. */
export function isPlain(value: unknown): boolean {
  if (typeof value === "string") return value.charCodeAt(0) !== TILDE;
  if (typeof value === "number") return value - value === 0 && (value !== 0 || 1 / value > 0);
  return value === null || typeof value === "boolean";
}

/** Writes what is not plain. */
function write(value: unknown, scan: Scan, room: number): unknown {
  if (typeof value === "object") return writeContainer(value as object, scan, room);
  if (typeof value === "string") return `~${value}`;
  if (value !== undefined) return BAIL;
  scan.rich = true;
  return "~u";
}

function writeContainer(value: object, scan: Scan, room: number): unknown {
  if (isKnown(value, scan) || room < 1) return BAIL;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return writeRecord(value as Container, scan, room - 1);
  if (prototype === Array.prototype) return Array.isArray(value) ? writeList(value, scan, room - 1) : BAIL;
  const kind = byPrototype.get(prototype);
  if (!kind || !/^~[TPQ]/.test(kind.tag)) return BAIL;
  scan.rich = true;
  const out = kind.take(value as never, kind.tag);
  for (let i = 1; i < out.length; i++) {
    if (isPlain(out[i])) continue;
    out[i] = write(out[i], scan, room);
    if (out[i] === BAIL) return BAIL;
  }
  return out;
}

function writeRecord(value: Container, scan: Scan, room: number): unknown {
  let out = value;
  for (const key in value) {
    if (polluted && !Object.hasOwn(value, key)) continue;
    const item = value[key];
    if (isPlain(item)) continue;
    const written = write(item, scan, room);
    if (written === item) continue;
    if (written === BAIL) return BAIL;
    if (out === value) out = { ...value };
    out[key] = written;
  }
  return out;
}

function writeList(value: unknown[], scan: Scan, room: number): unknown {
  // Named properties make the count differ, holes are met below: both is for the full writer. Of many elements the
  // values are counted sooner, whose keys would be strings to be made.
  const { length } = value.length > 8 ? Object.values(value) : Object.keys(value);
  if (length !== value.length) return BAIL;
  let out = value;
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    if (isPlain(item)) continue;
    const written = item === undefined && !Object.hasOwn(value, i) ? BAIL : write(item, scan, room);
    if (written === item) continue;
    if (written === BAIL) return BAIL;
    if (out === value) out = value.slice();
    out[i] = written;
  }
  return out;
}

function isKnown(value: object, scan: Scan): boolean {
  if (scan.list.length < MAX_LISTED) return scan.list.includes(value) || !scan.list.push(value);
  scan.set ??= new Set(scan.list);
  return scan.set.size === scan.set.add(value).size;
}
