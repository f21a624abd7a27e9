/**
 * Containers other than plain objects and dense arrays: Map, Set, null-prototype objects, and arrays with holes or
 * with properties.
 *
 * @module
 */
import { addKind, type Kind } from "./kind.ts";
import { defineFields } from "./own_fields.ts";

// ["~M", key, value, …]
addKind<Map<unknown, unknown>>(
  [Map],
  "~M",
  "",
  (value, tag) => {
    const out: unknown[] = [tag];
    for (const [key, item] of value) out.push(key, item);
    return out;
  },
  (data) => data.length % 2 ? new Map() : undefined,
  (value, data) => {
    for (let i = 1; i < data.length; i += 2) value.set(data[i], data[i + 1]);
    return value;
  },
);

// ["~S", value, …]
addKind<Set<unknown>>(
  [Set],
  "~S",
  "",
  (value, tag) => [tag, ...value],
  () => new Set(),
  (value, data) => {
    for (let i = 1; i < data.length; i++) value.add(data[i]);
    return value;
  },
);

// ["~N", key, value, …]
addKind<object>(
  [{ prototype: null }],
  "~N",
  "",
  (value, tag) => [tag, ...Object.entries(value).flat()],
  (data) => data.length % 2 ? Object.create(null) : undefined,
  (value, data) => putFields(value, data, 1),
);

/** `["~L", length, key, value, …]` */
export const looseArray: Kind = addKind<unknown[]>(
  [],
  "~L",
  "",
  (value, tag) => [tag, value.length, ...Object.entries(value).flat()],
  (data) => {
    if (data.length % 2) return;
    const value: unknown[] = [];
    // Past 32 Mi elements V8 keeps a dictionary, and goes on doing so: the length as such then costs no memory.
    value.length = 2 ** 32 - 1;
    value.length = data[1] as number;
    return value;
  },
  // An index beyond it would have changed the length.
  (value, data) => putFields(value, data, 2)?.length === data[1] ? value : undefined,
);

/** An array's elements, if it has neither holes nor properties beside them. */
export function denseCopy(value: unknown[]): unknown[] | undefined {
  // Its keys would be strings to be made; and with a hole and a named property the counts agree, but not the last key.
  const items = Object.values(value);
  const { length } = value;
  const dense = items.length === length &&
    (!value.includes(undefined) || Object.keys(value)[length - 1] === String(length - 1));
  return dense ? items : undefined;
}

function putFields<T extends object>(value: T, data: unknown[], start: number): T | undefined {
  for (let i = start; i < data.length; i += 2) {
    if (typeof data[i] !== "string") return;
    defineFields(value, { [data[i] as string]: data[i + 1] }, true);
  }
  return value;
}
