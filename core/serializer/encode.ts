/**
 * The full writer: any graph of values as a tree that JSON can carry.
 *
 * @module
 */
import { BIG_BUFFER } from "./big_buffers.ts";
import { denseCopy, looseArray } from "./collection_kinds.ts";
import type { Kind, Place } from "./kind.ts";
import { byPrototype, kindOfError } from "./kinds.ts";
import { isPlain } from "./light.ts";
import { findPassed, type Limits, passed } from "./limits.ts";
import { isPrototypePolluted } from "./own_fields.ts";
import { describe, pathOf } from "./path.ts";
import { bigint, dateTag } from "./scalar_kinds.ts";
import { fault, SerializerError, type SerializerErrorCode } from "./serializer_error.ts";
import { HEADER, oddNumber } from "./wire.ts";

/** Containers that may nest in one entry of the table; deeper ones get an entry of their own. Bounds the stack. */
const MAX_NESTING = 200;

type Container = Record<string | number, unknown>;

/** A root array, and the base64 of big buffers that belongs after its header. */
export interface Encoded {
  table: unknown[];
  buffers: string[];
}

/** Writes one value as the root array of a marked text. */
export class Encoder {
  readonly #limits: Limits;
  readonly #polluted = isPrototypePolluted();
  readonly #table: unknown[] = [HEADER, null];
  readonly #buffers: string[] = [];
  readonly #seen = new Map<object, Place>();
  /** What the entry at hand has put off. */
  readonly #later: (() => void)[] = [];
  /** Instances around the value at hand that can be made only when it is complete. */
  readonly #open = new Set<Place>();
  /** Containers around the entry of the table at hand. */
  #base = 0;
  /** Containers around the value at hand, in its entry. */
  #nesting = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  run(value: unknown): Encoded {
    this.#table[1] = this.#value(value, { out: this.#table, parent: undefined, key: "", id: 0, ref: "" }, 1);
    const todo: (() => void)[] = [];
    do {
      todo.pop()?.();
      // What an entry has put off comes before what was put off beside it, so that it is known what it stands in.
      for (let next = this.#later.pop(); next; next = this.#later.pop()) todo.push(next);
    } while (todo.length > 0);
    return { table: this.#table, buffers: this.#buffers };
  }

  /** Writes any value that stands at `place.out[key]`. */
  #value(value: unknown, place: Place, key: string | number): unknown {
    if (typeof value === "object" && value !== null) return this.#object(value, place, key);
    if (isPlain(value)) return value;
    switch (typeof value) {
      case "string":
        return `~${value}`;
      case "number":
        return oddNumber(value);
      case "undefined":
        return "~u";
      case "function":
        if (byPrototype.has(Object.getPrototypeOf(value))) return this.#object(value, place, key);
        break;
      case "bigint":
        return this.#tagged(bigint as Kind<unknown>, value, { out: undefined, parent: place, key, id: 0, ref: "" });
    }
    this.#fail("UNSUPPORTED_TYPE", describe(value), place, key);
  }

