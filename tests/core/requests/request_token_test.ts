import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { newToken, sameToken } from "../../../core/requests/request_token.ts";
import { IdSource } from "../../../core/alarms/row_id.ts";
import { seededIds } from "../alarm_stage.ts";

Deno.test("newToken holds 128 random bits, all that its source gives", () => {
  const words = [0x01234567, 0x89abcdef, 0xffffffff, 0];
  const ids = new IdSource((pool) => pool.set(words));
  const [first, second] = newToken(ids).split(".");
  assertEquals(first, `${words[0].toString(36)}${words[1].toString(36).padStart(7, "0")}`);
  assertEquals(second, `${words[2].toString(36)}${"0".repeat(7)}`);
});

Deno.test("newToken makes another token each time", () => {
  const ids = seededIds(3);
  const tokens = new Set(Array.from({ length: 1_000 }, () => newToken(ids)));
  assertEquals(tokens.size, 1_000);
  for (const token of tokens) assertMatch(token, /^[0-9a-z]{3,14}\.[0-9a-z]{3,14}$/);
});

Deno.test("newToken draws from the system's randomness where no source is given to it", () => {
  assert(newToken(new IdSource()) !== newToken(new IdSource()));
});

Deno.test("sameToken is equality of texts", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
    assertEquals(sameToken(a, b), a === b);
    assert(sameToken(a, a));
  }));
});

Deno.test("sameToken tells texts apart that differ in one code unit, wherever it stands", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 0xffff }), (text, nth, flip) => {
      const at = nth % text.length;
      const other = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ flip) + text.slice(at + 1);
      assertEquals(sameToken(text, other), false);
      assertEquals(sameToken(other, text), false);
    }),
  );
});

Deno.test("sameToken refuses a beginning, an end and nothing", () => {
  for (const other of ["", "abc", "bcd", "abcde", "ABCD"]) assertEquals(sameToken("abcd", other), false);
});

Deno.test("sameToken refuses what is no text, even where it reads as one", () => {
  const lookalike = { length: 4, charCodeAt: (at: number) => "abcd".charCodeAt(at), toString: () => "abcd" };
  for (const other of [undefined, null, 0, true, ["abcd"], lookalike, new String("abcd")]) {
    assertEquals(sameToken("abcd", other), false);
  }
});
