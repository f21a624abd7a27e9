import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { defineFields, isOwn, isRecord } from "../../../core/serializer/own_fields.ts";

Deno.test("defineFields + calls no setter", () => {
  const target = {
    set a(_: unknown) {
      throw new RangeError("called");
    },
  };
  defineFields(target, JSON.parse('{"a":1,"__proto__":2}'), true);
  assertEquals(Object.entries(target), [["a", 1], ["__proto__", 2]]);
  assertStrictEquals(Object.getPrototypeOf(target), Object.prototype);
});

Deno.test("isOwn + tells an object's own keys from enumerable ones of Object.prototype", () => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  prototype.extra = 1;
  try {
    const keys: string[] = [];
    const value = JSON.parse('{"a":1,"__proto__":2,"hasOwnProperty":3}');
    for (const key in value) if (isOwn(value, key)) keys.push(key);
    assertEquals(keys, ["a", "__proto__", "hasOwnProperty"]);
    assert(!isOwn(value, "extra"));
  } finally {
    delete prototype.extra;
  }
});

Deno.test("isRecord + takes objects without a class alone, and asks anything", () => {
  for (const value of [{}, { a: 1 }, JSON.parse('{"__proto__":null}'), new Object()]) assert(isRecord(value));
  const others = [[], "~2", "", 5, null, undefined, true, 1n, Symbol(), () => 1, new Map(), Object.create(null)];
  for (const value of [...others, new (class {})(), Object.create({})]) assert(!isRecord(value));
});