  /** Throws with the path of `place.out[key]`, or of `place`. */
  #fail(code: SerializerErrorCode, got: string, place: Place, key?: string | number, why?: ErrorOptions): never {
    const path = pathOf(place, key);
    throw fault(code, `write ${path}`, got, { path, ...why });
  }

  /** Throws for what a codec, a getter, a proxy, or an object that only looks like one of its class has thrown. */
  #refuse(cause: unknown, place: Place, key?: string, code?: SerializerErrorCode): never {
    if (!code && cause instanceof SerializerError) throw cause;
    this.#fail(code ?? "UNSUPPORTED_TYPE", "what throws when it is read", place, key, { cause });
  }

  #object(value: object, parent: Place, key: string | number): unknown {
    const place: Place = { out: undefined, parent, key, id: -1, ref: "" };
    const known = enter(this.#seen, value, place);
    if (known !== place) {
      if (this.#open.size > 0 && this.#open.has(known)) this.#fail("CODEC_CYCLE", "a reference to itself", place);
      return known.ref || this.#reference(known);
    }
    const limits = this.#limits;
    if (this.#base + this.#nesting >= limits.maxDepth) this.#fail("LIMIT_EXCEEDED", passed(limits, "maxDepth"), place);
    if (this.#nesting > MAX_NESTING) return this.#putOff(value, place);
    this.#nesting++;
    const out = place.out = this.#build(value, place);
    this.#nesting--;
    if (place.id > 0) {
      this.#table[place.id] = out;
      return place.ref;
    }
    place.id = 0;
    return out;
  }

  #putOff(value: object, place: Place): string {
    const depth = this.#base + this.#nesting;
    this.#later.push(() => {
      this.#base = depth;
      this.#nesting = 1;
      this.#table[place.id] = place.out = this.#build(value, place);
    });
    return this.#reference(place);
  }

  /** A value that was found before; at the second time it moves to the table. */
  #reference(place: Place): string {
    const finished = place.id === 0;
    place.id = this.#table.push(place.out) - 1;
    place.ref = `~${place.id}`;
    if (finished) (place.parent!.out as Container)[place.key] = place.ref;
    return place.ref;
  }

  #build(value: object, place: Place): unknown {
    let what: string;
    try {
      const prototype = Object.getPrototypeOf(value);
      if (prototype === Object.prototype) return this.#record(value as Container, place);
      if (prototype === Array.prototype && Array.isArray(value)) return this.#list(value, place);
      if (prototype === Date.prototype) return dateTag(value as Date);
      const kind = byPrototype.get(prototype) ?? kindOfError(value);
      if (kind) return this.#tagged(kind, value, place);
      what = describe(value);
    } catch (cause) {
      this.#refuse(cause, place);
    }
    this.#fail(what.startsWith("an instance") ? "UNREGISTERED_CLASS" : "UNSUPPORTED_TYPE", what, place);
  }

  /** Copies at the first value that JSON cannot carry, or that a reference may replace later. */
  #record(value: Container, place: Place): unknown {
    let out = place.out = value;
    let at: string | undefined;
    try {
      for (const key in value) {
        at = key;
        if (this.#polluted && !Object.hasOwn(value, key)) continue;
        const item = value[key];
        if (isPlain(item)) continue;
        if (out === value) out = place.out = { ...value };
        out[key] = typeof item === "object" ? this.#object(item!, place, key) : this.#value(item, place, key);
      }
    } catch (cause) {
      this.#refuse(cause, place, at);
    }
    return out;
  }

  #list(value: unknown[], place: Place): unknown {
    const out = denseCopy(value);
    if (!out) return this.#tagged(looseArray, value, place);
    place.out = out;
    for (let i = 0; i < out.length; i++) out[i] = this.#value(out[i], place, i);
    return out;
  }

  #tagged<T>(kind: Kind<T>, value: T, place: Place): unknown[] {
    const { tag, cap } = kind;
    const out: unknown[] = place.out = [tag];
    try {
      kind.take(value, out);
    } catch (cause) {
      this.#refuse(cause, place, undefined, tag[1] === "C" ? "CODEC_FAILED" : "UNSUPPORTED_TYPE");
    }
    const over = cap && findPassed(this.#limits, cap, out);
    if (over) this.#fail("LIMIT_EXCEEDED", passed(this.#limits, over), place);
    if (tag[1] === "C" && !kind.put) this.#fillWhole(out, place);
    else this.#fill(out, place);
    const first = out[1] as string;
    if (tag === "~A" && first.length >= BIG_BUFFER) out[1] = `~-${this.#buffers.push(first)}`;
    return out;
  }

  #fill(out: unknown[], place: Place): void {
    for (let i = 1; i < out.length; i++) out[i] = this.#value(out[i], place, i);
  }

  /** Fills what must not contain itself, not even in what is put off. */
  #fillWhole(out: unknown[], place: Place): void {
    const start = this.#later.push(() => this.#open.add(place));
    this.#open.add(place);
    this.#fill(out, place);
    this.#open.delete(place);
    if (this.#later.length > start) this.#later.push(() => this.#open.delete(place));
    else this.#later.pop();
  }
}

/** The place of an object, which is `place` where it has none: one look-up instead of two where the engine can. */
function enter(seen: Map<object, Place>, value: object, place: Place): Place {
  if (seen.getOrInsert) return seen.getOrInsert(value, place);
  const known = seen.get(value);
  if (!known) seen.set(value, place);
  return known ?? place;
}
