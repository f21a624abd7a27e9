/**
 * Values that contain nothing: bigint, Date, RegExp, boxed primitives, URL, URLSearchParams and Headers.
 *
 * @module
 */
import { headersFromText, headersToText, isHeaderText } from "./header_text.ts";
import type { Kind } from "./kind.ts";

/** What a Date is written as: `["~T", milliseconds]`, with `null` for an invalid one. */
export function dateTag(value: Date): [tag: string, time: number | null] {
  return ["~T", timeOf(value)];
}

function timeOf(value: Date): number | null {
  const time = value.getTime();
  return time === time ? time : null;
}

/** `["~I", digits]` */
export const bigint: Kind<bigint> = {
  tag: "~I",
  shape: /^s$/,
  cap: "maxBigIntDigits",
  take: (value, out) => out.push(String(value)),
  make: ([, digits]) => /^-?\d+$/.test(digits as string) ? BigInt(digits as string) : undefined,
};

/** `["~T", milliseconds]` */
export const date: Kind<Date> = {
  tag: "~T",
  leaf: true,
  take: (value, out) => out.push(timeOf(value)),
  make({ 1: part }) {
    const time = part === null ? NaN : part as number;
    const value = new Date(time);
    return Object.is(value.getTime(), time) ? value : undefined;
  },
};

/** `["~R", source, flags, lastIndex]` */
export const regExp: Kind<RegExp> = {
  tag: "~R",
  shape: /^ssn$/,
  cap: "maxRegExpLength",
  take: ({ source, flags, lastIndex }, out) => out.push(source, flags, Number(lastIndex)),
  make: ([, source, flags, lastIndex]) => Object.assign(new RegExp(source as string, flags as string), { lastIndex }),
};

/** `["~X", primitive]` */
export const boxed: Kind = {
  tag: "~X",
  shape: /^[nsb]$/,
  take: (value, out) => out.push(value.valueOf()),
  make: ([, primitive]) => Object(primitive),
};

/** `["~H", text]`, one line `name: value` a header, each ended by a line feed. */
export const headers: Kind<Headers> = {
  tag: "~H",
  shape: /^s$/,
  take: (value, out) => out.push(headersToText(value)),
  make: ([, text]) => isHeaderText(text as string) ? headersFromText(text as string) : undefined,
};

/** `["~U", href]` and `["~W", query]` */
export function textKind<T extends object>(tag: string, Class: new (text: string) => T): Kind<T> {
  return {
    tag,
    shape: /^s$/,
    take: (value, out) => out.push(String(value)),
    make: ([, text]) => new Class(text as string),
  };
}
