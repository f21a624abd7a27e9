/**
 * The full writer: any graph of values as a tree that JSON can carry.
 *
 * @module
 */
import { BIG_BUFFER } from "./big_buffers.ts";
import { denseCopy, looseArray } from "./collection_kinds.ts";
import type { Kind, Place, Writer } from "./kind.ts";
import { kindOfError, kindOfPrototype } from "./kinds.ts";
import { DEFAULT_LIMITS, type SerializerLimits } from "./limits.ts";
import { isPrototypePolluted } from "./own_fields.ts";
import { describe, pathOf } from "./path.ts";
import { type RegisteredType, typeOfPrototype } from "./registry.ts";
import { dateTag } from "./scalar_kinds.ts";
import { SerializerError, type SerializerErrorCode } from "./serializer_error.ts";
import { HEADER, TILDE } from "./wire.ts";

/** Containers that may nest in one entry of the table; deeper ones get an entry of their own. Bounds the stack. */
const MAX_NESTING = 200;

type Container = Record<string | number, unknown>;

/** A root array, and the indexes of those entries that are big buffers. */
export interface Encoded {
  table: unknown[];
  buffers: number[];
}

/** Writes `value` as the root array of a marked text. */
export function encode(value: unknown, limits?: SerializerLimits): Encoded {
  return new Encoder(limits).run(value);
}

class Encoder implements Writer {
  readonly maxRegExpLength: number;
  readonly #limits: Required<SerializerLimits>;
  readonly #polluted = isPrototypePolluted();
  readonly #table: unknown[] = [HEADER];
  readonly #buffers: number[] = [];
  readonly #seen = new Map<object, Place>();
  readonly #later: { value: object; place: Place; depth: number }[] = [];
  /** Containers around the entry of the table at hand. */
  #base = -MAX_NESTING - 1;
  /** Containers around the value at hand, in its entry; at first too many, so that the root gets an entry. */
  #nesting = MAX_NESTING + 1;
  /** Codecs around the value at hand whose data must be complete when it is read. */
  #whole = 0;

  constructor(limits?: SerializerLimits) {
    this.#limits = limits ? { ...DEFAULT_LIMITS, ...limits } : DEFAULT_LIMITS;
    this.maxRegExpLength = this.#limits.maxRegExpLength;
  }

  run(value: unknown): Encoded {
    const top: Place = { out: this.#table, parent: undefined, key: "", id: 0, ref: "" };
    const root = this.value(value, top, 1);
    if (this.#table.length === 1) this.#table.push(root);
    for (let i = 0; i < this.#later.length; i++) {
      const { value, place, depth } = this.#later[i];
      this.#base = depth;
      this.#nesting = 1;
      this.#table[place.id] = place.out = this.#build(value, place);
    }
    return { table: this.#table, buffers: this.#buffers };
  }

  value(value: unknown, place: Place, key: string | number): unknown {
    if (typeof value === "string") return value.charCodeAt(0) === TILDE ? `~${value}` : value;
    if (typeof value === "object") return value === null ? null : this.#object(value, place, key);
    if (typeof value === "number") {
      return value - value === 0 && (value !== 0 || 1 / value > 0) ? value : oddNumber(value);
    }
    if (typeof value === "boolean") return value;
    if (value === undefined) return "~u";
    if (typeof value === "bigint") return this.#bigint(value, place, key);
    if (typeof value === "function" && typeOfPrototype(Object.getPrototypeOf(value))) {
      return this.#object(value, place, key);
    }
    this.fail("UNSUPPORTED_TYPE", describe(value), place, key);
  }

  fail(code: SerializerErrorCode, what: string, place: Place, key?: string | number): never {
    const path = pathOf(place, key);
    const remedy = code === "UNREGISTERED_CLASS"
      ? "register its class with registerType, or write its data instead"
      : code === "LIMIT_EXCEEDED"
      ? "raise the limit in the options of both sides"
      : "leave it out or write its data instead";
    throw new SerializerError(code, `Cannot write ${path}: ${remedy}, got ${what}`, { path });
  }

  #object(value: object, parent: Place, key: string | number): unknown {
    const place: Place = { out: undefined, parent, key, id: -1, ref: "" };
    const known = enter(this.#seen, value, place);
    if (known !== place) return known.ref || this.#reference(known);
    if (this.#base + this.#nesting >= this.#limits.maxDepth) {
      this.fail("LIMIT_EXCEEDED", `more than ${this.#limits.maxDepth} levels`, parent, key);
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Date.prototype) {
      place.id = 0;
      return place.out = dateTag(value as Date);
    }
    if (this.#nesting > MAX_NESTING) {
      if (this.#whole === 0) return this.#defer(value, place);
      if (this.#nesting > 4 * MAX_NESTING) {
        this.fail("LIMIT_EXCEEDED", "a codec's data is nested too deep", parent, key);
      }
    }
    this.#nesting++;
    const out = place.out = this.#build(value, place, prototype);
    this.#nesting--;
    if (place.id > 0) {
      this.#table[place.id] = out;
      return place.ref;
    }
    place.id = 0;
    return out;
  }

  /** Gives a value an entry of its own, to be written later. */
  #defer(value: object, place: Place): string {
    this.#later.push({ value, place, depth: this.#base + this.#nesting });
    return this.#move(place, null);
  }

  /** A value that was found before; at the second time it moves to the table. */
  #reference(place: Place): string {
    const finished = place.id === 0;
    const ref = this.#move(place, place.out);
    if (finished) (place.parent!.out as Container)[place.key] = ref;
    return ref;
  }

  #move(place: Place, out: unknown): string {
    place.id = this.#table.push(out) - 1;
    return place.ref = `~${place.id}`;
  }

  #build(value: object, place: Place, prototype = Object.getPrototypeOf(value)): unknown {
    if (prototype === Object.prototype) return this.#record(value as Container, place);
    if (prototype === Array.prototype && Array.isArray(value)) return this.#list(value, place);
    const kind = kindOfPrototype(prototype);
    if (kind) return this.#tagged(kind, value, place);
    const registered = typeOfPrototype(prototype);
    if (registered) return this.#registered(registered, value, place);
    const error = kindOfError(value);
    if (error) return this.#tagged(error, value, place);
    const what = describe(value);
    this.fail(what.startsWith("an instance") ? "UNREGISTERED_CLASS" : "UNSUPPORTED_TYPE", what, place);
  }

