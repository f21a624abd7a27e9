/**
 * Reads the tree of a marked text back into the graph that was written. The tree is taken as hostile.
 *
 * @module
 */
import type { Kind, Reader } from "./kind.ts";
import { kindOfTag } from "./kinds.ts";
import { DEFAULT_LIMITS, type SerializerLimits } from "./limits.ts";
import { isPrototypePolluted } from "./own_fields.ts";
import { type RegisteredType, typeOfName } from "./registry.ts";
import { SerializerError, type SerializerErrorCode } from "./serializer_error.ts";
import { HEADER, TILDE } from "./wire.ts";

/** Containers that are read recursively inside each other; deeper ones wait for their turn. Bounds the stack. */
const MAX_NESTING = 500;

/** Stands for an entry whose value cannot be referred to yet. */
const PENDING = Symbol();

/** Strings that stand for what JSON has no word for. */
const ATOMS: Record<string, number | undefined> = {
  "~u": undefined,
  "~n": NaN,
  "~p": Infinity,
  "~m": -Infinity,
  "~z": -0,
};

type Container = Record<string | number, unknown>;

/** Reads the root array of a marked text; the array is used up. `cut` is what `cutBuffers` took out. */
export function decode(root: unknown[], limits?: SerializerLimits, cut: (string | undefined)[] = []): unknown {
  return new Decoder(root, limits, cut).run();
}

class Decoder implements Reader {
  readonly maxRegExpLength: number;
  readonly #table: unknown[];
  readonly #limits: Required<SerializerLimits>;
  readonly #polluted = isPrototypePolluted();
  /** Values of the table's entries, as far as they exist. */
  readonly #values: unknown[] = [PENDING, undefined];
  readonly #later: { fill: () => void; depth: number }[] = [];
  /** Containers around the value whose turn it is. */
  #base = 0;
  /** Base64 that did not go through JSON; each is taken once, so that none is worth more memory than its size. */
  readonly #cut: (string | undefined)[];
  /** Containers inside it that are being read. */
  #nesting = 0;
  /** Codecs that wait for complete data. */
  #whole = 0;
  /** Where a failure would be: the container in the tree, and the key. */
  #container: unknown;
  #key: string | number = 0;

