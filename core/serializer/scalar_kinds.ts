/**
 * Classes that contain nothing: Date, RegExp, boxed primitives, URL, URLSearchParams and Headers.
 *
 * @module
 */
import { headersFromText, headersToText } from "./header_text.ts";
import type { Kind } from "./kind.ts";

/** What a Date is written as: `["~T", milliseconds]`, with `null` for an invalid one. */
export function dateTag(value: Date): [tag: string, time: number | null] {
  const time = value.getTime();
  return ["~T", time === time ? time : null];
}

export const date: Kind<Date> = {
  tag: "~T",
  leaf: true,
  write: (value, out) => void out.push(dateTag(value)[1]),
  create(data, reader) {
    const time = data[1];
    if (time === null) return new Date(NaN);
    const value = new Date(typeof time === "number" ? time : NaN);
    return value.getTime() === time ? value : reader.fail("a Date needs its milliseconds");
  },
};

/** `["~U", href]` */
export const url: Kind<URL> = {
  tag: "~U",
  write: (value, out) => void out.push(value.href),
  create: (data, reader) =>
    URL.canParse(data[1] as string) ? new URL(data[1] as string) : reader.fail("a URL is absolute"),
};

/** `["~W", query]` */
export const searchParams: Kind<URLSearchParams> = {
  tag: "~W",
  write: (value, out) => void out.push(value.toString()),
  create: (data, reader) =>
    typeof data[1] === "string" ? new URLSearchParams(data[1]) : reader.fail("URLSearchParams need their text"),
};

/** `["~R", source, flags, lastIndex?]` */
export const regExp: Kind<RegExp> = {
  tag: "~R",
  write(value, out, place, writer) {
    if (value.source.length > writer.maxRegExpLength) {
      writer.fail("LIMIT_EXCEEDED", `a RegExp longer than maxRegExpLength (${writer.maxRegExpLength})`, place);
    }
    out.push(value.source, value.flags);
    if (value.lastIndex !== 0) out.push(writer.value(Number(value.lastIndex), place, 3));
  },
  create(data, reader) {
    const [, source, flags] = data;
    const lastIndex = data.length > 3 ? reader.read(data, 3) : 0;
    if (typeof source !== "string" || typeof flags !== "string" || typeof lastIndex !== "number") {
      return reader.fail("a RegExp needs source and flags");
    }
    if (source.length > reader.maxRegExpLength) reader.fail("a RegExp longer than maxRegExpLength", "LIMIT_EXCEEDED");
    const value = new RegExp(source, flags);
    value.lastIndex = lastIndex;
    return value;
  },
};

/** `["~X", primitive]` */
export const boxed: Kind<object> = {
  tag: "~X",
  write(value, out, place, writer) {
    const primitive = value.valueOf();
    if (typeof primitive === "symbol") writer.fail("UNSUPPORTED_TYPE", "a symbol", place);
    out.push(writer.value(primitive, place, 1));
  },
  create(data, reader) {
    const primitive = reader.read(data, 1);
    if (primitive === null || primitive === undefined || typeof primitive === "object") {
      reader.fail("only a primitive can be boxed");
    }
    return Object(primitive);
  },
};

/** `["~H", text]`, one line `name: value` a header, each ended by a line feed. */
export const headers: Kind<Headers> = {
  tag: "~H",
  write: (value, out) => void out.push(headersToText(value)),
  create: (data, reader) =>
    typeof data[1] === "string" ? headersFromText(data[1]) : reader.fail("Headers need their text"),
};
