import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { defineFields, isPrototypePolluted } from "../../../core/serializer/own_fields.ts";

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

Deno.test("isPrototypePolluted + sees enumerable properties of Object.prototype", () => {
  assert(!isPrototypePolluted());
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  prototype.extra = 1;
  try {
    assert(isPrototypePolluted());
  } finally {
    delete prototype.extra;
  }
});
