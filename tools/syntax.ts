/**
 * Reads TypeScript by its syntax tree, so that no rule takes a string or a comment for code.
 *
 * @module
 */
import ts from "typescript";
import type { TextFile } from "./tree.ts";

const parsed = new WeakMap<TextFile, ts.SourceFile>();

/** The syntax tree of a file, with parents set; made once. */
export function syntaxOf(file: TextFile): ts.SourceFile {
  let tree = parsed.get(file);
  if (!tree) {
    tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
    parsed.set(file, tree);
  }
  return tree;
}

/** Every node of a file, parents first. */
export function nodesOf(file: TextFile): ts.Node[] {
  const nodes: ts.Node[] = [];
  function visit(node: ts.Node): void {
    nodes.push(node);
    ts.forEachChild(node, visit);
  }
  visit(syntaxOf(file));
  return nodes;
}

/** `path:line` of a position, for messages. */
export function place(file: TextFile, position: number): string {
  return `${file.path}:${syntaxOf(file).getLineAndCharacterOfPosition(position).line + 1}`;
}

/** One mention of another module: an import, a re-export, a dynamic import or an import type. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** The path from the root, for a relative specifier. */
  readonly target: string | undefined;
  /** Where it stands, as `path:line`. */
  readonly at: string;
}

/** Every module that a file mentions, types included. */
export function importsOf(file: TextFile): Import[] {
  return nodesOf(file).flatMap((node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return [];
    return [{ specifier, target: resolve(file.path, specifier), at: place(file, node.getStart()) }];
  });
}

function specifierOf(node: ts.Node): string | undefined {
  const literal = ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
    ? node.moduleSpecifier
    : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
    ? node.argument.literal
    : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
    ? node.arguments[0]
    : undefined;
  return literal && ts.isStringLiteralLike(literal) ? literal.text : undefined;
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** Every comment of a file, with its position. */
export function commentsOf(file: TextFile): { readonly text: string; readonly position: number }[] {
  const tree = syntaxOf(file);
  const found = new Map<number, string>();
  function visit(node: ts.Node): void {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(tree);
    for (const child of children) visit(child);
    if (children.length > 0) return;
    const before = ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? [];
    const after = ts.getTrailingCommentRanges(file.text, node.getEnd()) ?? [];
    for (const range of [...before, ...after]) found.set(range.pos, file.text.slice(range.pos, range.end));
  }
  visit(tree);
  return [...found].map(([position, text]) => ({ text, position })).sort((a, b) => a.position - b.position);
}
