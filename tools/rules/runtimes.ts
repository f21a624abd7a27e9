/**
 * The core names no runtime: it is written in web standards, and compiles where nothing else is declared.
 *
 * @module
 */
import ts from "typescript";
import { nodesOf, place } from "../syntax.ts";
import type { TextFile } from "../tree.ts";

/** Names that only a runtime gives meaning to. */
const RUNTIME_NAMES = new Set([
  "Deno",
  "Bun",
  "process",
  "Buffer",
  "require",
  "setImmediate",
  "clearImmediate",
  "__dirname",
  "__filename",
  "DurableObject",
  "WorkerEntrypoint",
  "RpcTarget",
]);
const RUNTIME_MODULE = /^(node|cloudflare|deno|bun|workerd|npm|jsr|https?):/;

/** Whether the rule holds for a file. */
export function isRuntimeFree(path: string): boolean {
  return /^([a-z_]+|core\/.*)\.ts$/.test(path);
}

/** Every place where the core names a runtime: as an identifier, a property, a string or a module. */
export function runtimeNames(files: readonly TextFile[]): string[] {
  return files.filter((file) => isRuntimeFree(file.path)).flatMap((file) =>
    nodesOf(file).flatMap((node) => {
      if (!ts.isIdentifier(node) && !ts.isStringLiteralLike(node)) return [];
      const named = RUNTIME_NAMES.has(node.text) ||
        (ts.isStringLiteralLike(node) && RUNTIME_MODULE.test(node.text) && isModuleName(node));
      return named ? [`${place(file, node.getStart())}: names a runtime: "${node.text}"`] : [];
    })
  );
}

function isModuleName(node: ts.StringLiteralLike): boolean {
  const parent = node.parent;
  return ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isCallExpression(parent) ||
    (ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent));
}

/**
 * Compiles files where only ECMAScript and the web's worker scope are declared: a global of any runtime is an error.
 *
 * @param roots Absolute paths.
 * @param base Where `node_modules` is found.
 */
export function webOnlyErrors(roots: readonly string[], base: string): string[] {
  const program = ts.createProgram([...roots], {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.webworker.d.ts", "lib.webworker.iterable.d.ts"],
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  });
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    if (!diagnostic.file || diagnostic.start === undefined) return message;
    const line = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line + 1;
    return `${diagnostic.file.fileName.replace(base, "")}:${line}: ${message}`;
  });
}
