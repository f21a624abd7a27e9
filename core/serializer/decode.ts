/**
 * Reads the tree of a marked text back into the graph that was written. The tree is taken as hostile.
 *
 * @module
 */
import { quote } from "../errors.ts";
import type { Kind } from "./kind.ts";
import { byTag } from "./kinds.ts";
import { findPassed, type Limits, passed } from "./limits.ts";
import { isPrototypePolluted } from "./own_fields.ts";
import { fault, type SerializerErrorCode } from "./serializer_error.ts";
import { findPath, property } from "./tree_path.ts";
import { HEADER, isContainer, oddNumber, TILDE } from "./wire.ts";

/** Containers that are read recursively inside each other; deeper ones are read in a loop. Bounds the stack. */
const MAX_NESTING = 500;

/** Stands for an entry whose value cannot be referred to yet. */
const PENDING = Symbol();

type Container = Record<string | number, unknown>;

/** Reads the root array of one marked text; the array is used up. `buffers` are what `cutBuffers` took out. */
export class Decoder {
  readonly #table: unknown[];
  readonly #limits: Limits;
  readonly #polluted = isPrototypePolluted();
  /** Values of the table's entries, as far as they exist. */
  readonly #values: unknown[] = [PENDING];
  /** Base64 that did not go through JSON; each is taken once, so that none is worth more memory than its size. */
  readonly #buffers: (string | undefined)[];
  /** Containers that wait for their turn to be finished. */
  readonly #later: (() => void)[] = [];
  /** The text that the table was. */
  readonly #source: string;
  /** Whether nothing may wait, as a codec must be given what is complete. */
  #careful: boolean | undefined;
  /** Values that the loop has finished, while it runs. */
  #made: Map<object, unknown> | undefined;
  /** Containers around the value whose turn it is. */
  #base = 0;
  /** Containers inside it that are being read. */
  #nesting = 0;

  constructor(table: unknown[], limits: Limits, buffers: (string | undefined)[], source: string) {
    this.#table = table;
    this.#limits = limits;
    this.#buffers = buffers;
    this.#source = source;
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
    for (const finish of this.#later) finish();
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
    const made = this.#made?.get(raw);
    if (made !== undefined) return made;
    const kind = this.#kindOf(raw);
    // One level sooner for what puts its parts into the value: they must have been read by then.
    const late = !this.#made && this.#nesting >= (kind?.put ? MAX_NESTING - 1 : MAX_NESTING);
    if (late && (isWhole(kind) || (this.#careful ??= this.#source.includes("~C")))) return this.#deep(raw, id);
    const value = this.#begin(raw, kind, id);
    return late ? this.#putOff(raw, kind, id, value) : this.#finish(raw, kind, id, value);
  }

  #putOff(raw: object, kind: Kind | undefined, id: number, value: unknown): unknown {
    const depth = this.#base + this.#nesting;
    this.#later.push(() => {
      this.#base = depth;
      this.#finish(raw, kind, id, value);
    });
    return value;
  }

  /** Reads a container in a loop, in the order of recursion: what it refers to has been read when it is finished. */
  #deep(root: object, id: number): unknown {
    const made = this.#made = new Map<object, unknown>();
    const nesting = this.#nesting;
    const todo: (() => void)[] = [];
    const visit = (raw: object, id: number, depth: number) => (): void => {
      if (this.#values[id || -1] !== undefined) return;
      this.#nesting = depth;
      const kind = this.#kindOf(raw);
      const value = this.#begin(raw, kind, id);
      todo.push(() => {
        this.#nesting = depth;
        made.set(raw, this.#finish(raw, kind, id, value));
      });
      for (const item of Object.values(raw).reverse()) {
        const id = typeof item === "string" ? Number(item.slice(1)) : 0;
        const inner = id ? this.#table[id] : item;
        if (isRich(item) && isContainer(inner)) todo.push(visit(inner, id, depth + 1));
      }
    };
    visit(root, id, nesting)();
    for (let run = todo.pop(); run; run = todo.pop()) run();
    this.#nesting = nesting;
    this.#made = undefined;
    return made.get(root);
  }

  /** The kind of a tagged value, none of an object or array. */
  #kindOf(raw: object): Kind | undefined {
    const limits = this.#limits;
    if (this.#base + this.#nesting >= limits.maxDepth) this.#fail("LIMIT_EXCEEDED", passed(limits, "maxDepth"), raw);
    if (!Array.isArray(raw)) return;
    const tag = raw[0];
    if (typeof tag !== "string" || tag.charCodeAt(0) !== TILDE) return;
    const letter = tag.charCodeAt(1);
    if (!(letter >= 65 && letter <= 90)) return;
    return byTag.get(tag) ?? this.#fail(/^~[CV]/.test(tag) ? "UNKNOWN_TYPE" : "MALFORMED", quote(tag), raw);
  }

  /** Makes the value of a container, to be filled; {@linkcode PENDING} where it has to be complete for that. */
  #begin(raw: object, kind: Kind | undefined, id: number): unknown {
    const value = !kind ? raw : isWhole(kind) ? PENDING : this.#make(kind, raw as unknown[]);
    if (id > 0) this.#values[id] = value;
    return value;
  }

  /** Reads what a container holds, and puts it into its value, or makes that of it. */
  #finish(raw: object, kind: Kind | undefined, id: number, value: unknown): unknown {
    if (value === PENDING) {
      this.#fill(raw, 1);
      value = this.#make(kind!, raw as unknown[]);
      if (id > 0) this.#values[id] = value;
    } else if (!kind) this.#fill(raw, 0);
    else if (kind.put) {
      this.#fill(raw, 1);
      this.#make(kind, raw as unknown[], value as object);
    }
    return value;
  }

  /** Makes a value of its parts; given the value, puts its parts into it. */
  #make(kind: Kind, raw: unknown[], value?: object): unknown {
    const { tag, shape, cap } = kind;
    let why: ErrorOptions | undefined;
    if (value || !shape || shape.test(typesOf(raw))) {
      const over = cap && findPassed(this.#limits, cap, raw);
      if (over) this.#fail("LIMIT_EXCEEDED", passed(this.#limits, over), raw);
      try {
        const made = value ? kind.put!(value, raw) !== false : kind.make(raw);
        if (made !== undefined && made !== false) return made;
      } catch (cause) {
        why = { cause };
      }
    }
    this.#fail(why && tag[1] === "C" ? "CODEC_FAILED" : "MALFORMED", quote(tag), raw, 0, why);
  }

  #fill(raw: object, start: number): void {
    this.#nesting++;
    if (Array.isArray(raw)) {
      for (let i = start; i < raw.length; i++) {
        const item = raw[i];
        if (isRich(item)) raw[i] = this.#read(item, raw, i);
      }
    } else this.#fillRecord(raw as Container);
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
}

/** Whether a value can be made only when all of its parts are complete. */
function isWhole(kind: Kind | undefined): boolean {
  return kind?.shape !== undefined && !kind.put;
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
