import { assertEquals, assertStringIncludes } from "@std/assert";
import { currentTable, errorCodes, errorTable, TABLE_PATH } from "../../tools/error_table.ts";
import { ROOT } from "../../tools/tree.ts";
import { sample } from "./sample.ts";

const BASE = "export abstract class DozeError extends Error { abstract readonly code: string; }";

Deno.test("errorCodes finds a class through its base, wherever it is declared, and where to import it", () => {
  const files = sample({
    "core/errors.ts": BASE,
    "core/a.ts": 'import { DozeError } from "./errors.ts";\n/** Thrown when a is bad. More. */\n' +
      'export class AError extends DozeError { readonly code = "A_BAD"; }\n' +
      'export class NotOurs { readonly code = "NO"; }',
    "core/b.ts": 'import { AError } from "./a.ts";\n/** B. */\nexport class BError extends AError {}',
    "mod.ts": 'export * from "./core/a.ts";',
  });
  assertEquals(errorCodes(files, { "@doze/fetch": "mod.ts" }), [
    { code: "A_BAD", className: "AError", entry: "@doze/fetch", cause: "Thrown when a is bad" },
    { code: "A_BAD", className: "BError", entry: undefined, cause: "B" },
  ]);
});

Deno.test("errorCodes reads unions, with causes from a docstring's table or from an object", () => {
  const files = sample({
    "core/errors.ts": BASE,
    "core/a.ts": 'import { DozeError } from "./errors.ts";\n/**\n * | code | cause |\n * |---|---|\n' +
      ' * | `X_ONE` | one |\n */\nexport type Code = "X_ONE" | "X_TWO" | "X_THREE";\n' +
      'const CAUSES = { X_TWO: "two" };\nexport class AError extends DozeError { readonly code: Code; }',
  });
  assertEquals(errorCodes(files, {}).map(({ code, cause }) => [code, cause]), [
    ["X_ONE", "one"],
    ["X_TWO", "two"],
    ["X_THREE", ""],
  ]);
});

Deno.test("errorTable orders by code", () => {
  const rows = ["B", "A"].map((code) => ({ code, className: `${code}Error`, entry: "@doze/fetch", cause: "why" }));
  assertStringIncludes(
    errorTable(rows),
    "| `A` | `AError` | `@doze/fetch` | why |\n| `B` | `BError` | `@doze/fetch` | why |\n",
  );
});

Deno.test("this house: every code has a cause, and a class that can be imported", () => {
  const { codes } = currentTable();
  assertEquals(codes.filter(({ cause, entry }) => cause === "" || entry === undefined), []);
});

Deno.test("this house: no code stands for two classes, but for what a fetch met that a call refuses too", () => {
  const { codes } = currentTable();
  const owners = Object.groupBy(codes.filter(({ className }) => className !== "FetchError"), ({ code }) => code);
  assertEquals(Object.values(owners).filter((each) => each && each.length > 1), []);
});

Deno.test("this house: docs/errors.md is what deno task docs writes", () => {
  assertEquals(Deno.readTextFileSync(ROOT + TABLE_PATH), currentTable().text);
});
