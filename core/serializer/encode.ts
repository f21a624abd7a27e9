/**
 * The full writer: any graph of values as a tree that JSON can carry.
 *
 * @module
 */
import { BIG_BUFFER } from "./big_buffers.ts";
import { isDense, looseArray } from "./collection_kinds.ts";
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
  readonly #table: unknown[] = [HEADER, null];
  readonly #buffers: number[] = [];
  readonly #seen = new Map<object, Place>();
  readonly #later: { value: object; place: Place; depth: number }[] = [];
  /** Containers around the entry of the table at hand. */
  #base = 0;
  /** Containers around the value at hand, in its entry. */
  #nesting = 0;
  /** Codecs around the value at hand whose data must be complete when it is read. */
  #whole = 0;

  constructor(limits?: SerializerLimits) {
    this.#limits = limits ? { ...DEFAULT_LIMITS, ...limits } : DEFAULT_LIMITS;
    this.maxRegExpLength = this.#limits.maxRegExpLength;
  }

  run(value: unknown): Encoded {
    const top: Place = { out: this.#table, parent: undefined, key: "", id: 0 };
    if (isObject(value)) {
      const place: Place = { out: undefined, parent: top, key: 1, id: 1 };
      this.#seen.set(value, place);
      this.#later.push({ value, place, depth: 0 });
    } else {
      this.#table[1] = this.value(value, top, 1);
    }
    for (let i = 0; i < this.#later.length; i++) {
      const { value, place, depth } = this.#later[i];
      this.#base = depth;
      this.#nesting = 1;
      this.#table[place.id] = place.out = this.#build(value, place);
    }
    return { table: this.#table, buffers: this.#buffers };
  }

  value(value: unknown, place: Place, key: string | number): unknown {
    switch (typeof value) {
      case "string":
        return value.charCodeAt(0) === TILDE ? `~${value}` : value;
      case "number":
        return value - value === 0 && (value !== 0 || 1 / value > 0) ? value : oddNumber(value);
      case "boolean":
        return value;
      case "undefined":
        return "~u";
      case "bigint":
        return this.#bigint(value, place, key);
      case "object":
        return value === null ? null : this.#object(value, place, key);
      case "function":
        if (isObject(value)) return this.#object(value, place, key);
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
    const known = this.#seen.get(value);
    if (known) return this.#reference(known);
    const place: Place = { out: undefined, parent, key, id: -1 };
    this.#seen.set(value, place);
    if (this.#base + this.#nesting >= this.#limits.maxDepth) {
      this.fail("LIMIT_EXCEEDED", `more than ${this.#limits.maxDepth} levels`, parent, key);
    }
    if (Object.getPrototypeOf(value) === Date.prototype) {
      place.id = 0;
      return place.out = dateTag(value as Date);
    }
    if (this.#nesting > MAX_NESTING) {
      if (this.#whole === 0) return this.#defer(value, place);
      if (this.#nesting > 4 * MAX_NESTING) this.fail("LIMIT_EXCEEDED", "a codec's data nested too deep", parent, key);
    }
    this.#nesting++;
    const out = place.out = this.#build(value, place);
    this.#nesting--;
    if (place.id > 0) {
      this.#table[place.id] = out;
      return `~${place.id}`;
    }
    place.id = 0;
    return out;
  }

  /** Gives a value an entry of its own, to be written later. */
  #defer(value: object, place: Place): string {
    place.id = this.#table.push(null) - 1;
    this.#later.push({ value, place, depth: this.#base + this.#nesting });
    return `~${place.id}`;
  }

  /** A value that was found before; at the second time it moves to the table. */
  #reference(place: Place): string {
    if (place.id <= 0) {
      const finished = place.id === 0;
      place.id = this.#table.push(place.out) - 1;
      if (finished) (place.parent!.out as Container)[place.key] = `~${place.id}`;
    }
    return `~${place.id}`;
  }

  #build(value: object, place: Place): unknown {
    const prototype = Object.getPrototypeOf(value);
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
      if (typeof item === "string") {
        if (item.charCodeAt(0) !== TILDE) continue;
      } else if (item === null || typeof item === "boolean") continue;
      if (out === value && typeof item === "object") out = place.out = { ...value };
      const written = typeof item === "object" ? this.#object(item, place, key) : this.value(item, place, key);
      if (written === item) continue;
      if (out === value) out = place.out = { ...value };
      out[key] = written;
    }
    return out;
  }

  #list(value: unknown[], place: Place): unknown {
    if (!isDense(value)) return this.#tagged(looseArray as Kind<object>, value, place);
    const out: unknown[] = place.out = value.slice();
    for (let i = 0; i < out.length; i++) out[i] = this.value(value[i], place, i);
    return out;
  }

  #tagged(kind: Kind<object>, value: object, place: Place): unknown[] {
    const out: unknown[] = place.out = [kind.tag];
    kind.write(value, out, place, this);
    if (kind.tag === "~A" && (value as ArrayBuffer).byteLength >= BIG_BUFFER) {
      if (place.id < 0) place.id = this.#table.push(out) - 1;
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

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null ||
    typeof value === "function" && typeOfPrototype(Object.getPrototypeOf(value)) !== undefined;
}

function oddNumber(value: number): string {
  return value === 0 ? "~z" : value > 0 ? "~p" : value < 0 ? "~m" : "~n";
}
