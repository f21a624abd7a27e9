import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { parse, SerializerError, stringify } from "../../../core/serializer/mod.ts";

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

Deno.test("ArrayBuffer + detached ones, and views on them or out of their bounds, are refused with the path", () => {
  const buffer = new ArrayBuffer(8);
  const detached = [buffer, new Uint8Array(buffer), new Float64Array(buffer), new DataView(buffer)];
  structuredClone(buffer, { transfer: [buffer] });
  const shrunk = new ArrayBuffer(8, { maxByteLength: 8 });
  const out = [new Uint8Array(shrunk, 4, 4), new Uint16Array(shrunk, 6), new DataView(shrunk, 4, 4)];
  shrunk.resize(2);
  for (const value of [...detached, ...out]) {
    const error = assertThrows(() => stringify({ a: [value] }), SerializerError);
    assertEquals([error.code, error.path], ["UNSUPPORTED_TYPE", "$.a[0]"]);
    assertInstanceOf(error.cause, TypeError);
  }
  assertEquals(copy(new Uint8Array(shrunk)).length, 2);
});
