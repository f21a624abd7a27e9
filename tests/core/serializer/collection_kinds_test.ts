import { assertEquals } from "@std/assert";
import { parse, stringify } from "../../../core/serializer/mod.ts";

function copy<T>(value: T): T {
  return parse(stringify(value)) as T;
}

Deno.test("Array + holes and properties that agree in number are told from a dense array", () => {
  const value = Object.assign([1, , 3], { name: "n" });
  const back = copy(value);
  assertEquals([back.length, 1 in back, back.name], [3, false, "n"]);
  const light = copy([Object.assign([1], { a: 1 }), [, 1]]);
  assertEquals([Object.keys(light[0]), 0 in light[1]], [["0", "a"], false]);
});
