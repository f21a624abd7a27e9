import { assert, assertEquals } from "@std/assert";
import { parse, postprocess, RequestSync, ResponseSync, stringify } from "../../../core/serializer/mod.ts";
import { HEADER, isMarked, SIGNATURE } from "../../../core/serializer/wire.ts";
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
