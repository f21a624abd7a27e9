/**
 * Code that this house does not write.
 *
 * @module
 */
import ts from "typescript";
import { commentsOf, nodesOf, place } from "../syntax.ts";
import { isSource, isTypeScript, type TextFile } from "../tree.ts";

const PLAIN_ERRORS = new Set([
  "Error",
  "TypeError",
  "RangeError",
  "SyntaxError",
  "ReferenceError",
  "EvalError",
  "URIError",
  "AggregateError",
  "DOMException",
]);
const DUMPING_GROUND = /(^|\/)(types|utils?|helpers?|common|misc|shared|lib)(_test)?\.ts$/;
const SNAKE_CASE = /^[a-z0-9_.]+$/;
const DIRECTIVE = /^(\/\/|\/\*)\s*@ts-(ignore|expect-error|nocheck)\b/;
const LEFT_OVER = /\b(TODO|FIXME|XXX|HACK)\b/;

/** Every banned construct, wherever it stands; those that only shipped code must avoid, where it ships. */
export function bannedCode(files: readonly TextFile[]): string[] {
  return files.filter((file) => isTypeScript(file.path)).flatMap((file) => [
    ...bannedName(file.path),
    ...commentsOf(file).flatMap(({ text, position }) => reasons(bannedComment(text), file, position)),
    ...nodesOf(file).flatMap((node) => [
      ...reasons(bannedAnywhere(node), file, node.getStart()),
      ...(isSource(file.path) ? reasons(bannedInSource(node), file, node.getStart()) : []),
    ]),
  ]);
}

function reasons(reason: string | undefined, file: TextFile, position: number): string[] {
  return reason === undefined ? [] : [`${place(file, position)}: ${reason}`];
}

function bannedName(path: string): string[] {
  if (DUMPING_GROUND.test(path)) return [`${path}: name the file for its one concept`];
  return path.split("/").every((part) => SNAKE_CASE.test(part)) ? [] : [`${path}: file names are snake_case`];
}

function bannedComment(text: string): string | undefined {
  if (DIRECTIVE.test(text)) return "switches the type checker off";
  return LEFT_OVER.test(text) ? "leaves a note to do: do it, or open an issue" : undefined;
}

function bannedAnywhere(node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'uses "any": use "unknown" and narrow it';
  const test = ts.isPropertyAccessExpression(node) && node.expression.getText() === "Deno.test" ||
    ts.isPropertyAssignment(node) && node.initializer.kind === ts.SyntaxKind.TrueKeyword;
  if (test && ["ignore", "only", "skip"].includes(node.name.getText())) return "leaves a test out";
  return undefined;
}

function bannedInSource(node: ts.Node): string | undefined {
  if (ts.isThrowStatement(node) && isPlainError(node.expression)) {
    return "throws a plain error: add a DozeError subclass with a code";
  }
  if (ts.isCallExpression(node) && node.expression.getText() === "Promise.reject" && isPlainError(node.arguments[0])) {
    return "rejects with a plain error: add a DozeError subclass with a code";
  }
  if (node.kind === ts.SyntaxKind.PrivateKeyword) return 'uses "private": use a #private member';
  if (ts.isVariableStatement(node) && ts.isSourceFile(node.parent)) {
    const arrow = node.declarationList.declarations.some(({ initializer }) =>
      initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))
    );
    if (arrow) return "declares a function as a constant: write a named function";
  }
  return undefined;
}

function isPlainError(node: ts.Node | undefined): boolean {
  return node !== undefined && (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
    PLAIN_ERRORS.has(node.expression.getText());
}