  /** Copies at the first object, since a reference may replace it later; otherwise at the first change. */
  #record(value: Container, place: Place): unknown {
    let out = place.out = value;
    for (const key in value) {
      if (this.#polluted && !Object.hasOwn(value, key)) continue;
      const item = value[key];
      let written: unknown;
      if (typeof item === "object") {
        if (item === null) continue;
        if (out === value) out = place.out = { ...value };
        written = this.#object(item, place, key);
      } else written = this.value(item, place, key);
      if (written === item) continue;
      if (out === value) out = place.out = { ...value };
      out[key] = written;
    }
    return out;
  }

  #list(value: unknown[], place: Place): unknown {
    const out = denseCopy(value);
    if (!out) return this.#tagged(looseArray as Kind<object>, value, place);
    place.out = out;
    for (let i = 0; i < out.length; i++) out[i] = this.value(out[i], place, i);
    return out;
  }

  #tagged(kind: Kind<object>, value: object, place: Place): unknown[] {
    const out: unknown[] = place.out = [kind.tag];
    kind.write(value, out, place, this);
    if (kind.tag === "~A" && (value as ArrayBuffer).byteLength >= BIG_BUFFER) {
      if (place.id < 0) this.#move(place, out);
      this.#buffers.push(place.id);
    }
    return out;
  }

  #registered(type: RegisteredType, value: object, place: Place): unknown[] {
    const out: unknown[] = place.out = ["~C", type.name];
    const whole = type.decode ? 1 : 0;
    this.#whole += whole;
    out.push(this.value(type.encode(value), place, 2));
    this.#whole -= whole;
    return out;
  }

  #bigint(value: bigint, place: Place, key: string | number): unknown[] {
    const digits = String(value);
    const { maxBigIntDigits } = this.#limits;
    if (digits.length > maxBigIntDigits) {
      this.fail("LIMIT_EXCEEDED", `a bigint of more than ${maxBigIntDigits} digits`, place, key);
    }
    return ["~I", digits];
  }
}

/** The place of an object, which is `place` where it has none: one look-up instead of two where the engine can. */
function enter(seen: Map<object, Place>, value: object, place: Place): Place {
  if (seen.getOrInsert) return seen.getOrInsert(value, place);
  const known = seen.get(value);
  if (!known) seen.set(value, place);
  return known ?? place;
}

function oddNumber(value: number): string {
  return value === 0 ? "~z" : value > 0 ? "~p" : value < 0 ? "~m" : "~n";
}
