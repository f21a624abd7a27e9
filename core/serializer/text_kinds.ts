/**
 * Built-in classes that are written as one marked string.
 *
 * @module
 */
import { fromBase64, toBase64 } from "./base64.ts";
import type { TextKind } from "./kind.ts";

const date: TextKind<Date> = {
  letter: "d",
  write: (value) => {
    const time = value.getTime();
    return time === time ? String(time) : "";
  },
  read: (text) => {
    if (text === "") return new Date(NaN);
    const value = new Date(/^-?\d{1,16}$/.test(text) ? Number(text) : NaN);
    if (Number.isNaN(value.getTime())) throw new RangeError("Invalid time");
    return value;
  },
};

const arrayBuffer: TextKind<ArrayBuffer> = {
  letter: "a",
  write: (value) => toBase64(new Uint8Array(value)),
  read: (text) => fromBase64(text).buffer,
};

const url: TextKind<URL> = { letter: "l", write: (value) => value.href, read: (text) => new URL(text) };

const searchParams: TextKind<URLSearchParams> = {
  letter: "q",
  write: (value) => value.toString(),
  read: (text) => new URLSearchParams(text),
};

/** The kinds by the prototype of their class, for writing. */
export const textKindsByPrototype: Map<object, TextKind<object>> = new Map<object, TextKind<object>>([
  [Date.prototype, date as TextKind<object>],
  [ArrayBuffer.prototype, arrayBuffer as TextKind<object>],
  [URL.prototype, url as TextKind<object>],
  [URLSearchParams.prototype, searchParams as TextKind<object>],
]);

/** The kinds by their letter, for reading. */
export const textKindsByLetter: Map<string, TextKind<object>> = new Map(
  [...textKindsByPrototype.values()].map((kind) => [kind.letter, kind]),
);
