/**
 * Every source file has a test of its own, found by its path.
 *
 * @module
 */
import ts from "typescript";
import { syntaxOf } from "../syntax.ts";
import { isSource, type TextFile } from "../tree.ts";

/** Source files without a test of their own, each with the reason. */
export const WITHOUT_TEST: Readonly<Record<string, string>> = {};

/** The path of the test that mirrors a source file. */
export function mirrorOf(path: string): string {
  const tested = path.replace(/^tools\/package\//, "package/").replace(/^tools\/(rules\/)?/, "house/");
  return `tests/${tested.replace(/\.ts$/, "_test.ts")}`;
}

/** Every source file whose test is missing, and every exception that is none. */
export function missingMirrors(
  files: readonly TextFile[],
  exceptions: Readonly<Record<string, string>> = WITHOUT_TEST,
): string[] {
  const paths = new Set(files.map((file) => file.path));
  const missing = files
    .filter((file) => (isSource(file.path) || /^tools\/.*\.ts$/.test(file.path)) && !nothingRuns(file))
    .filter((file) => !paths.has(mirrorOf(file.path)) && !(file.path in exceptions))
    .map((file) => `${file.path}: has no ${mirrorOf(file.path)}`);
  const idle = Object.keys(exceptions)
    .filter((path) => !paths.has(path) || paths.has(mirrorOf(path)))
    .map((path) => `${path}: is excused from having a test without need`);
  return [...missing, ...idle];
}

/** Whether nothing in a file runs: it re-exports, or declares interfaces and types. */
function nothingRuns(file: TextFile): boolean {
  return file.path.endsWith(".d.ts") ||
    syntaxOf(file).statements.every((statement) =>
      ts.isImportDeclaration(statement) || ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) || (ts.isExportDeclaration(statement) && statement.moduleSpecifier)
    );
}
