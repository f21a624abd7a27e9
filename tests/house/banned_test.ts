import { assertEquals } from "@std/assert";
import { bannedCode } from "../../tools/rules/banned.ts";
import { readTree } from "../../tools/tree.ts";
import { sample } from "./sample.ts";

/** The reasons found in one file, without their places. */
function found(path: string, code: string): string[] {
  return bannedCode(sample({ [path]: code })).map((line) => line.replace(/^\S+ /, ""));
}

Deno.test("bannedCode finds any, in types of every kind, tests included", () => {
  const reason = 'uses "any": use "unknown" and narrow it';
  assertEquals(found("core/a.ts", "let x: any;"), [reason]);
  assertEquals(found("tests/a_test.ts", "f(x as any); let y: Map<string, any[]>;"), [reason, reason]);
  assertEquals(found("core/a.ts", "const any = 'any'; // any"), []);
});

Deno.test("bannedCode finds switches of the type checker, wherever the comment stands", () => {
  const reason = "switches the type checker off";
  for (const word of ["ignore", "expect-error", "nocheck"]) {
    assertEquals(found("tests/a_test.ts", `// @ts-${word} because\nx;`), [reason], word);
    assertEquals(found("core/a.ts", `function f() {\n  x;\n  /* @ts-${word} */\n}`), [reason], word);
  }
  assertEquals(found("core/a.ts", 'const x = "// @ts-ignore";'), []);
});

Deno.test("bannedCode finds notes to do, and not those in strings", () => {
  assertEquals(found("core/a.ts", "if (x) {\n  // TODO: more\n}"), ["leaves a note to do: do it, or open an issue"]);
  assertEquals(found("core/a.ts", "const x = `// TODO ${y} // TODO`;"), []);
});

Deno.test("bannedCode finds plain errors thrown in what ships, and lets tests throw them", () => {
  const reason = "throws a plain error: add a DozeError subclass with a code";
  for (
    const code of ['throw new Error("x")', "throw Error()", 'throw new TypeError("x")', "throw new DOMException()"]
  ) {
    assertEquals(found("core/a.ts", code), [reason], code);
    assertEquals(found("tests/a_test.ts", code), [], code);
  }
  assertEquals(found("core/a.ts", "Promise.reject(new Error())"), [
    "rejects with a plain error: add a DozeError subclass with a code",
  ]);
  assertEquals(found("core/a.ts", "throw new InvalidUrlError(x); throw error; new Error();"), []);
});

Deno.test("bannedCode finds tests left out", () => {
  for (const code of ["Deno.test.ignore('a', f)", "Deno.test.only('a', f)", "Deno.test({ ignore: true, fn })"]) {
    assertEquals(found("tests/a_test.ts", code), ["leaves a test out"], code);
  }
  assertEquals(found("tests/a_test.ts", "Deno.test({ ignore: false, fn })"), []);
});

Deno.test("bannedCode finds private members and functions kept in constants", () => {
  assertEquals(found("core/a.ts", "class A { private x = 1; #y = 2; }"), ['uses "private": use a #private member']);
  const reason = "declares a function as a constant: write a named function";
  assertEquals(found("core/a.ts", "export const f = (): number => 1;"), [reason]);
  assertEquals(found("core/a.ts", "function f() { const g = () => 1; return g; }"), []);
});

Deno.test("bannedCode finds file names that say nothing, or are not snake_case", () => {
  for (const name of ["types", "util", "utils", "helpers"]) {
    assertEquals(found(`core/${name}.ts`, ""), ["name the file for its one concept"], name);
  }
  assertEquals(found("core/fakeClock.ts", ""), ["file names are snake_case"]);
});

Deno.test("this house: nothing banned", () => {
  assertEquals(bannedCode(readTree()), []);
});
