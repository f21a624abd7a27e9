/**
 * Feeds mutated and random texts to the parser. It runs on every runtime, so it names none.
 *
 * @module
 */
import { parse, SerializerError, stringify } from "../../../core/serializer/mod.ts";
import { cases } from "./cases.ts";
import { heldSize } from "./held_size.ts";

/** What a run of the fuzzer found. */
export interface FuzzReport {
  /** Texts that were read. */
  values: number;
  /** Texts that were refused, by code. */
  refused: Record<string, number>;
  /** What must not happen, with the text; at most ten. */
  wrong: string[];
  /** Time of the slowest text in milliseconds per KB, that of a text below 1 KB counted as for 1 KB. */
  slowest: number;
}

/** Pieces that a text of ours consists of, and some that it must not. */
const PIECES = [
  '"~u"',
  '"~1"',
  '"~2"',
  '"~-1"',
  '["~A","~-1"]',
  '["~EError","~2",{}]',
  '["~VUint8Array","~2",0,3]',
  '"~1e1"',
  '"~999999"',
  '"~~"',
  '"~M"',
  '"~S"',
  '"~V"',
  '"~A"',
  '"~C"',
  '"~L"',
  '["~T",5]',
  '["~T",1e999]',
  '["~I","12"]',
  '["~I","1n"]',
  '["~M",1,2]',
  '["~L",4294967295]',
  '["~L",30000000,1,2]',
  '["~V","Uint8Array","~2"]',
  '["~V","constructor","~2"]',
  '["~A","AAAA"]',
  '["~A",0]',
  '["~E","Error",{}]',
  '["~E","__proto__",{"stack":1}]',
  '["~R","(a+)+$","g"]',
  '["~R","(","g"]',
  '["~C","__proto__",{}]',
  '["~C","test:point",{"__proto__":{"x":1}}]',
  '["~C","test:money","~1"]',
  '["~C","test:box",[1]]',
  '["~H","a: b\\n"]',
  '["~N","__proto__",1]',
  '"__proto__"',
  '{"__proto__":{"polluted":true}}',
  '"constructor"',
  '"~doze1"',
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  '"',
  "null",
  "-0",
  "1e400",
  "\\u0000",
  "~",
  '["~Q","http://127.0.0.1/","GET","follow","",null]',
]; // deno-fmt-ignore

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, Map.prototype, Error.prototype];

/** A generator of numbers below `end`, the same for the same seed (mulberry32). */
export function random(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % end;
  };
}

/** Texts to mutate: every kind, alone and all together. */
export function corpus(): string[] {
  const values = cases.filter((one) => one.refused === undefined).map((one) => one.make());
  const texts = values.map((value) => stringify(value)).filter((text) => text.length < 3000);
  return [
    ...texts,
    stringify(values.slice(0, 30)),
    stringify({ deep: [new Map([[values[1], new Set([values[3]])]])] }),
  ];
}

/** A text made of another by one to four changes, or of pieces alone. */
export function mutate(text: string, texts: string[], next: (end: number) => number): string {
  if (next(20) === 0) {
    return Array.from({ length: next(30) }, () => PIECES[next(PIECES.length)]).join(next(2) ? "," : "");
  }
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(text.length + 1);
    const end = Math.min(text.length, at + next(12));
    const other = texts[next(texts.length)];
    const from = next(other.length);
    const insert = [
      () => "",
      () => String.fromCharCode(next(4) ? 32 + next(95) : next(65536)),
      () => PIECES[next(PIECES.length)],
      () => other.slice(from, from + next(60)),
      () => text.slice(at, end).repeat(1 + next(3)),
      () => String(next(1000) - 10),
    ][next(6)]();
    text = text.slice(0, at) + insert + text.slice(next(2) ? at : end);
  }
  return next(3) === 0 && !text.startsWith("[") ? `["~doze1",${text}]` : text;
}

