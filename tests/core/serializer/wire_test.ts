import { assert, assertEquals } from "@std/assert";
import { parse, postprocess, RequestSync, ResponseSync, stringify } from "../../../core/serializer/mod.ts";
import { HEADER, isMarked, isPlain, isTag, SIGNATURE, textOf } from "../../../core/serializer/wire.ts";
import { Point } from "./cases.ts";
import { difference } from "./isomorphic.ts";
import read from "./vectors/read.json" with { type: "json" };
import values from "./vectors/values.json" with { type: "json" };

function evaluate(script: string): unknown {
  return new Function("Point", "RequestSync", "ResponseSync", `return ${script}`)(Point, RequestSync, ResponseSync);
}

for (const { name, value, text } of values) {
  Deno.test(`wire format + ${name}`, () => {
    assertEquals(stringify(evaluate(value)), text);
    assertEquals(difference(evaluate(value), parse(text)), undefined);
    assertEquals(difference(evaluate(value), postprocess(JSON.parse(text))), undefined);
  });
}

for (const { name, value, text } of read) {
  Deno.test(`wire format + another writer's text: ${name}`, () => {
    assertEquals(difference(evaluate(value), parse(text)), undefined);
    assertEquals(difference(evaluate(value), postprocess(JSON.parse(text))), undefined);
  });
}

Deno.test("isMarked + tells a marked root by its first element alone", () => {
  for (const value of [[SIGNATURE], [HEADER, 1], ["~doze9", 1]]) assert(isMarked(value));
  for (const value of [[], ["~doz"], [[HEADER]], { 0: HEADER }, HEADER, null, [1]]) assert(!isMarked(value));
});

Deno.test("textOf + writes the strings, numbers and undefined that are not plain, and nothing else", () => {
  const values = ["~", "~~x", NaN, -Infinity, -0, undefined];
  assertEquals(values.map(textOf), ["~~", "~~~x", "~#NaN", "~#-Infinity", "~#-0", "~u"]);
  assertEquals(values.map(isPlain), values.map(() => false));
  for (const value of ["", "x~", 0, -1.5, true, null]) assert(isPlain(value));
  for (const value of [1n, {}, Symbol(), null, true]) assertEquals(textOf(value), undefined);
});

Deno.test("isTag + takes a tilde and a capital letter, whatever follows", () => {
  for (const tag of ["~M", "~VInt8Array", "~Cmy class"]) assert(isTag(tag));
  for (const other of ["~", "~m", "~[", "~@", "~1", "~~M", "M", "", 1, undefined, ["~M"]]) assert(!isTag(other));
});
