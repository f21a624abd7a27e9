import { assertEquals } from "@std/assert";
import { entryPoints, PACKAGE } from "../../tools/manifest.ts";
import { forbiddenWords, unknownPaths, untestedCode } from "../../tools/rules/prose.ts";
import { readTree } from "../../tools/tree.ts";
import { sample } from "./sample.ts";

Deno.test("unknownPaths names import paths that do not exist, in documents and docstrings", () => {
  const files = sample({
    "README.md": 'import "@doze/fetch";\nnpm install @doze/fetch@1\njsr:@doze/fetch/memory\n"@doze/fetch/nothing".',
    "core/a.ts": "// see @doze/fetch/gone/too and @doze/fetch.",
    "tests/a_test.ts": '"@doze/fetch/nothing"',
  });
  assertEquals(unknownPaths(files, "@doze/fetch", ["@doze/fetch", "@doze/fetch/memory"]), [
    'README.md:4: "@doze/fetch/nothing" is no entry point',
    'core/a.ts:1: "@doze/fetch/gone/too" is no entry point',
  ]);
});

Deno.test("untestedCode names blocks that are neither executed nor part of an example", () => {
  const files = sample({
    "README.md":
      "# A\n\n```ts\nrun();\n```\n\n```ts ignore\nlost();\n```\n\n```sh\nx\n```\n\n```ts ignore\nf(() => {\n  g();\n});\n```\n",
    "core/a.ts": "/**\n * ```ts ignore\n * hidden();\n * ```\n */\nexport const a = 1;",
    "examples/agent.ts": "class A {\n  m() {\n    f(() => {\n      g();\n    });\n  }\n}",
  });
  assertEquals(untestedCode(files), ["README.md:7: nothing runs this code", "core/a.ts:2: nothing runs this code"]);
});

Deno.test("forbiddenWords names machine paths and package hosts", () => {
  const path = ["", "root", "x"].join("/");
  const host = ["registry", "example", "org"].join(".");
  const files = sample({
    "docs/a.md": `fine\nsee ${path}\nhttps://${host}/p`,
    "core/b.ts": "const workers = 'tmp/work/1';",
  });
  assertEquals(forbiddenWords(files).map((line) => line.split(" ")[0]), ["docs/a.md:2:", "docs/a.md:3:"]);
});

Deno.test("this house: documents mention only paths that exist", () => {
  assertEquals(unknownPaths(readTree(), PACKAGE, Object.keys(entryPoints())), []);
});

Deno.test("this house: all code in documents runs", () => {
  assertEquals(untestedCode(readTree()), []);
});

Deno.test("this house: no word of a machine or a package host", () => {
  assertEquals(forbiddenWords(readTree()), []);
});
