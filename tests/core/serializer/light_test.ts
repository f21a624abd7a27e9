import { assertEquals, assertStrictEquals } from "@std/assert";
import { BAIL, writeLight } from "../../../core/serializer/light.ts";

Deno.test("writeLight + returns a pure value itself, untouched", () => {
  const value = { a: [1, "~", { b: null }], c: true };
  assertStrictEquals(writeLight(value).tree, value);
  assertEquals(writeLight(value).rich, false);
});

Deno.test("writeLight + copies only what changes", () => {
  const still = { s: "x" };
  const value = { still, list: [1, new Date(5), undefined], text: "~" };
  const { tree, rich } = writeLight(value);
  assertEquals([tree, rich], [{ still, list: [1, ["~T", 5], "~u"], text: "~~" }, true]);
  assertStrictEquals((tree as typeof value).still, still);
  assertEquals(value.text, "~");
});

Deno.test("writeLight + gives up on everything else", () => {
  const shared = {};
  const many = Array.from({ length: 50 }, () => ({}));
  const values = [NaN, -0, 1n, () => 1, Symbol(), new Map(), [,], Object.assign([], { a: 1 }), [shared, shared]];
  for (const value of [...values, [many, many[40]], [many[3], many], Object.create(null)]) {
    assertStrictEquals(writeLight(value).tree, BAIL);
    assertStrictEquals(writeLight({ a: [value] }).tree, BAIL);
  }
  assertStrictEquals(writeLight([[[]]], 2).tree, BAIL);
});
