import { assertEquals } from "@std/assert";
import { parse, stringify } from "../../../core/serializer/mod.ts";

function copy<T>(value: T): T {
  return parse(stringify(value)) as T;
}

Deno.test("Headers + nothing inherited, everything kept", () => {
  const headers = copy(new Headers([["set-cookie", "a=1; Path=/, b"], ["set-cookie", "c"]]));
  assertEquals(headers.getSetCookie(), ["a=1; Path=/, b", "c"]);
});

Deno.test("RegExp + lastIndex of any number is kept", () => {
  for (const lastIndex of [-1, NaN, Infinity, 2 ** 40]) {
    assertEquals(copy(Object.assign(/a/g, { lastIndex })).lastIndex, lastIndex);
  }
});
