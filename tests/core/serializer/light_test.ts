import { assertEquals, assertStrictEquals } from "@std/assert";
import { ResponseSync } from "../../../core/serializer/mod.ts";
import { writeLight } from "../../../core/serializer/light.ts";

Deno.test("writeLight + returns a pure value itself, untouched", () => {
  const value = { a: [1, "~", { b: null }], c: true };
  assertStrictEquals(writeLight(value), value);
});

Deno.test("writeLight + copies only what changes", () => {
  const still = { s: "x" };
  const value = { still, list: [1, new Date(5), undefined], text: "~" };
  const [header, tree] = writeLight(value) as unknown[];
  assertEquals([header, tree], ["~doze1", { still, list: [1, ["~T", 5], "~u"], text: "~~" }]);
  assertStrictEquals((tree as typeof value).still, still);
  assertEquals(value.text, "~");
});

Deno.test("writeLight + writes messages and dates, which contain nothing", () => {
  const response = new ResponseSync("{}", { headers: { a: "b" } });
  const written = ["~P", 200, "", "", false, "a: b\n", "{}"];
  assertEquals(writeLight([response, new Date(NaN)]), ["~doze1", [written, ["~T", null]]]);
  assertStrictEquals(writeLight([response, response]), undefined);
});

Deno.test("writeLight + tells long arrays with holes or names from dense ones, as it does short ones", () => {
  const long = Array.from({ length: 50 }, (_, i) => i);
  assertStrictEquals(writeLight(long), long);
  assertStrictEquals(writeLight(Object.assign([...long], { name: 1 })), undefined);
  assertStrictEquals(writeLight([...long, , 1]), undefined);
  assertStrictEquals(writeLight(Object.assign([...long, ,], { name: 1 })), undefined);
});

Deno.test("writeLight + writes numbers that JSON lacks, and undefined", () => {
  assertEquals(writeLight([NaN, -0, 0, Infinity]), ["~doze1", ["~#NaN", "~#-0", 0, "~#Infinity"]]);
  assertEquals(writeLight(undefined), ["~doze1", "~u"]);
});

Deno.test("writeLight + leaves an array that looks marked to the full writer", () => {
  assertStrictEquals(writeLight(["~doze1", 1]), undefined);
  assertStrictEquals(writeLight(["~doze", 1]), undefined);
});

Deno.test("writeLight + gives up on everything else", () => {
  const shared = {};
  const many = Array.from({ length: 50 }, () => ({}));
  const values = [1n, () => 1, Symbol(), new Map(), [,], Object.assign([], { a: 1 }), [shared, shared]];
  for (const value of [...values, [many, many[40]], [many[3], many], Object.create(null)]) {
    assertStrictEquals(writeLight(value), undefined);
    assertStrictEquals(writeLight({ a: [value] }), undefined);
  }
  assertStrictEquals(writeLight([[[]]], 2), undefined);
});
