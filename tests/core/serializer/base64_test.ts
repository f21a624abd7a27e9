import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeByCharacter, encodeByChunks, fromBase64, toBase64 } from "../../../core/serializer/base64.ts";

Deno.test("base64 + native and own way agree on any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (array) => {
    const bytes = Uint8Array.from(array);
    assertEquals(encodeByChunks(bytes), toBase64(bytes));
    assertEquals(decodeByCharacter(toBase64(bytes)), bytes);
    assertEquals(fromBase64(toBase64(bytes)), bytes);
  }));
});

Deno.test("base64 + encodes more bytes than a call takes arguments", () => {
  const bytes = new Uint8Array(200_000).fill(7);
  assertEquals(decodeByCharacter(encodeByChunks(bytes)), bytes);
});

Deno.test("fromBase64 + refuses white space, loose bits, missing padding and other alphabets", () => {
  for (const text of ["A", "AA", "AAA", "AA AA", "AAAA\n", "AB==", "-_==", "A===", "é"]) {
    assertEquals(fromBase64(text), undefined);
  }
  assertEquals(fromBase64(""), new Uint8Array());
});
