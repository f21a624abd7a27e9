/**
 * The fast path of the writer: trees of plain objects, dense arrays, dates, messages and primitives. It copies nothing
 * that JSON carries as it is, so that a pure value comes back untouched, and gives up on everything else.
 *
 * @module
 */
import { byPrototype } from "./kinds.ts";
import { isOwn } from "./own_fields.ts";
import { HEADER, isMarked, isPlain, textOf } from "./wire.ts";

/** How deep it recurses; what is deeper is left to the full writer, which does not recurse without bound. */
const MAX_DEPTH = 2000;

/** Containers that are remembered in a list, which is faster to search than a Set is to fill. */
const MAX_LISTED = 24;

/** What one call has come across. */
interface Scan {
  list: object[];
  set: Set<object> | undefined;
  /** Whether a value was written that JSON does not carry; escaping a string alone does not count. */
  rich: boolean;
}

type Container = Record<string, unknown>;

/**
 * The value itself when it is pure JSON, the root of a marked text when it is light, `undefined` when it is neither.
 */
export function writeLight(value: unknown, maxDepth = MAX_DEPTH): unknown {
  const scan: Scan = { list: [], set: undefined, rich: false };
  try {
    const tree = isPlain(value) ? value : write(value, scan, Math.min(maxDepth, MAX_DEPTH));
    if (tree !== undefined && scan.rich) return [HEADER, tree];
    if (tree !== undefined && !isMarked(value)) return value;
  } catch {
    // A getter threw, or a proxy: the full writer tells where.
  }
}

/** Writes what is not plain; `undefined` where the full writer is needed. */
function write(value: unknown, scan: Scan, room: number): unknown {
  if (typeof value === "object") return writeContainer(value as object, scan, room);
  if (typeof value !== "string") scan.rich = true;
  return textOf(value);
}

function writeContainer(value: object, scan: Scan, room: number): unknown {
  if (isKnown(value, scan) || room < 1) return;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return writeRecord(value as Container, scan, room - 1);
  if (prototype === Array.prototype && Array.isArray(value)) return writeList(value, scan, room - 1);
  const kind = byPrototype.get(prototype);
  if (!kind?.light) return;
  scan.rich = true;
  const out = kind.take(value as never, kind.tag);
  for (let i = 1; i < out.length; i++) {
    if (!isPlain(out[i]) && (out[i] = write(out[i], scan, room)) === undefined) return;
  }
  return out;
}

function writeRecord(value: Container, scan: Scan, room: number): unknown {
  if (typeof value.toJSON === "function") return;
  let out = value;
  for (const key in value) {
    if (!isOwn(value, key)) continue;
    const item = value[key];
    if (isPlain(item)) continue;
    const written = write(item, scan, room);
    if (written === undefined) return;
    if (written === item) continue;
    if (out === value) out = { ...value };
    out[key] = written;
  }
  return out;
}

function writeList(value: unknown[], scan: Scan, room: number): unknown {
  // Named properties make the count differ, holes are met below: both is for the full writer. Of many elements the
  // values are counted sooner, whose keys would be strings to be made.
  const { length } = value.length > 8 ? Object.values(value) : Object.keys(value);
  if (length !== value.length || typeof (value as unknown as Container).toJSON === "function") return;
  let out = value;
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    if (isPlain(item)) continue;
    if (item === undefined && !isOwn(value, i)) return;
    const written = write(item, scan, room);
    if (written === undefined) return;
    if (written === item) continue;
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
