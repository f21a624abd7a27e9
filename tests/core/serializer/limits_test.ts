import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
import { limitsOf } from "../../../core/serializer/limits.ts";
import {
  parse,
  postprocess,
  preprocess,
  ResponseSync,
  SerializerError,
  stringify,
} from "../../../core/serializer/mod.ts";
import { cases } from "./cases.ts";

const PENDING = Symbol();

Deno.test("stringify + keeps to the caps of its options", () => {
  const code = (value: unknown, options: object): string =>
    assertThrows(() => stringify(value, options), SerializerError).code;
  assertEquals(code([[[1]]], { maxDepth: 2 }), "LIMIT_EXCEEDED");
  assertEquals(stringify([[1]], { maxDepth: 2 }), "[[1]]");
  assertEquals(code([123n], { maxBigIntDigits: 2 }), "LIMIT_EXCEEDED");
  assertEquals(code([/abc/], { maxRegExpLength: 2 }), "LIMIT_EXCEEDED");
});

Deno.test("limitsOf + what stringify writes by default, parse reads by default", () => {
  const { maxBigIntDigits, maxRegExpLength, maxUnicodeProperties } = limitsOf();
  const digits = 10n ** BigInt(maxBigIntDigits - 1);
  assertEquals(parse(stringify(digits)), digits);
  const source = "a".repeat(maxRegExpLength);
  assertEquals(parse(stringify(new RegExp(source))), new RegExp(source));
  assertThrows(() => stringify(digits * 10n), SerializerError);
  assertThrows(() => stringify(new RegExp(`${source}a`)), SerializerError);
  const letters = Array.from({ length: maxUnicodeProperties }, () => /\p{L}/u);
  assertEquals(parse(stringify(letters)), letters);
  assertThrows(() => stringify([...letters, /\P{Lu}/v]), SerializerError);
  const classes = new RegExp("[a]".repeat(maxRegExpLength / 30), "v");
  assertEquals(parse(stringify(classes)), classes);
  assertThrows(() => stringify(new RegExp("[a]".repeat(maxRegExpLength / 30 + 1), "v")), SerializerError);
});

Deno.test("limitsOf + refuses what is no limit, whatever is written or read", () => {
  const uses = [
    (options: object) => stringify(1, options),
    (options: object) => preprocess([1n], options),
    (options: object) => parse("1", options),
    (options: object) => postprocess({}, options),
  ];
  for (const name of ["maxDepth", "maxBigIntDigits", "maxRegExpLength", "maxUnicodeProperties"]) {
    for (const limit of [NaN, -1, "5", {}]) {
      for (const use of uses) {
        const error = assertThrows(() => use({ [name]: limit }), InvalidOptionError);
        assertEquals([error.code, error.option], ["INVALID_OPTION", name]);
      }
    }
  }
  assertEquals(stringify([[1]], { maxDepth: undefined }), "[[1]]");
  assertEquals(limitsOf({ maxDepth: 0 }).maxDepth, 0);
});

Deno.test("postprocess + keeps to maxDepth in a pure tree too", () => {
  assertEquals(assertThrows(() => postprocess([[1]], { maxDepth: 1 }), SerializerError).path, "$[0]");
});

Deno.test("parse + Unicode properties and nested classes cost no more time than the caps allow", () => {
  const read = (source: string): number => {
    const text = JSON.stringify(["~doze1", [["~R", source, "iv", 0]]]);
    const start = performance.now();
    assertEquals(assertThrows(() => parse(text), SerializerError).code, "LIMIT_EXCEEDED");
    return performance.now() - start;
  };
  const ranges = Array.from({ length: 5000 }, (_, i) => String.fromCodePoint(0x4e00 + 2 * i)).join("");
  assertLess(read("\\p{RGI_Emoji}".repeat(700)), 50);
  assertLess(read("[^".repeat(1000) + ranges + "]".repeat(1000)), 20);
});

Deno.test("LIMIT_EXCEEDED + names the limit and where to raise it, in whichever direction", () => {
  const text = '["~doze1",[["~u"]]]';
  const messages = [() => parse(text, { maxDepth: 1 }), () => stringify([[1]], { maxDepth: 1 })]
    .map((run) => assertThrows(run, SerializerError).message);
  assertEquals(messages, [
    "Cannot read $[1][0][0]: raise the limit in the options on both sides, got more than maxDepth (1)",
    "Cannot write $[0]: raise the limit in the options on both sides, got more than maxDepth (1)",
  ]);
});

Deno.test("maxDepth + counts the same when it is written and read, each object and array, bigints not", () => {
  const accepts = (use: () => unknown): boolean => {
    try {
      return use() !== PENDING;
    } catch (error) {
      assert(error instanceof SerializerError && error.code === "LIMIT_EXCEEDED", String(error));
      return false;
    }
  };
  const values = cases.filter((one) => !one.refused).map((one) => one.make());
  for (const leaf of [...values, 1n, Object(1n), new Error("m", { cause: 1n }), new ResponseSync(Uint8Array.of(255))]) {
    for (const value of [leaf, [[leaf]], { a: new Map([[1, leaf]]) }]) {
      const text = stringify(value);
      for (let maxDepth = 0; maxDepth < 12; maxDepth++) {
        const written = accepts(() => stringify(value, { maxDepth }));
        assertEquals(accepts(() => parse(text, { maxDepth })), written, `${maxDepth}: ${text}`);
      }
    }
  }
  assertEquals(stringify([1n], { maxDepth: 1 }), '["~doze1",[["~I","1"]]]');
  assertEquals(parse('["~doze1",[["~I","1"]]]', { maxDepth: 1 }), [1n]);
});

Deno.test("maxDepth + counts what is shared where it was found first", () => {
  const list: unknown[][] = [[1]];
  for (let i = 1; i < 500; i++) list.push([list[i - 1]]);
  const text = stringify(list, { maxDepth: 2 });
  assertEquals((parse(text, { maxDepth: 2 }) as unknown[]).length, 500);
});

Deno.test("maxBigIntDigits + does not count the sign", () => {
  const { maxBigIntDigits } = limitsOf();
  const least = -(10n ** BigInt(maxBigIntDigits - 1));
  assertEquals(parse(stringify(least)), least);
  assertThrows(() => stringify(least * 10n), SerializerError);
  assertThrows(() => parse(`["~doze1",["~I","-${"1".repeat(maxBigIntDigits + 1)}"]]`), SerializerError);
});
