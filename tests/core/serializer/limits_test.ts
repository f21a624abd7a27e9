import { assertEquals, assertThrows } from "@std/assert";
import { DEFAULT_LIMITS } from "../../../core/serializer/limits.ts";
import { parse, SerializerError, stringify } from "../../../core/serializer/mod.ts";

Deno.test("stringify + keeps to the caps of its options", () => {
  const code = (value: unknown, options: object): string =>
    assertThrows(() => stringify(value, options), SerializerError).code;
  assertEquals(code([[[1]]], { maxDepth: 2 }), "LIMIT_EXCEEDED");
  assertEquals(stringify([[1]], { maxDepth: 2 }), "[[1]]");
  assertEquals(code([123n], { maxBigIntDigits: 2 }), "LIMIT_EXCEEDED");
  assertEquals(code([/abc/], { maxRegExpLength: 2 }), "LIMIT_EXCEEDED");
});

Deno.test("DEFAULT_LIMITS + what stringify writes by default, parse reads by default", () => {
  const digits = 10n ** BigInt(DEFAULT_LIMITS.maxBigIntDigits - 1);
  assertEquals(parse(stringify(digits)), digits);
  const source = "a".repeat(DEFAULT_LIMITS.maxRegExpLength);
  assertEquals(parse(stringify(new RegExp(source))), new RegExp(source));
  assertThrows(() => stringify(digits * 10n), SerializerError);
  assertThrows(() => stringify(new RegExp(`${source}a`)), SerializerError);
});
