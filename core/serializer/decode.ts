/**
 * Reads the tree of a marked text back into the graph that was written. The tree is taken as hostile.
 *
 * @module
 */
import { quote } from "../errors.ts";
import type { Kind } from "./kind.ts";
import { byTag } from "./kinds.ts";
import { limitsOf, type SerializerLimits } from "./limits.ts";
import { isPrototypePolluted } from "./own_fields.ts";
import { fault, type SerializerErrorCode } from "./serializer_error.ts";
import { findPath, property } from "./tree_path.ts";
import { HEADER, isContainer, oddNumber, TILDE } from "./wire.ts";

/** Containers that are read recursively inside each other; deeper ones wait for their turn. Bounds the stack. */
const MAX_NESTING = 500;

/** Stands for an entry whose value cannot be referred to yet. */
const PENDING = Symbol();

type Container = Record<string | number, unknown>;

/** Reads the root array of one marked text; the array is used up. `buffers` are what `cutBuffers` took out. */
export class Decoder {
  readonly #table: unknown[];
  readonly #limits: Required<SerializerLimits>;
  readonly #polluted = isPrototypePolluted();
  /** Values of the table's entries, as far as they exist. */
  readonly #values: unknown[] = [PENDING];
  /** What waits for its turn, and the containers around it. */
  readonly #later: [run: () => void, depth: number][] = [];
  /** Base64 that did not go through JSON; each is taken once, so that none is worth more memory than its size. */
  readonly #buffers: (string | undefined)[];
  /** Containers around the value whose turn it is. */
  #base = 0;
  /** Containers inside it that are being read. */
  #nesting = 0;
  /** Values that can be made only when the one at hand is complete. */
  #whole = 0;

  constructor(table: unknown[], limits: SerializerLimits | undefined, buffers: (string | undefined)[]) {
    this.#table = table;
    this.#limits = limitsOf(limits);
    this.#buffers = buffers;
  }

  run(): unknown {
    const [version] = this.#table;
    if (version !== HEADER) this.#fail("UNSUPPORTED_VERSION", quote(version), this.#table);
    if (this.#table.length < 2) this.#fail("MALFORMED", "no root", this.#table);
    const root = this.#table[1];
    const value = isContainer(root)
      ? this.#entry(1, this.#table, 1)
      : isRich(root)
      ? this.#text(root as string, this.#table, 1)
      : root;
    for (const [run, depth] of this.#later) {
      this.#base = depth;
      run();
    }
    return value;
  }

  /** Throws with the path of a container's key in the tree. */
  #fail(
    code: SerializerErrorCode,
    got: string,
    container: object,
    key: string | number = 0,
    why?: ErrorOptions,
  ): never {
    const path = (findPath(this.#table, (value) => value === container) ?? "$") + property(key);
    throw fault(code, `read ${path}`, got, { path, ...why });
  }

  /** Reads what stands at `container[key]`. */
  #read(raw: unknown, container: object, key: string | number): unknown {
    return typeof raw === "string" ? this.#text(raw, container, key) : this.#object(raw as object, 0);
  }

  /** What a string that starts with a tilde stands for; digits are read one by one, as references are so frequent. */
  #text(raw: string, container: object, key: string | number): unknown {
    let id = raw.charCodeAt(1) === 48 ? NaN : 0;
    for (let i = 1; i < raw.length; i++) {
      const digit = raw.charCodeAt(i) - 48;
      id = digit >= 0 && digit <= 9 ? id * 10 + digit : NaN;
    }
    if (id > 0) {
      const known = this.#values[id];
      return typeof known === "object" ? known : this.#entry(id, container, key);
    }
    const rest = raw.slice(1);
    if (rest[0] === "~") return rest;
    if (rest === "u") return undefined;
    const number = Number(rest.slice(1));
    if (oddNumber(number) === raw) return number;
    // What stands behind a minus sign names a buffer.
    const base64 = `~-${number}` === raw ? this.#buffers[number] : undefined;
    this.#buffers[number] = undefined;
    return base64 ?? this.#fail("MALFORMED", quote(raw), container, key);
  }

