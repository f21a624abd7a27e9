/**
 * Values that contain nothing: bigint, Date, RegExp, boxed primitives, URL, URLSearchParams and Headers.
 *
 * @module
 */
import { headersFromText, headersToText, isHeaderText } from "./header_text.ts";
import { addKind, type Kind } from "./kind.ts";
import { excess } from "./limits.ts";

type Text = [tag: string, text: string];

/** `["~I", digits]` */
export const bigint: Kind = addKind<bigint, Text>(
  [],
  "~I",
  "s",
  (value, tag) => [tag, String(value)],
  ([, digits]) => /^-?\d+$/.test(digits) ? BigInt(digits) : undefined,
  undefined,
  ([, digits], limits) => excess(limits, "maxBigIntDigits", digits.length - Number(digits[0] === "-")),
);

// ["~T", milliseconds], with null for an invalid one
addKind<Date>([Date], "~T", "", dateTag, (data) => {
  // Of what is no number none is made: an array of great length would be joined first.
  const value = new Date(typeof data[1] === "number" ? data[1] : NaN);
  return data.length === 2 && Object.is(dateTag(value)[1], data[1]) ? value : undefined;
});

/** What a Date is written as. */
export function dateTag(value: Date): [tag: string, time: number | null] {
  const time = value.getTime();
  return ["~T", time === time ? time : null];
}

// ["~R", source, flags, lastIndex]
addKind<RegExp, [tag: string, source: string, flags: string, lastIndex: number]>(
  [RegExp],
  "~R",
  "ssn",
  ({ source, flags, lastIndex }, tag) => [tag, source, flags, Number(lastIndex)],
  ([, source, flags, lastIndex]) => Object.assign(new RegExp(source, flags), { lastIndex }),
  undefined,
  ([, source, flags], limits) => {
    limits.properties += source.split(/\\p\{/i).length - 1;
    return excess(limits, "maxUnicodeProperties", limits.properties) ??
      excess(limits, "maxRegExpLength", flags.includes("v") ? source.length * 10 : source.length);
  },
);

// ["~X", primitive]
addKind<object>(
  [Number, String, Boolean, BigInt, Symbol],
  "~X",
  "*",
  (value, tag) => [tag, value.valueOf()],
  ([, primitive]) => /[nsb]/.test((typeof primitive)[0]) ? Object(primitive) : undefined,
);

// ["~H", text], one line `name: value` a header, each ended by a line feed
addKind<Headers, Text>(
  [Headers],
  "~H",
  "s",
  (value, tag) => [tag, headersToText(value)],
  ([, text]) => isHeaderText(text) ? headersFromText(text) : undefined,
);

addText("~U", URL);
addText("~W", URLSearchParams);

// ["~U", href] and ["~W", query]
function addText<T extends object>(tag: string, Class: { new (text: string): T; readonly prototype: T }): void {
  addKind<T, Text>([Class], tag, "s", (value, tag) => [tag, String(value)], ([, text]) => new Class(text));
}
