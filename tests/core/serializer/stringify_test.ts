import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { parse, preprocess, stringify } from "../../../core/serializer/mod.ts";
import { difference } from "./isomorphic.ts";

Deno.test("stringify + writes any pure JSON as JSON.stringify does", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("~", "~u", "~doze1", "~1", "\ud800"));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, tie("leaf"), fc.array(tie("value")), fc.dictionary(text, tie("value"))),
    leaf: fc.oneof(
      text,
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      const marked = Array.isArray(plain) && String(plain[0]).startsWith("~doze");
      if (!marked) assertEquals(stringify(plain), JSON.stringify(plain));
      assertEquals(difference(plain, parse(stringify(plain))), undefined);
    }),
    { numRuns: 300 },
  );
});

Deno.test("stringify + leaves out what structured clone leaves out, and calls getters", () => {
  const value = {
    get a() {
      return 1;
    },
    [Symbol()]: 2,
  }; // deno-fmt-ignore
  Object.defineProperty(value, "hidden", { value: 3 });
  assertEquals(stringify(value), '{"a":1}');
  assertEquals(parse(stringify([value, undefined])), [{ a: 1 }, undefined]);
});

Deno.test("stringify + writes JSON of any depth that JSON.stringify can write as that does", () => {
  let value: unknown[] = [];
  for (let i = 0; i < 1500; i++) value = [value];
  assertEquals(stringify(value), JSON.stringify(value));
});

Deno.test("preprocess + returns a pure value itself, and never changes a value", () => {
  const pure = { a: [1, "~"] };
  assertStrictEquals(preprocess(pure), pure);
  const make = (): unknown => ({ d: new Date(1), s: "~x", list: ["~y", { u: undefined }], same: [pure, pure] });
  const value = make();
  preprocess(value);
  assertEquals(difference(value, make()), undefined);
  assertEquals(preprocess("~x"), "~x");
  assertEquals(preprocess(["~doze9"]), ["~doze1", ["~~doze9"]]);
});
