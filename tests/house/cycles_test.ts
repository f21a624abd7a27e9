import { assertEquals } from "@std/assert";
import { importCycles } from "../../tools/rules/cycles.ts";
import { readTree } from "../../tools/tree.ts";
import { sample } from "./sample.ts";

Deno.test("importCycles finds a cycle of type imports", () => {
  const files = sample({
    "core/a.ts": 'import type { B } from "./b.ts";',
    "core/b.ts": 'export type { C } from "./c.ts";',
    "core/c.ts": 'export type C = import("./a.ts").A;',
  });
  assertEquals(importCycles(files), ["core/a.ts -> core/b.ts -> core/c.ts -> core/a.ts"]);
});

Deno.test("importCycles finds a file that imports itself", () => {
  assertEquals(importCycles(sample({ "a.ts": 'import "./a.ts";' })), ["a.ts -> a.ts"]);
});

Deno.test("importCycles allows a diamond", () => {
  const files = sample({
    "a.ts": 'import "./b.ts"; import "./c.ts";',
    "b.ts": 'import "./d.ts";',
    "c.ts": 'import "./d.ts";',
    "d.ts": "",
  });
  assertEquals(importCycles(files), []);
});

Deno.test("this house: no import cycle", () => {
  assertEquals(importCycles(readTree()), []);
});
