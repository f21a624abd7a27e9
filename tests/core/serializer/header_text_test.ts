import { assert, assertEquals } from "@std/assert";
import { headersFromText, headersToText, isHeaderText } from "../../../core/serializer/header_text.ts";

Deno.test("headersToText + writes a line for each header and each cookie", () => {
  const headers = new Headers([["B", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"], ["b", "2"], ["e", ""]]);
  assertEquals(headersToText(headers), "b: 1, 2\ne: \nset-cookie: a=1\nset-cookie: b=2\n");
  assertEquals([...headersFromText(headersToText(headers))], [...headers]);
});

Deno.test("isHeaderText + takes what Headers takes and nothing else", () => {
  for (const text of ["", "a: b\n", "a: \n", "!#$%&'*+.^_`|~-1: \u00ff: x\n", "a: b\na: c\n", "a: \u0100\ud800€\n"]) {
    assert(isHeaderText(text), text);
    headersFromText(text);
  }
  for (
    const text of ["a", "a: b", "a:b\n", ": b\n", "a b: c\n", "a: b\r\n", "a: \0\n", "\n", "é: a\n"]
  ) {
    assert(!isHeaderText(text), text);
  }
});

Deno.test("headersFromText + gives a value that a runtime has read as UTF-8 the bytes that were sent", () => {
  const sent = new TextEncoder().encode('filename="é日本.pdf"');
  const asBytes = Array.from(sent, (byte) => String.fromCharCode(byte)).join("");
  assertEquals(headersFromText('x: filename="é日本.pdf"\n').get("x"), asBytes);
  assertEquals(headersFromText("x: é\n").get("x"), "é");
});

Deno.test("isHeaderText + is linear", () => {
  const start = performance.now();
  assert(!isHeaderText("a: " + " ".repeat(200_000) + "\0"));
  assert(!isHeaderText("a: b\n".repeat(40_000) + "x"));
  assert(performance.now() - start < 1000);
});
