import { assertEquals } from "@std/assert";
import { entryFiles } from "../../tools/manifest.ts";
import { undocumented } from "../../tools/rules/documented.ts";
import { ROOT } from "../../tools/tree.ts";

async function undocumentedIn(code: string): Promise<string[]> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/a.ts`, code);
    return await undocumented(["a.ts"], dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("undocumented names symbols and members of every kind", async () => {
  const code = `/** M.\n * @module\n */
import "node:fs";
export const a = 1 as const;
export function b(): void {}
/** C. */
export class C {
  c1 = 1;
  static c2 = 2;
  c3(): void {}
  constructor(x: number) {}
  #hidden = 1;
  get c4(): number { return 1; }
}
/** D. */
export interface D { d1: number; d2(): void; (x: number): void; [key: string]: unknown }
/** E. */
export type E = { e1: number; e2: { e3: number } } | { e4(): void }[];
`;
  assertEquals((await undocumentedIn(code)).map((line) => line.split(" ")[1]).sort(), [
    "C.c1",
    "C.c2",
    "C.c3",
    "C.c4",
    "C.constructor",
    "D.callSignatures",
    "D.d1",
    "D.d2",
    "D.indexSignatures",
    "E.e1",
    "E.e2",
    "E.e2.e3",
    "E.e4",
    "a",
    "b",
  ]);
});

Deno.test("undocumented asks nothing of what is documented, and a docstring of the module", async () => {
  const code = "/** A. */\nexport interface A {\n  /** B. */\n  b: number;\n}\n";
  assertEquals(await undocumentedIn(`/** M.\n * @module\n */\n${code}`), []);
  assertEquals(await undocumentedIn(code), ["a.ts: the module has no docstring"]);
});

Deno.test("this house: everything public is documented", async () => {
  assertEquals(await undocumented(entryFiles(), ROOT), []);
});