  constructor(table: unknown[], limits: SerializerLimits | undefined, cut: (string | undefined)[]) {
    this.#cut = cut;
    this.#table = table;
    this.#limits = limits ? { ...DEFAULT_LIMITS, ...limits } : DEFAULT_LIMITS;
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
        this.#base = depth;
        fill();
      }
      return value;
    } catch (cause) {
      if (cause instanceof SerializerError) throw cause;
      this.fail(cause instanceof Error ? cause.message : String(cause), "MALFORMED", cause);
    }
  }

  fail(what: string, code: SerializerErrorCode = "MALFORMED", cause?: unknown): never {
    const path = `$${locate(this.#table, this.#container, this.#key)}`;
    const message = `Cannot read the text: it was not written by stringify, or was changed since: ${what}`;
    throw new SerializerError(code, `${message}, at ${path}`, cause === undefined ? { path } : { path, cause });
  }

  read(container: unknown[], key: number): unknown {
    const raw = container[key];
    if (typeof raw === "string") return raw.charCodeAt(0) === TILDE ? this.#text(raw, container, key) : raw;
    return typeof raw === "object" && raw !== null ? this.#object(raw, 0) : raw;
  }

  base64(data: unknown): string {
    const text = typeof data === "number" ? this.#cut[data] : data;
    if (typeof text !== "string") this.fail("an ArrayBuffer needs its base64");
    if (typeof data === "number") this.#cut[data] = undefined;
    return text as string;
  }

  /** What a string that starts with a tilde stands for; digits are read one by one, as references are so frequent. */
  #text(raw: string, container: unknown, key: string | number): unknown {
    const first = raw.charCodeAt(1);
    if (first === TILDE) return raw.slice(1);
    let id = first === 48 ? NaN : 0;
    for (let i = 1; i < raw.length; i++) {
      const digit = raw.charCodeAt(i) - 48;
      id = digit >= 0 && digit <= 9 ? id * 10 + digit : NaN;
    }
    if (id > 0) {
      const known = this.#values[id];
      if (typeof known === "object") return known;
    } else if (raw in ATOMS) return ATOMS[raw];
    this.#container = container;
    this.#key = key;
    return id > 0 && id < this.#table.length ? this.#entry(id) : this.fail("a reference leads nowhere");
  }

  /** The value of an entry of the table, made at its first use. */
  #entry(id: number): unknown {
    const known = this.#values[id];
    if (known !== undefined) {
      return known === PENDING ? this.fail("a class without create and restore contains itself", "CODEC_CYCLE") : known;
    }
    const raw = this.#table[id];
    if (typeof raw === "object" && raw !== null) return this.#object(raw, id);
    if (id > 1 || typeof raw === "string" && raw.charCodeAt(1) < 58) this.fail("an entry of the table is no object");
    return this.read(this.#table, id);
  }

  #object(raw: object, id: number): unknown {
    if (this.#base + this.#nesting >= this.#limits.maxDepth) this.fail("more levels than maxDepth", "LIMIT_EXCEEDED");
    if (!Array.isArray(raw)) {
      if (id > 0) this.#values[id] = raw;
      if (this.#nesting < MAX_NESTING) this.#fillRecord(raw as Container);
      else this.#putOff(() => this.#fillRecord(raw as Container));
      return raw;
    }
    const tag: unknown = raw[0];
    if (typeof tag === "string" && tag.charCodeAt(0) === TILDE) {
      const letter = tag.charCodeAt(1);
      if (letter >= 65 && letter <= 90) return this.#tagged(tag, raw, id);
    }
    if (id > 0) this.#values[id] = raw;
    if (this.#nesting < MAX_NESTING) this.#fillList(raw);
    else this.#putOff(() => this.#fillList(raw));
    return raw;
  }

  /** Fills a container at the limit of the stack: in its turn, or at once where a codec waits for it. */
  #putOff(fill: () => void): void {
    if (this.#whole === 0) {
      this.#later.push({ fill, depth: this.#base + this.#nesting + 1 });
      return;
    }
    if (this.#nesting > 4 * MAX_NESTING) this.fail("a codec's data is nested too deep", "LIMIT_EXCEEDED");
    fill();
  }

  #fillRecord(raw: Container): void {
    this.#nesting++;
    for (const key in raw) {
      const item = raw[key];
      if (typeof item === "string") {
        if (item.charCodeAt(0) !== TILDE || this.#polluted && !Object.hasOwn(raw, key)) continue;
        raw[key] = this.#text(item, raw, key);
      } else if (typeof item === "object" && item !== null) {
        if (this.#polluted && !Object.hasOwn(raw, key)) continue;
        const value = this.#object(item, 0);
        if (value !== item) raw[key] = value;
      }
    }
    this.#nesting--;
  }

  #fillList(raw: unknown[]): void {
    this.#nesting++;
    for (let i = 0; i < raw.length; i++) {
      const item = raw[i];
      if (typeof item === "string") {
        if (item.charCodeAt(0) === TILDE) raw[i] = this.#text(item, raw, i);
      } else if (typeof item === "object" && item !== null) {
        const value = this.#object(item, 0);
        if (value !== item) raw[i] = value;
      }
    }
    this.#nesting--;
  }

  #tagged(tag: string, raw: unknown[], id: number): unknown {
    this.#container = raw;
    this.#key = 0;
    if (tag === "~I") return this.#bigint(raw);
    if (tag === "~C") return this.#registered(raw, id);
    const kind: Kind<object> = kindOfTag(tag) ?? this.fail("a tag is unknown");
    if (id > 0) this.#values[id] = PENDING;
    const value = kind.create(raw, this);
    if (id > 0) this.#values[id] = value;
    if (!kind.fill) return value;
    if (this.#nesting < MAX_NESTING) this.#fill(kind, value, raw);
    else this.#putOff(() => this.#fill(kind, value, raw));
    return value;
  }

  #fill(kind: Kind<object>, value: object, raw: unknown[]): void {
    this.#nesting++;
    kind.fill!(value, raw, this);
    this.#nesting--;
  }

  #bigint([, digits]: unknown[]): bigint {
    const { maxBigIntDigits } = this.#limits;
    if (typeof digits !== "string" || !/^-?\d+$/.test(digits)) this.fail("a bigint needs its digits");
    if ((digits as string).length > maxBigIntDigits) {
      this.fail("a bigint longer than maxBigIntDigits", "LIMIT_EXCEEDED");
    }
    return BigInt(digits as string);
  }

  #registered(raw: unknown[], id: number): unknown {
    const name = raw[1];
    const type: RegisteredType = (typeof name === "string" ? typeOfName(name) : undefined) ??
      this.fail("a class is not registered in this program", "UNKNOWN_TYPE");
    if (raw.length !== 3) this.fail("a registered class needs its data");
    if (!type.decode) return this.#restored(type, raw, id);
    if (id > 0) this.#values[id] = PENDING;
    this.#whole++;
    if (this.#nesting > 4 * MAX_NESTING) this.fail("a codec's data is nested too deep", "LIMIT_EXCEEDED");
    this.#nesting++;
    const data = this.read(raw, 2);
    this.#nesting--;
    this.#whole--;
    const value = this.#codec(() => type.decode!(data));
    if (id > 0) this.#values[id] = value;
    return value;
  }

  #restored(type: RegisteredType, raw: unknown[], id: number): unknown {
    const value = this.#codec(() => type.create()) as object;
    if (id > 0) this.#values[id] = value;
    const fill = () => {
      this.#nesting++;
      const data = this.read(raw, 2);
      const restore = () => void this.#codec(() => type.restore(value, data));
      // Data that has to wait for its turn is complete when the turn after it comes.
      if (this.#nesting < MAX_NESTING) restore();
      else this.#putOff(restore);
      this.#nesting--;
    };
    if (this.#nesting < MAX_NESTING) fill();
    else this.#putOff(fill);
    return value;
  }

  #codec(run: () => unknown): unknown {
    try {
      return run();
    } catch (cause) {
      this.fail("a registered codec threw", "CODEC_FAILED", cause);
    }
  }
}

/** Finds the path of a container's key in the tree; only a failure pays for it. */
function locate(table: unknown[], container: unknown, key: string | number): string {
  const stack: [value: unknown, path: string][] = [[table, ""]];
  const seen = new Set<unknown>();
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [value, path] = next;
    if (value === container) return `${path}[${JSON.stringify(key)}]`;
    if (seen.has(value) || path.length > 1000) continue;
    seen.add(value);
    for (const [step, item] of Object.entries(value as object)) {
      if (typeof item === "object" && item !== null) {
        stack.push([item, `${path}[${Array.isArray(value) ? step : JSON.stringify(step)}]`]);
      }
    }
  }
  return "";
}
