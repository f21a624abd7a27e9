import { assertEquals } from "@std/assert";
import { mirrorOf, missingMirrors } from "../../tools/rules/mirrors.ts";
import { readTree } from "../../tools/tree.ts";
import { sample } from "./sample.ts";

Deno.test("mirrorOf gives the test's path", () => {
  assertEquals(mirrorOf("core/serializer/parse.ts"), "tests/core/serializer/parse_test.ts");
  assertEquals(mirrorOf("adapters/memory.ts"), "tests/adapters/memory_test.ts");
  assertEquals(mirrorOf("tools/rules/floors.ts"), "tests/house/floors_test.ts");
  assertEquals(mirrorOf("tools/package/npm.ts"), "tests/package/npm_test.ts");
});

Deno.test("missingMirrors names a source file without a test, and asks none where nothing runs", () => {
  const files = sample({
    "core/a.ts": "export const a = 1;",
    "core/b.ts": "export const b = 1; export interface B { readonly b: number }",
    "core/port.ts": 'import type { B } from "./b.ts"; export interface Port { b(): B }',
    "core/mod.ts": '/** Doc. */\nexport * from "./a.ts";',
    "tests/core/a_test.ts": "",
  });
  assertEquals(missingMirrors(files), ["core/b.ts: has no tests/core/b_test.ts"]);
});

Deno.test("missingMirrors excuses the exceptions, and refuses one that is not needed", () => {
  const files = sample({ "core/a.ts": "a;", "core/b.ts": "b;", "tests/core/b_test.ts": "" });
  assertEquals(missingMirrors(files, { "core/a.ts": "why" }), []);
  assertEquals(missingMirrors(files, { "core/a.ts": "why", "core/b.ts": "why" }), [
    "core/b.ts: is excused from having a test without need",
  ]);
});

Deno.test("this house: every source file has its test", () => {
  assertEquals(missingMirrors(readTree()), []);
});
