/**
 * Containers other than plain objects and dense arrays: Map, Set, null-prototype objects, and arrays with holes or
 * with properties.
 *
 * @module
 */
import type { Kind } from "./kind.ts";
import { defineFields } from "./own_fields.ts";

/** `["~M", key, value, …]` */
export const map: Kind<Map<unknown, unknown>> = {
  tag: "~M",
  take(value, out) {
    for (const [key, item] of value) out.push(key, item);
  },
  make: (data) => data.length % 2 ? new Map() : undefined,
  put(value, data) {
    for (let i = 1; i < data.length; i += 2) value.set(data[i], data[i + 1]);
  },
};

/** `["~S", value, …]` */
export const set: Kind<Set<unknown>> = {
  tag: "~S",
  take(value, out) {
    for (const item of value) out.push(item);
  },
  make: () => new Set(),
  put(value, data) {
    for (let i = 1; i < data.length; i++) value.add(data[i]);
  },
};

/** `["~N", key, value, …]` */
export const nullObject: Kind<Record<string, unknown>> = {
  tag: "~N",
  take: takeFields,
  make: (data) => data.length % 2 ? Object.create(null) : undefined,
  put: (value, data) => putFields(value, data, 1),
};

/** `["~L", length, key, value, …]` */
export const looseArray: Kind<unknown[]> = {
  tag: "~L",
  take(value, out) {
    out.push(value.length);
    takeFields(value, out);
  },
  make(data) {
    if (data.length % 2) return;
    const value: unknown[] = [];
    // Past 32 Mi elements V8 keeps a dictionary, and goes on doing so: the length as such then costs no memory.
    value.length = 2 ** 32 - 1;
    value.length = data[1] as number;
    return value;
  },
  // An index beyond it would have changed the length.
  put: (value, data) => putFields(value, data, 2) && value.length === data[1],
};

/** An array's elements, if it has neither holes nor properties beside them. */
export function denseCopy(value: unknown[]): unknown[] | undefined {
  // Its keys would be strings to be made; and with a hole and a named property the counts agree, but not the last key.
  const items = Object.values(value);
  const { length } = value;
  const dense = items.length === length &&
    (!value.includes(undefined) || Object.keys(value)[length - 1] === String(length - 1));
  return dense ? items : undefined;
}

function takeFields(value: object, out: unknown[]): void {
  for (const [key, item] of Object.entries(value)) out.push(key, item);
}

function putFields(value: object, data: unknown[], start: number): boolean {
  for (let i = start; i < data.length; i += 2) {
    if (typeof data[i] !== "string") return false;
    defineFields(value, { [data[i] as string]: data[i + 1] }, true);
  }
  return true;
}
