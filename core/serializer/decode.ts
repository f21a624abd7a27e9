/**
 * Reads the tree of a marked text back into the graph that was written. The tree is taken as hostile.
 *
 * @module
 */
import type { Kind, Reader } from "./kind.ts";
import { kindOfTag } from "./kinds.ts";
import { type SerializerLimits, withDefaults } from "./limits.ts";
import { type RegisteredType, typeOfName } from "./registry.ts";
import { SerializerError, type SerializerErrorCode } from "./serializer_error.ts";
import { textKindsByLetter } from "./text_kinds.ts";
import { HEADER, TILDE } from "./wire.ts";

/** Containers that are read recursively inside each other; deeper ones wait for their turn. Bounds the stack. */
const MAX_NESTING = 500;

type Container = Record<string | number, unknown>;

/** Reads the root array of a marked text; the array is used up. */
export function decode(root: unknown[], limits?: SerializerLimits): unknown {
  return new Decoder(root, limits).run();
}

class Decoder implements Reader {
  readonly maxRegExpLength: number;
  readonly #table: unknown[];
  readonly #limits: Required<SerializerLimits>;
  /** Values of the table's entries, as far as they exist. */
  readonly #values: unknown[] = [];
  readonly #later: { fill: () => void; depth: number }[] = [];
  #depth = 0;
  #nesting = 0;
  #whole = 0;
  /** Where the failure is, if there is one: the container in the tree, and the key. */
  #container: unknown;
  #key: string | number = "";

  constructor(table: unknown[], limits?: SerializerLimits) {
    this.#table = table;
    this.#limits = withDefaults(limits);
    this.maxRegExpLength = this.#limits.maxRegExpLength;
  }

  run(): unknown {
    const version = this.#table[0];
    if (version !== HEADER) {
      const message = `Cannot read the text: use the version of this package that wrote it, or ${HEADER}`;
      throw new SerializerError("UNSUPPORTED_VERSION", `${message}, got ${JSON.stringify(version)}`, { path: "$[0]" });
    }
    if (this.#table.length < 2) this.fail("there is no root");
    try {
      const value = this.#entry(1);
      for (let i = 0; i < this.#later.length; i++) {
        const { fill, depth } = this.#later[i];
        this.#depth = depth;
        fill();
      }
      return value;
    } catch (cause) {
      if (cause instanceof SerializerError) throw cause;
      this.fail(cause instanceof Error ? cause.message : String(cause), "MALFORMED", cause);
    }
  }

  fail(what: string, code: SerializerErrorCode = "MALFORMED", cause?: unknown): never {
    const path = `$${this.#locate()}`;
    const message = `Cannot read the text: it was not written by stringify, or was changed since: ${what}`;
    throw new SerializerError(code, `${message}, at ${path}`, cause === undefined ? { path } : { path, cause });
  }

  read(container: unknown[] | Record<string, unknown>, key: string | number): unknown {
    const raw = (container as Container)[key];
    if (typeof raw === "string") {
      if (raw.charCodeAt(0) !== TILDE) return raw;
      this.#container = container;
      this.#key = key;
      return this.#text(raw);
    }
    return typeof raw === "object" && raw !== null ? this.#object(raw, 0) : raw;
  }

  #text(raw: string): unknown {
    const letter = raw[1];
    switch (letter) {
      case "~":
        return raw.slice(1);
      case "u":
        return raw.length === 2 ? undefined : this.fail("a tag is unknown");
      case "n":
        return raw.length === 2 ? NaN : this.fail("a tag is unknown");
      case "p":
        return raw.length === 2 ? Infinity : this.fail("a tag is unknown");
      case "m":
        return raw.length === 2 ? -Infinity : this.fail("a tag is unknown");
      case "z":
        return raw.length === 2 ? -0 : this.fail("a tag is unknown");
      case "b":
        return this.#bigint(raw);
    }
    if (letter >= "1" && letter <= "9") {
      const id = /^~\d{1,15}$/.test(raw) ? Number(raw.slice(1)) : 0;
      if (id < 1 || id >= this.#table.length) this.fail("a reference leads nowhere");
      return this.#entry(id);
    }
    const kind = textKindsByLetter.get(letter) ?? this.fail("a tag is unknown");
    return kind.read(raw.slice(2));
  }

  #bigint(raw: string): bigint {
    const { maxBigIntDigits } = this.#limits;
    if (raw.length - 2 > maxBigIntDigits) this.fail("a bigint longer than maxBigIntDigits", "LIMIT_EXCEEDED");
    return /^~b-?\d+$/.test(raw) ? BigInt(raw.slice(2)) : this.fail("a bigint has other characters than digits");
  }

