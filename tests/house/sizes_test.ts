import { assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { MAX_MEDIAN_LINES, medianLines, MIN_TEST_RATIO, testRatio, tooLong } from "../../tools/rules/sizes.ts";
import { readTree } from "../../tools/tree.ts";
import { sample } from "./sample.ts";

Deno.test("tooLong names a file of 401 lines and not one of 400", () => {
  const files = sample({ "core/a.ts": "x;\n".repeat(401), "tests/b_test.ts": "x;\n".repeat(400) });
  assertEquals(tooLong(files), ["core/a.ts: 401 lines, at most 400"]);
});

Deno.test("tooLong names functions of every kind that have 61 lines, and not 60", () => {
  const body = "\n".repeat(60);
  const files = sample({
    "core/a.ts": `/** Doc.\n */\nexport function f() {${body}}`,
    "core/b.ts": `x(() => {${body}});`,
    "core/c.ts": `class C { m() {${body}} }`,
    "core/d.ts": `function g() {${"\n".repeat(59)}}`,
  });
  assertEquals(tooLong(files), [
    "core/a.ts:3: f has 61 lines, at most 60",
    "core/b.ts:1: a function has 61 lines, at most 60",
    "core/c.ts:1: m has 61 lines, at most 60",
  ]);
});

Deno.test("medianLines and testRatio count what ships, and tests beside it", () => {
  const files = sample({
    "core/a.ts": "x;\n".repeat(10),
    "core/b.ts": "x;\n".repeat(20),
    "adapters/c.ts": "x;\n".repeat(30),
    "tools/d.ts": "x;\n".repeat(300),
    "tests/core/a_test.ts": "x;\n".repeat(30),
  });
  assertEquals(medianLines(files), 20);
  assertEquals(testRatio(files), 0.5);
});

Deno.test("this house: no file and no function is too long", () => {
  assertEquals(tooLong(readTree()), []);
});

Deno.test("this house: the median file that ships is short", () => {
  assertLessOrEqual(medianLines(readTree()), MAX_MEDIAN_LINES);
});

Deno.test("this house: there is enough test code", () => {
  assertGreaterOrEqual(testRatio(readTree()), MIN_TEST_RATIO);
});
