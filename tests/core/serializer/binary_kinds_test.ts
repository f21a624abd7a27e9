import { assertEquals, assertStrictEquals } from "@std/assert";
import { parse, stringify } from "../../../core/serializer/mod.ts";

function copy<T>(value: T): T {
  return parse(stringify(value)) as T;
}

Deno.test("ArrayBuffer + resizable ones travel as their bytes, tracking views as views of that length", () => {
  const buffer = new ArrayBuffer(4, { maxByteLength: 8 });
  const view = new Uint8Array(buffer);
  buffer.resize(6);
  view[5] = 9;
  const back = copy({ buffer, view });
  assertEquals([back.buffer.byteLength, back.view.length, back.view[5]], [6, 6, 9]);
  assertStrictEquals(back.view.buffer, back.buffer);
});
