/**
 * The table of every error code, `docs/errors.md`, made from the classes themselves.
 *
 * @module
 */
import ts from "typescript";
import { entryPoints } from "./manifest.ts";
import { isSource, readTree, type TextFile } from "./tree.ts";

/** One code of one error class. */
export interface ErrorCode {
  /** The stable code. */
  readonly code: string;
  /** The class that carries it. */
  readonly className: string;
  /** The entry point that exports the class, or `undefined` when none does. */
  readonly entry: string | undefined;
  /** The cause, in a sentence; empty when the source does not say. */
  readonly cause: string;
}

/** The path of the table. */
export const TABLE_PATH = "docs/errors.md";

/**
 * Every code of every subclass of `DozeError`.
 *
 * @param files The files that ship.
 * @param entries Entry points, as `entryPoints()` gives them.
 */
export function errorCodes(files: readonly TextFile[], entries: Record<string, string>): ErrorCode[] {
  const program = programOf(files);
  const checker = program.getTypeChecker();
  return files.flatMap((file) => {
    const tree = program.getSourceFile(`/${file.path}`);
    return [...tree?.statements ?? []].filter((node) => ts.isClassDeclaration(node)).flatMap((node) => {
      const type = checker.getTypeAtLocation(node);
      const code = type.getProperty("code");
      if (!node.name || !code || isAbstract(node) || !isDozeError(type, checker)) return [];
      const className = node.name.text;
      const codes = literals(checker.getTypeOfSymbol(code));
      const causes = codes.length > 1 ? listedCauses(node.getSourceFile()) : { [codes[0]]: summaryOf(node) };
      return codes.map((each) => ({
        code: each,
        className,
        entry: entryOf(className, entries, program),
        cause: causes[each] ?? "",
      }));
    });
  });
}

/** The table as Markdown, ordered by code. */
export function errorTable(codes: readonly ErrorCode[]): string {
  const rows = [...codes]
    .sort((a, b) => a.code < b.code ? -1 : a.code > b.code ? 1 : a.className < b.className ? -1 : 1)
    .map(({ code, className, entry, cause }) => `| \`${code}\` | \`${className}\` | \`${entry}\` | ${cause} |`);
  return `<!-- deno-fmt-ignore-file -->

# Errors

Every error of this package extends \`DozeError\` and has a stable \`code\`. Bad input is refused at the call, before
anything is stored or sent. What happens to a fetch is not thrown: it arrives in the continuation as a \`FetchError\`.
This table is written by \`deno task docs\` and kept true by a test.

| code | class | import from | cause |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function programOf(files: readonly TextFile[]): ts.Program {
  const texts = new Map(files.map(({ path, text }) => [`/${path}`, text]));
  return ts.createProgram(
    [...texts.keys()],
    { noLib: true, types: [], allowImportingTsExtensions: true, noEmit: true },
    {
      fileExists: (path) => texts.has(path),
      readFile: (path) => texts.get(path),
      getSourceFile(path, target) {
        const text = texts.get(path);
        return text === undefined ? undefined : ts.createSourceFile(path, text, target, true);
      },
      getDefaultLibFileName: () => "lib.d.ts",
      getCurrentDirectory: () => "/",
      getCanonicalFileName: (path) => path,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      writeFile: () => {},
    },
  );
}

function isAbstract(node: ts.ClassDeclaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) ?? false;
}

function isDozeError(type: ts.Type, checker: ts.TypeChecker): boolean {
  if (type.symbol?.name === "DozeError") return true;
  return type.isClassOrInterface() && checker.getBaseTypes(type).some((base) => isDozeError(base, checker));
}

function literals(type: ts.Type): string[] {
  if (type.isStringLiteral()) return [type.value];
  return type.isUnion() ? type.types.flatMap(literals) : [];
}

/** The first sentence of a class's docstring, on one line. */
function summaryOf(node: ts.ClassDeclaration): string {
  const doc = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1);
  const text = ts.getTextOfJSDocComment(doc?.comment) ?? "";
  return text.replace(/\{@linkcode ([^}]+)\}/g, "`$1`").split(/\.\s/)[0].replace(/\s+/g, " ").replace(/\.$/, "").trim();
}

/** Causes that a file lists by code: rows of a Markdown table in a docstring, or strings of an object literal. */
function listedCauses(tree: ts.SourceFile): Record<string, string> {
  const causes: Record<string, string> = {};
  for (const [, code, cause] of tree.text.matchAll(/^ \* \| `([A-Z_]+)` \| (.+) \|$/gm)) causes[code] = cause;
  function visit(node: ts.Node): void {
    if (
      ts.isPropertyAssignment(node) && ts.isStringLiteralLike(node.initializer) && /^[A-Z_]+$/.test(node.name.getText())
    ) {
      causes[node.name.getText()] ??= node.initializer.text;
    }
    ts.forEachChild(node, visit);
  }
  visit(tree);
  return causes;
}

function entryOf(className: string, entries: Record<string, string>, program: ts.Program): string | undefined {
  const checker = program.getTypeChecker();
  return Object.entries(entries).find(([, path]) => {
    const tree = program.getSourceFile(`/${path}`);
    const module = tree && checker.getSymbolAtLocation(tree);
    return module && checker.getExportsOfModule(module).some(({ name }) => name === className);
  })?.[0];
}

/** The text that `docs/errors.md` must have for the files of this checkout. */
export function currentTable(): { codes: ErrorCode[]; text: string } {
  const codes = errorCodes(readTree().filter(({ path }) => isSource(path)), entryPoints());
  return { codes, text: errorTable(codes) };
}
