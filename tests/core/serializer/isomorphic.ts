/**
 * Compares two graphs of values: same contents, same classes, same order, and the same identities, so that what is
 * one object here is one object there.
 *
 * @module
 */
import { RequestSync, ResponseSync } from "../../../core/serializer/mod.ts";

type Fields = Record<PropertyKey, unknown>;

/** Where the graphs differ, e.g. `"$.a[0]: prototype"`; `undefined` when they do not. */
export function difference(left: unknown, right: unknown): string | undefined {
  const forth = new Map<object, object>();
  const back = new Map<object, object>();
  const todo: [left: unknown, right: unknown, path: string][] = [[left, right, "$"]];
  for (let next = todo.pop(); next; next = todo.pop()) {
    const [a, b, path] = next;
    if (!isObject(a) || !isObject(b)) {
      if (!Object.is(a, b)) return `${path}: ${String(a)} is not ${String(b)}`;
      continue;
    }
    if (forth.has(a) || back.has(b)) {
      if (forth.get(a) !== b || back.get(b) !== a) return `${path}: identity`;
      continue;
    }
    forth.set(a, b);
    back.set(b, a);
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return `${path}: prototype`;
    const inner = contents(a);
    const other = contents(b);
    if (inner.length !== other.length) return `${path}: ${inner.length} parts are not ${other.length}`;
    inner.forEach(([name, part], i) => todo.push([part, other[i][1], `${path}${name}`]));
    inner.forEach(([name], i) => todo.push([name, other[i][0], `${path} key`]));
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** What an object consists of, by name, in order. */
function contents(value: object): [name: string, part: unknown][] {
  const parts: [string, unknown][] = [];
  const add = (name: string, part: unknown): void => void parts.push([name, part]);
  if (value instanceof Date) add("time", value.getTime());
  if (value instanceof RegExp) add("regexp", `${value}${value.lastIndex}`);
  if (value instanceof ArrayBuffer) add("bytes", new Uint8Array(value).join());
  if (value instanceof URL || value instanceof URLSearchParams) add("text", String(value));
  if (value instanceof Headers) add("headers", JSON.stringify([...value]));
  if (value instanceof RequestSync || value instanceof ResponseSync) addMessage(value, add);
  if (value instanceof Map) {
    [...value].forEach(([key, item], i) => {
      add(`.keys()[${i}]`, key);
      add(`.values()[${i}]`, item);
    });
  }
  if (value instanceof Set) [...value].forEach((item, i) => add(`.values()[${i}]`, item));
  if (value instanceof Number || value instanceof String || value instanceof Boolean || value instanceof BigInt) {
    add("primitive", value.valueOf());
  }
  if (value instanceof DOMException) {
    add("message", value.message);
    add("name", value.name);
    return parts;
  }
  if (ArrayBuffer.isView(value)) {
    add("buffer", value.buffer);
    add("range", `${value.byteOffset}+${value.byteLength}`);
    return parts;
  }
  if (Array.isArray(value)) add("length", value.length);
  const hidden = value instanceof Error ? ["name", "message", "stack", "cause", "errors"] : [];
  for (const key of hidden) {
    if (Object.hasOwn(value, key)) add(`.${key}`, (value as unknown as Fields)[key]);
  }
  for (const key of Object.keys(value)) if (!hidden.includes(key)) add(`.${key}`, (value as Fields)[key]);
  return parts;
}

function addMessage(value: RequestSync | ResponseSync, add: (name: string, part: unknown) => void): void {
  add("url", value.url);
  add("headers", JSON.stringify([...value.headers]));
  add("body", value.bytes().join());
  add("line", value instanceof RequestSync ? value.method + value.redirect : value.status + value.statusText);
  if (value instanceof ResponseSync) add("redirected", value.redirected);
}
