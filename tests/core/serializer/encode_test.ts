import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { parse, SerializerError, stringify } from "../../../core/serializer/mod.ts";
import { difference } from "./isomorphic.ts";

class Unregistered {
  value = 1;
}

function refusal(value: unknown): [code: string, path: string | undefined] {
  const error = assertThrows(() => stringify(value), SerializerError);
  assert(error.message.startsWith(`Cannot write ${error.path}: `), error.message);
  return [error.code, error.path];
}

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

Deno.test("stringify + finds shared references early, not after exponential work", () => {
  let value: unknown = {};
  for (let i = 0; i < 60; i++) value = [value, value];
  const text = stringify(value);
  assertLess(text.length, 2000);
  assertEquals(difference(value, parse(text)), undefined);
});