/** A text made of another that is changed as JSON is, so that it stays JSON. */
export function mutateTree(text: string, texts: string[], next: (end: number) => number): string {
  const pieces = PIECES.filter(isJson);
  const root = [JSON.parse(text)];
  for (let changes = 1 + next(3); changes > 0; changes--) {
    let holder: unknown[] | Record<string, unknown> = root;
    let key: string | number = 0;
    for (let steps = 1 + next(6); steps > 0; steps--) {
      const inner: unknown = (holder as Record<string | number, unknown>)[key];
      const keys: string[] = typeof inner === "object" && inner !== null ? Object.keys(inner) : [];
      if (keys.length === 0) break;
      holder = inner as Record<string, unknown>;
      key = keys[next(keys.length)];
    }
    const other = JSON.parse(next(2) ? pieces[next(pieces.length)] : texts[next(texts.length)]);
    const value = next(4) === 0 && Array.isArray(other) ? other[next(other.length)] : other;
    if (Array.isArray(holder) && next(3) === 0) holder.splice(Number(key), next(3), ...(next(2) ? [value] : []));
    else Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return JSON.stringify(root[0]) ?? "null";
}

function isJson(text: string): boolean {
  try {
    return JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}

/** Tries `count` texts of a seed. */
export function fuzz(count: number, seed: number): FuzzReport {
  const next = random(seed);
  const texts = corpus();
  const report: FuzzReport = { values: 0, refused: {}, wrong: [], slowest: 0 };
  const before = fingerprint();
  const watch = watchGlobals();
  for (let i = 0; i < count && report.wrong.length < 10; i++) {
    const change = next(2) ? mutate : mutateTree;
    const text = change(texts[next(texts.length)], texts, next);
    const wrong = tryText(text, report) ?? watch.used() ??
      (fingerprint() === before ? undefined : "a prototype changed");
    if (wrong !== undefined) report.wrong.push(`${wrong}, seed ${seed}, text ${i}: ${text}`);
  }
  watch.restore();
  return report;
}

/** Reads one text, and again when the clock says that it was slow: others use the processor too. */
function tryText(text: string, report: FuzzReport): string | undefined {
  let best = Infinity;
  let wrong: string | undefined;
  for (let tries = 0; tries < 5; tries++) {
    const start = performance.now();
    let value: unknown;
    let failure: unknown;
    try {
      value = parse(text);
    } catch (error) {
      failure = error;
    }
    best = Math.min(best, (performance.now() - start) / Math.max(1, text.length / 1024));
    if (tries === 0) wrong = judge(text, value, failure, report);
    if (best < 0.5) break;
  }
  report.slowest = Math.max(report.slowest, best);
  return wrong ?? (best > 1 ? `it took ${best} ms per KB` : undefined);
}

function judge(text: string, value: unknown, failure: unknown, report: FuzzReport): string | undefined {
  if (failure === undefined) {
    report.values++;
    const size = heldSize(value);
    return size > 8 * text.length + 64 ? `it allocated ${size} bytes` : undefined;
  }
  if (!(failure instanceof SerializerError)) return `${failure} was thrown`;
  report.refused[failure.code] = (report.refused[failure.code] ?? 0) + 1;
  const placed = failure.code === "INVALID_JSON" || failure.path !== undefined;
  return placed ? undefined : `no path with ${failure.code}`;
}

/** Changes when anything is added to, or removed from, the prototypes that everything inherits from. */
function fingerprint(): string {
  return PROTOTYPES.map((prototype) => Object.getOwnPropertyNames(prototype).length).join();
}

/** Replaces the ways out of the program, so that any use of them is seen. */
function watchGlobals(): { used: () => string | undefined; restore: () => void } {
  const names = ["fetch", "eval", "Function", "WebSocket", "setTimeout", "queueMicrotask"];
  const globals = globalThis as unknown as Record<string, unknown>;
  const kept = names.map((name) => globals[name]);
  let used: string | undefined;
  for (const name of names) {
    globals[name] = (): never => {
      used = `${name} was called`;
      throw used;
    };
  }
  return {
    used: () => used,
    restore: () => names.forEach((name, i) => globals[name] = kept[i]),
  };
}
