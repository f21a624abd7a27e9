import { assertEquals, assertMatch } from "@std/assert";
import { entryFiles, entryPoints, PACKAGE, VERSION } from "../../tools/manifest.ts";

Deno.test("entryPoints maps what a user imports to files that exist", () => {
  assertEquals(PACKAGE, "@doze/fetch");
  assertMatch(VERSION, /^\d+\.\d+\.\d+$/);
  assertEquals(entryPoints()["@doze/fetch"], "mod.ts");
  for (const file of entryFiles()) assertEquals(Deno.statSync(new URL(`../../${file}`, import.meta.url)).isFile, true);
});
