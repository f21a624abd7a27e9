/**
 * Reads the tree of a marked text back into the graph that was written. The tree is taken as hostile.
 *
 * @module
 */
import { quote } from "../errors.ts";
import type { Buffers } from "./big_buffers.ts";
import type { Kind } from "./kind.ts";
import { byTag } from "./kinds.ts";
import { excess, type Limits } from "./limits.ts";
import { isOwn } from "./own_fields.ts";
import { faultAt, type SerializerErrorCode } from "./serializer_error.ts";
import { findPath, property } from "./tree_path.ts";
import { HEADER, isContainer, isPlain, isTag, textOf, TILDE } from "./wire.ts";

/** Containers that are read recursively inside each other; deeper ones are read in a loop. Bounds the stack. */
const MAX_NESTING = 500;

/** Stands for an entry whose value cannot be referred to yet. */
const PENDING = Symbol();

type Container = Record<string | number, unknown>;

/** Reads the root array of one marked text; the array is used up. `buffers` are what `cutBuffers` took out. */
export class Decoder {
  readonly #table: unknown[];
  readonly #limits: Limits;
  /** Values of the table's entries, as far as they exist. */
  readonly #values: unknown[] = [PENDING];
  /** Base64 that did not go through JSON; each is taken once, so that none is worth more memory than its size. */
  readonly #buffers: Buffers;
  /** The text that the table was. */
  readonly #source: string;
  /** Whether nothing may wait, as codecs must be given what is complete. */
  #careful: boolean | undefined;
  /** Fills objects and arrays that would have been nested too deeply. */
  readonly #later: (() => void)[] = [];
  /** Values that the loop has finished, while it runs. */
  #made: Map<object, unknown> | undefined;
  /** Containers around the one at hand, and itself. */
  #depth = 1;

  constructor(table: unknown[], limits: Limits, buffers: Buffers, source: string) {
    this.#table = table;
    this.#limits = limits;
    this.#buffers = buffers;
    this.#source = source;
  }

