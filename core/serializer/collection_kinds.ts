/**
 * Containers other than plain objects and dense arrays: Map, Set, null-prototype objects, and arrays with holes or
 * with properties.
 *
 * @module
 */
import type { Kind } from "./kind.ts";

/** Largest array length. */
const MAX_LENGTH = 2 ** 32 - 1;

export const map: Kind<Map<unknown, unknown>> = {
  tag: "~M",
  write(value, out, place, writer) {
    for (const [key, item] of value) {
      out.push(writer.value(key, place, out.length));
      out.push(writer.value(item, place, out.length));
    }
  },
  create: (data, reader) => data.length % 2 === 1 ? new Map() : reader.fail("a Map needs a value for each key"),
  fill(value, data, reader) {
    for (let i = 1; i < data.length; i += 2) value.set(reader.read(data, i), reader.read(data, i + 1));
  },
};

export const set: Kind<Set<unknown>> = {
  tag: "~S",
  write(value, out, place, writer) {
    for (const item of value) out.push(writer.value(item, place, out.length));
  },
  create: () => new Set(),
  fill(value, data, reader) {
    for (let i = 1; i < data.length; i++) value.add(reader.read(data, i));
  },
};

export const nullObject: Kind<Record<string, unknown>> = {
  tag: "~N",
  write(value, out, place, writer) {
    for (const key of Object.keys(value)) {
      out.push(key);
      out.push(writer.value(value[key], place, out.length));
    }
  },
  create: () => Object.create(null),
  fill(value, data, reader) {
    for (let i = 1; i < data.length; i += 2) {
      const key = data[i];
      if (typeof key !== "string" || i + 1 === data.length) reader.fail("an object needs strings and values in turn");
      value[key as string] = reader.read(data, i + 1);
    }
  },
};

export const looseArray: Kind<unknown[]> = {
  tag: "~L",
  write(value, out, place, writer) {
    out.push(value.length);
    for (const key of Object.keys(value)) {
      const index = arrayIndex(key);
      out.push(index ?? key);
      out.push(writer.value(value[key as unknown as number], place, out.length));
    }
  },
  create(data, reader) {
    const length = data[1];
    if (!isIndex(length, MAX_LENGTH + 1) || data.length % 2 !== 0) reader.fail("an array needs its length and pairs");
    const value: unknown[] = [];
    // Past 32 Mi elements V8 keeps a dictionary, and goes on doing so: the length as such then costs no memory.
    value.length = MAX_LENGTH;
    value.length = length as number;
    return value;
  },
  fill(value, data, reader) {
    for (let i = 2; i < data.length; i += 2) {
      const key = data[i];
      const named = typeof key === "string" && key !== "length" && arrayIndex(key) === undefined;
      if (!named && !isIndex(key, value.length)) reader.fail("an array's keys are indexes below its length, or names");
      const item = reader.read(data, i + 1);
      Object.defineProperty(value, key as PropertyKey, {
        value: item,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  },
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

function isIndex(value: unknown, end: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < end;
}

/** The number that an array's key stands for, if it is an index. */
function arrayIndex(key: string): number | undefined {
  const index = Number(key);
  return isIndex(index, MAX_LENGTH) && String(index) === key ? index : undefined;
}