  /** The value of an entry of the table, made at its first use. */
  #entry(id: number): unknown {
    if (id in this.#values) {
      const value = this.#values[id];
      if (value === PENDING) this.fail("a class without create and restore contains itself", "CODEC_CYCLE");
      return value;
    }
    const raw = this.#table[id];
    if (typeof raw === "object" && raw !== null) return this.#object(raw, id);
    if (typeof raw === "string" && /^~\d/.test(raw)) this.fail("an entry of the table is a reference");
    return this.#values[id] = this.read(this.#table, id);
  }

  #object(raw: object, id: number): unknown {
    const tag: unknown = Array.isArray(raw) ? raw[0] : undefined;
    if (typeof tag === "string" && tag.charCodeAt(0) === TILDE) {
      const letter = tag.charCodeAt(1);
      if (letter >= 65 && letter <= 90) return this.#tagged(tag, raw as unknown[], id);
    }
    if (id > 0) this.#values[id] = raw;
    this.#nest(() => this.#fill(raw as Container));
    return raw;
  }

  /** Runs `fill` one level deeper, or later when that is too deep for the stack. */
  #nest(fill: () => void): void {
    if (this.#depth >= this.#limits.maxDepth) this.fail("more levels than maxDepth", "LIMIT_EXCEEDED");
    this.#depth++;
    if (this.#nesting >= MAX_NESTING && this.#whole === 0) {
      this.#later.push({ fill, depth: this.#depth });
    } else {
      if (this.#nesting >= 4 * MAX_NESTING) this.fail("a codec's data is nested too deep", "LIMIT_EXCEEDED");
      this.#nesting++;
      fill();
      this.#nesting--;
    }
    this.#depth--;
  }

  #fill(raw: Container): void {
    for (const key of Object.keys(raw)) {
      const item = raw[key];
      const type = typeof item;
      if (type !== "string" && type !== "object") continue;
      const value = this.read(raw, key);
      if (value !== item) raw[key] = value;
    }
  }

  #tagged(tag: string, raw: unknown[], id: number): unknown {
    this.#container = raw;
    this.#key = 0;
    if (tag === "~C") return this.#registered(raw, id);
    const kind: Kind<object> = kindOfTag(tag) ?? this.fail("a tag is unknown");
    if (id > 0) this.#values[id] = PENDING;
    const value = kind.create(raw, this);
    if (id > 0) this.#values[id] = value;
    if (kind.fill) this.#nest(() => kind.fill!(value, raw, this));
    return value;
  }

  #registered(raw: unknown[], id: number): unknown {
    const name = raw[1];
    const type: RegisteredType = (typeof name === "string" ? typeOfName(name) : undefined) ??
      this.fail("a class is not registered in this program", "UNKNOWN_TYPE");
    if (raw.length !== 3) this.fail("a registered class needs its data");
    if (type.decode) {
      if (id > 0) this.#values[id] = PENDING;
      this.#whole++;
      let data: unknown;
      this.#nest(() => data = this.read(raw, 2));
      this.#whole--;
      const value = this.#codec(() => type.decode!(data)) as object;
      if (id > 0) this.#values[id] = value;
      return value;
    }
    const value = this.#codec(() => type.create()) as object;
    if (id > 0) this.#values[id] = value;
    this.#nest(() => {
      const data = this.read(raw, 2);
      const restore = () => void this.#codec(() => type.restore(value, data));
      // Data that had to wait for its turn is restored after it.
      if (this.#nesting >= MAX_NESTING && this.#whole === 0) this.#later.push({ fill: restore, depth: this.#depth });
      else restore();
    });
    return value;
  }

  #codec(run: () => unknown): unknown {
    try {
      return run();
    } catch (cause) {
      this.fail("a registered codec threw", "CODEC_FAILED", cause);
    }
  }

  /** Finds the path of the failed container in the tree; only runs on failure. */
  #locate(): string {
    const stack: [container: unknown, path: string][] = [[this.#table, ""]];
    const seen = new Set<unknown>();
    for (let next = stack.pop(); next; next = stack.pop()) {
      const [container, path] = next;
      if (container === this.#container) return `${path}[${JSON.stringify(this.#key)}]`;
      if (typeof container !== "object" || container === null || seen.has(container)) continue;
      seen.add(container);
      if (path.length > 1000) continue;
      for (const [key, item] of Object.entries(container)) {
        if (typeof item === "object") {
          stack.push([item, `${path}[${Array.isArray(container) ? key : JSON.stringify(key)}]`]);
        }
      }
    }
    return "";
  }
}

/** Stands for an entry whose value cannot be referred to yet. */
const PENDING = Symbol();
