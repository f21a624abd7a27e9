import { assert, assertEquals } from "@std/assert";
import { headersFromText, headersToText, isHeaderText } from "../../../core/serializer/header_text.ts";

Deno.test("headersToText + writes a line for each header and each cookie", () => {
  const headers = new Headers([["B", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"], ["b", "2"], ["e", ""]]);
  assertEquals(headersToText(headers), "b: 1, 2\ne: \nset-cookie: a=1\nset-cookie: b=2\n");
  assertEquals([...headersFromText(headersToText(headers))], [...headers]);
});

Deno.test("isHeaderText + takes what Headers takes and nothing else", () => {
  for (const text of ["", "a: b\n", "a: \n", "!#$%&'*+.^_`|~-1: \u00ff: x\n", "a: b\na: c\n"]) {
    assert(isHeaderText(text), text);
    headersFromText(text);
  }
  for (
    const text of ["a", "a: b", "a:b\n", ": b\n", "a b: c\n", "a: b\r\n", "a: \0\n", "a: \u0100\n", "\n", "é: a\n"]
  ) {
    assert(!isHeaderText(text), text);
  }
});

Deno.test("isHeaderText + is linear", () => {
  const start = performance.now();
  assert(!isHeaderText("a: " + " ".repeat(200_000) + "\0"));
  assert(!isHeaderText("a: b\n".repeat(40_000) + "x"));
  assert(performance.now() - start < 1000);
});