  run(): unknown {
    const [version, root] = this.#table;
    if (version !== HEADER) this.#fail("UNSUPPORTED_VERSION", quote(version), this.#table);
    if (this.#table.length < 2) this.#fail("MALFORMED", "no root", this.#table);
    const value = isRich(root) ? this.#read(isContainer(root) ? "~1" : root, this.#table, 1) : root;
    for (const fill of this.#later) fill();
    // What is not read as base64 may not even be JSON.
    if (Object.keys(this.#buffers).length > 0) this.#fail("MALFORMED", "a loose buffer", this.#table);
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
    throw faultAt(path, code, "read", got, why);
  }

  /** Reads what stands at `container[key]`; digits are read one by one, as references are so frequent. */
  #read(raw: unknown, container: object, key: string | number): unknown {
    if (typeof raw !== "string") return this.#object(raw as object, 0);
    let id = raw.charCodeAt(1) === 48 ? NaN : 0;
    for (let i = 1; i < raw.length; i++) {
      const digit = raw.charCodeAt(i) - 48;
      id = digit >= 0 && digit <= 9 ? id * 10 + digit : NaN;
    }
    if (id > 0) {
      const known = this.#values[id];
      if (known === PENDING) this.#fail("CODEC_CYCLE", "a reference to itself", container, key);
      if (known !== undefined) return known;
      const entry = this.#table[id];
      if (isContainer(entry)) return this.#object(entry, id);
    } else {
      const rest = raw.slice(1);
      if (rest[0] === "~") return rest;
      if (rest === "u") return undefined;
      const number = Number(rest.slice(1));
      if (!isPlain(number) && textOf(number) === raw) return number;
      const base64 = (container as string[])[0] === "~A" ? this.#buffers[raw] : undefined;
      delete this.#buffers[raw];
      if (base64 !== undefined) return base64;
    }
    this.#fail("MALFORMED", quote(raw), container, key);
  }

  /** Reads a container, of the entry `id` if that is above zero. */
  #object(raw: object, id: number): unknown {
    const made = this.#made?.get(raw);
    if (made !== undefined) return made;
    const kind = this.#kindOf(raw);
    // The level before the last is late for what puts its parts into the value: they must have been read by then.
    if ((this.#depth + 1) % MAX_NESTING < 2 && !this.#made) return this.#late(raw, kind, id);
    return this.#finish(raw, kind, id, this.#begin(raw, kind, id));
  }

  /** Reads a container that is too deep for recursion; what nobody looks into before the end can wait. */
  #late(raw: object, kind: Kind | undefined, id: number): unknown {
    const depth = this.#depth;
    const rich = kind && (raw as unknown[]).findLastIndex(isRich) > 0;
    if (rich || (!kind && (this.#careful ??= /~C/.test(this.#source)))) return this.#deep(raw, id);
    const value = this.#begin(raw, kind, id);
    if (kind || depth % MAX_NESTING > 0) return this.#finish(raw, kind, id, value);
    this.#later.push(() => {
      this.#depth = depth;
      this.#fill(raw, 0);
    });
    return raw;
  }

  /** Reads a container in a loop, in the order of recursion: what it refers to has been read when it is finished. */
  #deep(root: object, id: number): unknown {
    const made = this.#made = new Map<object, unknown>();
    const todo: (() => void)[] = [];
    const visit = (raw: object, id: number, depth: number) => (): void => {
      if (this.#values[id || -1] !== undefined) return;
      this.#depth = depth;
      const kind = this.#kindOf(raw);
      const value = this.#begin(raw, kind, id);
      todo.push(() => {
        this.#depth = depth;
        made.set(raw, this.#finish(raw, kind, id, value));
      });
      for (const item of Object.values(raw).reverse()) {
        const id = typeof item === "string" ? Number(item.slice(1)) : 0;
        const inner = id ? this.#table[id] : item;
        if (isRich(item) && isContainer(inner)) todo.push(visit(inner, id, depth + 1));
      }
    };
    visit(root, id, this.#depth)();
    for (let run = todo.pop(); run; run = todo.pop()) run();
    this.#made = undefined;
    return made.get(root);
  }

  /** The kind of a tagged value, none of an object or array. */
  #kindOf(raw: object): Kind | undefined {
    const tag = Array.isArray(raw) && raw[0];
    const over = excess(this.#limits, "maxDepth", this.#depth);
    if (over && tag !== "~I") this.#fail("LIMIT_EXCEEDED", over, raw);
    if (!isTag(tag)) return;
    return byTag.get(tag) ?? this.#fail(/^~[CV]/.test(tag) ? "UNKNOWN_TYPE" : "MALFORMED", quote(tag), raw);
  }

  /** Makes the value of a container, to be filled; nothing yet where it has to be complete for that. */
  #begin(raw: object, kind: Kind | undefined, id: number): unknown {
    const value = kind ? kind.put && this.#make(kind, raw as unknown[]) : raw;
    // A Set compares those that hash alike; they are no longer than the text as long as each stands in place.
    if (id > 1 && kind?.tag === "~I") this.#fail("MALFORMED", quote(kind.tag), raw);
    if (id > 0) this.#values[id] = value ?? PENDING;
    return value;
  }

  /** Reads what a container holds, and puts it into its value, or makes that of it. */
  #finish(raw: object, kind: Kind | undefined, id: number, value: unknown): unknown {
    this.#fill(raw, kind ? 1 : 0);
    if (!kind) return raw;
    const made = this.#make(kind, raw as unknown[], value as object);
    if (id > 0) this.#values[id] = made;
    return made;
  }

  /** Makes a value of its parts; given the value, puts its parts into it. */
  #make(kind: Kind, raw: unknown[], value?: object): unknown {
    const { tag, shape } = kind;
    let why: ErrorOptions | undefined;
    if (value || !shape || fits(raw, shape)) {
      const over = kind.excess?.(raw as never, this.#limits);
      if (over) this.#fail("LIMIT_EXCEEDED", over, raw);
      try {
        const made = value ? kind.put!(value as never, raw as never) : kind.make(raw as never);
        if (made !== undefined) return made;
      } catch (cause) {
        why = { cause };
      }
    }
    this.#fail(why && tag[1] === "C" ? "CODEC_FAILED" : "MALFORMED", quote(tag), raw, 0, why);
  }

  #fill(raw: object, start: number): void {
    this.#depth++;
    if (Array.isArray(raw)) {
      for (let i = start; i < raw.length; i++) {
        const item = raw[i];
        if (isRich(item)) raw[i] = this.#read(item, raw, i);
      }
    } else {
      for (const key in raw) {
        const item = (raw as Container)[key];
        if (isRich(item) && isOwn(raw, key)) (raw as Container)[key] = this.#read(item, raw, key);
      }
    }
    this.#depth--;
  }
}

/** Whether something in the tree stands for something else, or may hold what does. */
function isRich(raw: unknown): boolean {
  return typeof raw === "string" ? raw.charCodeAt(0) === TILDE : typeof raw === "object" && raw !== null;
}

/** Whether the parts of a value have the types of a shape. */
function fits(raw: unknown[], shape: string): boolean {
  for (let i = 1; i < raw.length; i++) {
    if (shape[i - 1] !== "*" && shape[i - 1] !== (typeof raw[i])[0]) return false;
  }
  return raw.length === shape.length + 1;
}
