import { assert, assertEquals, assertLess, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parse, preprocess, SerializerError, stringify } from "../../../core/serializer/mod.ts";
import { difference } from "./isomorphic.ts";

class Unregistered {
  value = 1;
}

function refusal(value: unknown): [code: string, path: string | undefined] {
  const error = assertThrows(() => stringify(value), SerializerError);
  assert(error.message.startsWith(`Cannot write ${error.path}: `), error.message);
  return [error.code, error.path];
}

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

Deno.test("stringify + names the path of what cannot be carried", () => {
  assertEquals(refusal({ args: [1, 2, { onDone() {} }] }), ["UNSUPPORTED_TYPE", "$.args[2].onDone"]);
  assertEquals(refusal(() => 1), ["UNSUPPORTED_TYPE", "$"]);
  assertEquals(refusal(Symbol.iterator), ["UNSUPPORTED_TYPE", "$"]);
  assertEquals(refusal([new Map([["a", new Set([[Promise.resolve()]])]])]), [
    "UNSUPPORTED_TYPE",
    "$[0].values()[0].values()[0][0]",
  ]);
  assertEquals(refusal(new Map([[{ a: Symbol() }, 1]])), ["UNSUPPORTED_TYPE", "$.keys()[0].a"]);
  assertEquals(refusal({ "a b": [, new WeakMap()] }), ["UNSUPPORTED_TYPE", '$["a b"][1]']);
  assertEquals(refusal(Object.assign([1], { x: new WeakSet() })), ["UNSUPPORTED_TYPE", "$.x"]);
  assertEquals(refusal(new Error("a", { cause: { stream: new ReadableStream() } })), [
    "UNSUPPORTED_TYPE",
    "$.cause.stream",
  ]);
  assertEquals(refusal({ a: new Request("https://x.example/") }), ["UNSUPPORTED_TYPE", "$.a"]);
  assertEquals(refusal({ a: new Response("") }), ["UNSUPPORTED_TYPE", "$.a"]);
  assertEquals(refusal([new Blob([])]), ["UNSUPPORTED_TYPE", "$[0]"]);
  assertEquals(refusal([new FormData()]), ["UNSUPPORTED_TYPE", "$[0]"]);
  assertEquals(refusal([new SharedArrayBuffer(1)]), ["UNSUPPORTED_TYPE", "$[0]"]);
  assertEquals(refusal([Object(Symbol())]), ["UNSUPPORTED_TYPE", "$[0]"]);
});

Deno.test("stringify + refuses instances of classes that are not registered, subclasses of built-in ones too", () => {
  class Bag extends Map {}
  class List extends Array {}
  assertEquals(refusal({ a: new Unregistered() }), ["UNREGISTERED_CLASS", "$.a"]);
  assertEquals(refusal([Object.create({ a: 1 })]), ["UNREGISTERED_CLASS", "$[0]"]);
  assert(["UNREGISTERED_CLASS", "UNSUPPORTED_TYPE"].includes(refusal([new Bag()])[0]));
  assertEquals(refusal([new List()]), ["UNREGISTERED_CLASS", "$[0]"]);
  assertEquals(refusal([{ toJSON: () => 1 }]), ["UNSUPPORTED_TYPE", "$[0].toJSON"]);
});

Deno.test("stringify + names the path in what an earlier value had been moved from", () => {
  const shared = { x: 1 };
  assertEquals(refusal([shared, { shared, bad: [() => 1] }]), ["UNSUPPORTED_TYPE", "$[1].bad[0]"]);
  let deep: unknown = () => 1;
  for (let i = 0; i < 1000; i++) deep = { a: deep };
  assertEquals(refusal(deep), ["UNSUPPORTED_TYPE", `$${".a".repeat(1000)}`]);
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

Deno.test("stringify + finds shared references early, not after exponential work", () => {
  let value: unknown = {};
  for (let i = 0; i < 60; i++) value = [value, value];
  const text = stringify(value);
  assertLess(text.length, 2000);
  assertEquals(difference(value, parse(text)), undefined);
});

Deno.test("stringify + keeps to the caps of its options", () => {
  const code = (value: unknown, options: object): string =>
    assertThrows(() => stringify(value, options), SerializerError).code;
  assertEquals(code([[[1]]], { maxDepth: 2 }), "LIMIT_EXCEEDED");
  assertEquals(stringify([[1]], { maxDepth: 2 }), "[[1]]");
  assertEquals(code([123n], { maxBigIntDigits: 2 }), "LIMIT_EXCEEDED");
  assertEquals(code([/abc/], { maxRegExpLength: 2 }), "LIMIT_EXCEEDED");
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
