import { assertEquals, assertMatch } from "@std/assert";
import { isRuntimeFree, runtimeNames, webOnlyErrors } from "../../tools/rules/runtimes.ts";
import { readTree, ROOT } from "../../tools/tree.ts";
import { sample } from "./sample.ts";

Deno.test("runtimeNames finds globals, however they are reached", () => {
  const offences = [
    "Deno.exit()",
    "globalThis.Deno",
    'globalThis["Bun"]',
    "Buffer.from(x)",
    "process.env",
    "typeof process",
    'import "node:fs"',
    'export * from "cloudflare:workers"',
    'await import("npm:left")',
    'type X = import("node:fs").X',
    "class A extends DurableObject {}",
  ];
  for (const code of offences) assertEquals(runtimeNames(sample({ "core/a.ts": code })).length, 1, code);
});

Deno.test("runtimeNames lets comments and prose name a runtime", () => {
  const code = '// Deno and process\nconst x = "on Deno, bind a process: node: 1";';
  assertEquals(runtimeNames(sample({ "core/a.ts": code })), []);
});

Deno.test("runtimeNames leaves adapters alone", () => {
  assertEquals(runtimeNames(sample({ "adapters/a.ts": "Deno.exit()" })), []);
});

Deno.test("webOnlyErrors refuses a global that the web does not have", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${dir}/good.ts`,
      "export const now: number = performance.now() + new URL('a:b').href.length;",
    );
    await Deno.writeTextFile(`${dir}/bad.ts`, "export const x: number = navigatr.cores + setImmediate(() => {});");
    assertEquals(webOnlyErrors([`${dir}/good.ts`], dir), []);
    const errors = webOnlyErrors([`${dir}/bad.ts`], dir);
    assertEquals(errors.length, 2);
    assertMatch(errors[1], /^\/bad\.ts:1: Cannot find name 'setImmediate'/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("this house: core names no runtime", () => {
  assertEquals(runtimeNames(readTree()), []);
});

Deno.test("this house: core compiles where only web standards are declared", () => {
  const roots = readTree().filter(({ path }) => isRuntimeFree(path)).map(({ path }) => ROOT + path);
  assertEquals(webOnlyErrors(roots, ROOT), []);
});