  /** The value of an entry of the table, made at its first use. */
  #entry(id: number, container: object, key: string | number): unknown {
    const known = this.#values[id];
    if (known === PENDING) this.#fail("CODEC_CYCLE", "a reference to itself", container, key);
    if (known !== undefined) return known;
    const raw = this.#table[id];
    return isContainer(raw) ? this.#object(raw, id) : this.#fail("MALFORMED", quote(raw), container, key);
  }

  /** Reads a container, of the entry `id` if that is above zero. */
  #object(raw: object, id: number): unknown {
    const { maxDepth } = this.#limits;
    if (this.#base + this.#nesting >= maxDepth) this.#fail("LIMIT_EXCEEDED", `more than ${maxDepth} levels`, raw);
    if (Array.isArray(raw)) {
      const tag = raw[0];
      if (typeof tag === "string" && tag.charCodeAt(0) === TILDE) {
        const letter = tag.charCodeAt(1);
        if (letter >= 65 && letter <= 90) return this.#tagged(tag, raw, id);
      }
    }
    if (id > 0) this.#values[id] = raw;
    this.#fill(raw);
    return raw;
  }

  #tagged(tag: string, raw: unknown[], id: number): unknown {
    const kind = byTag.get(tag);
    if (!kind) this.#fail(/^~[CV]/.test(tag) ? "UNKNOWN_TYPE" : "MALFORMED", quote(tag), raw);
    if (id > 0) this.#values[id] = PENDING;
    if (kind.shape && !kind.put) {
      this.#whole++;
      this.#fill(raw, kind);
      this.#whole--;
    }
    const value = this.#make(kind, raw);
    if (id > 0) this.#values[id] = value;
    if (kind.put) this.#fill(raw, kind, value as object);
    return value;
  }

  /** Makes a value of its parts; given the value, puts its parts into it. */
  #make(kind: Kind, raw: unknown[], value?: object): unknown {
    const { tag, shape, cap } = kind;
    let why: ErrorOptions | undefined;
    if (value || !shape || shape.test(typesOf(raw))) {
      if (cap && (raw[1] as string).length > this.#limits[cap]) {
        this.#fail("LIMIT_EXCEEDED", `more than ${cap} (${this.#limits[cap]})`, raw);
      }
      try {
        const made = value ? kind.put!(value, raw) !== false : kind.make(raw);
        if (made !== undefined && made !== false) return made;
      } catch (cause) {
        why = { cause };
      }
    }
    this.#fail(why && tag[1] === "C" ? "CODEC_FAILED" : "MALFORMED", quote(tag), raw, 0, why);
  }

  /** Reads what a container holds and puts it into the value, if there is one; at the limit of the stack, in turns. */
  #fill(raw: object, kind?: Kind, value?: object): void {
    if (this.#isTooDeep(raw)) return this.#putOff(() => this.#fill(raw, kind, value));
    this.#nesting++;
    if (Array.isArray(raw)) {
      for (let i = kind ? 1 : 0; i < raw.length; i++) {
        const item = raw[i];
        if (isRich(item)) raw[i] = this.#read(item, raw, i);
      }
    } else this.#fillRecord(raw as Container);
    if (value) {
      // Values that wait for their turn are complete when the turn after it comes.
      if (this.#isTooDeep(raw)) this.#putOff(() => this.#make(kind!, raw as unknown[], value));
      else this.#make(kind!, raw as unknown[], value);
    }
    this.#nesting--;
  }

  #fillRecord(raw: Container): void {
    for (const key in raw) {
      const item = raw[key];
      if (!isRich(item) || this.#polluted && !Object.hasOwn(raw, key)) continue;
      const read = this.#read(item, raw, key);
      if (read !== item) raw[key] = read;
    }
  }

  #putOff(run: () => void): void {
    this.#later.push([run, this.#base + this.#nesting]);
  }

  /** Whether a container has to wait for its turn, which it cannot where something needs it complete. */
  #isTooDeep(raw: object): boolean {
    if (this.#nesting < MAX_NESTING) return false;
    if (this.#nesting > 4 * MAX_NESTING) this.#fail("LIMIT_EXCEEDED", "a codec's data nested too deep", raw);
    return this.#whole === 0;
  }
}

/** Whether something in the tree stands for something else, or may hold what does. */
function isRich(raw: unknown): boolean {
  return typeof raw === "string" ? raw.charCodeAt(0) === TILDE : typeof raw === "object" && raw !== null;
}

function typesOf(raw: unknown[]): string {
  let types = "";
  for (let i = 1; i < raw.length; i++) types += (typeof raw[i])[0];
  return types;
}
