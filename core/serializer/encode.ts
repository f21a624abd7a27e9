/**
 * The full writer: any graph of values as a tree that JSON can carry.
 *
 * @module
 */
import { BIG_BUFFER } from "./big_buffers.ts";
import type { Kind } from "./kind.ts";
import { bigint, byPrototype, dateTag, denseCopy, kindOfError, looseArray } from "./kinds.ts";
import { excess, type Limits } from "./limits.ts";
import { isOwn, isRecord } from "./own_fields.ts";
import { describe, pathOf, type Place } from "./path.ts";
import { faultAt, type SerializerErrorCode } from "./serializer_error.ts";
import { HEADER, isPlain, isTag, textOf } from "./wire.ts";

/** Containers that may nest in one entry of the table; deeper ones get an entry of their own. Bounds the stack. */
const MAX_NESTING = 199;

type Container = Record<string | number, unknown>;

/** A root array, or a pure value, and the base64 of big buffers that belongs after its header. */
export interface Encoded {
  table: unknown;
  buffers: string[];
}

/** Writes one value as the root array of a marked text. */
export class Encoder {
  readonly #limits: Limits;
  readonly #table: unknown[] = [HEADER, null];
  readonly #buffers: string[] = [];
  readonly #seen = new Map<object, Place>();
  /** Writes entries that would have been nested too deeply. */
  readonly #later: (() => void)[] = [];
  /** Containers around the one at hand, in its entry. */
  #nesting = 0;
  /** The error on its way out, which no one is to take for one of a getter or codec. */
  #error: unknown;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  run(value: unknown): Encoded {
    const root = { out: this.#table, parent: undefined, key: "", depth: 0, whole: undefined, ref: "" };
    this.#table[1] = this.#value(value, root, 1);
    for (const write of this.#later) write();
    return { table: this.#table, buffers: this.#buffers };
  }

  /** Writes any value that stands at `place.out[key]`. */
  #value(value: unknown, place: Place, key: string | number): unknown {
    if (typeof value === "object" && value !== null) return this.#object(value, place, key);
    const text = isPlain(value) ? value : textOf(value);
    if (text !== undefined) return text;
    if (typeof value === "function" && byPrototype.has(Object.getPrototypeOf(value))) {
      return this.#object(value, place, key);
    }
    const inner = placeIn(place, key);
    if (typeof value !== "bigint") this.#fail("UNSUPPORTED_TYPE", describe(value), inner);
    this.#tagged(bigint, value, inner);
    return inner.out;
  }

  #fail(code: SerializerErrorCode, got: string, place: Place, why?: ErrorOptions): never {
    throw this.#error = faultAt(pathOf(place), code, "write", got, why);
  }

  #object(value: object, parent: Place, key: string | number): unknown {
    const place = placeIn(parent, key);
    const known = enter(this.#seen, value, place);
    if (known !== place) {
      for (let open = parent.whole; open; open = open.parent!.whole) {
        if (open === known) this.#fail("CODEC_CYCLE", "a reference to itself", place);
      }
      return known.ref || this.#reference(known);
    }
    const over = excess(this.#limits, "maxDepth", place.depth);
    if (over) this.#fail("LIMIT_EXCEEDED", over, place);
    if (this.#nesting >= MAX_NESTING && !isOwnPart(value, parent.out as unknown[])) return this.#putOff(value, place);
    this.#nesting++;
    this.#build(value, place);
    this.#nesting--;
    return place.ref || place.out;
  }

  #putOff(value: object, place: Place): string {
    const id = this.#table.length;
    this.#later.push(() => {
      this.#build(value, place);
      this.#table[id] = place.out;
    });
    return this.#reference(place);
  }

  /** What stands for a value that is found again: it moves to the table. */
  #reference(place: Place): string {
    place.ref = `~${this.#table.push(place.out) - 1}`;
    return (place.parent!.out as Container)[place.key] = place.ref;
  }

  /** Makes `place.out`, which is set before anything inside may refer to it. */
  #build(value: object, place: Place): void {
    let kind: Kind | undefined;
    let at: string | undefined;
    try {
      const prototype = Object.getPrototypeOf(value);
      if (prototype === Object.prototype) {
        // A copy has no `toJSON` that JSON would call; one that can be seen is a function like any other.
        let out = place.out = typeof (value as Container).toJSON === "function" ? { ...value } : value as Container;
        for (const key in value) {
          at = key;
          if (!isOwn(value, key)) continue;
          const item = (value as Container)[key];
          if (isPlain(item)) continue;
          // Copied at the first value that JSON cannot carry, or that a reference may replace later.
          if (out === value) out = place.out = { ...out };
          out[key] = this.#value(item, place, key);
        }
        return;
      }
      if (prototype === Date.prototype) return void (place.out = dateTag(value as Date));
      const isList = prototype === Array.prototype && Array.isArray(value);
      const dense = isList && denseCopy(value);
      if (dense) return this.#fill(place.out = dense, place, 0);
      kind = isList ? looseArray : byPrototype.get(prototype) ?? kindOfError(value);
      if (kind) return this.#tagged(kind, value, place);
      const what = describe(value);
      this.#fail(what.startsWith("an instance") ? "UNREGISTERED_CLASS" : "UNSUPPORTED_TYPE", what, place);
    } catch (cause) {
      if (cause === this.#error) throw cause;
      const code = kind?.tag[1] === "C" ? "CODEC_FAILED" : "UNSUPPORTED_TYPE";
      this.#fail(code, "what throws when it is read", at === undefined ? place : placeIn(place, at), { cause });
    }
  }

  #tagged(kind: Kind, value: unknown, place: Place): void {
    const { tag } = kind;
    const out = place.out = kind.take(value as never, tag);
    const over = kind.excess?.(out as never, this.#limits);
    if (over) this.#fail("LIMIT_EXCEEDED", over, place);
    if (tag[1] === "C" && !kind.put) place.whole = place;
    this.#fill(out, place, 1);
    const first = out[1] as string;
    if (tag === "~A" && first.length >= BIG_BUFFER) out[1] = `~-${this.#buffers.push(first)}`;
  }

  #fill(out: unknown[], place: Place, start: number): void {
    for (let i = start; i < out.length; i++) out[i] = this.#value(out[i], place, i);
  }
}

/** Whether a part stands in its value: fields of an error or a registered class, which a reader copies. */
function isOwnPart(part: object, { 0: tag }: unknown[]): boolean {
  return isTag(tag) && isRecord(part);
}

/** The place of what stands in another. */
function placeIn(parent: Place, key: string | number): Place {
  return { out: undefined, parent, key, depth: parent.depth + 1, whole: parent.whole, ref: "" };
}

/** The place of an object, which is `place` where it has none: one look-up instead of two where the engine can. */
function enter(seen: Map<object, Place>, value: object, place: Place): Place {
  if (seen.getOrInsert) return seen.getOrInsert(value, place);
  const known = seen.get(value);
  if (!known) seen.set(value, place);
  return known ?? place;
}
