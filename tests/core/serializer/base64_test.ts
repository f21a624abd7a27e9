import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fromBase64, fromLatin1, toBase64, toLatin1 } from "../../../core/serializer/base64.ts";

Deno.test("base64 + native and own way agree on any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (array) => {
    const bytes = Uint8Array.from(array);
    assertEquals(btoa(toLatin1(bytes)), toBase64(bytes));
    assertEquals(fromLatin1(atob(toBase64(bytes))), bytes);
    assertEquals(fromBase64(toBase64(bytes)), bytes);
  }));
});

Deno.test("toLatin1 + takes more bytes than a call takes arguments", () => {
  const bytes = new Uint8Array(200_000).fill(7);
  assertEquals(fromLatin1(toLatin1(bytes)), bytes);
});

Deno.test("fromBase64 + refuses white space, loose bits, missing padding and other alphabets", () => {
  for (const text of ["A", "AA", "AAA", "AA AA", "AAAA\n", "AB==", "-_==", "A===", "é", "A AAAAAA", "AA\nA"]) {
    assertEquals(fromBase64(text), undefined);
  }
  assertEquals(fromBase64(""), new Uint8Array());
});
