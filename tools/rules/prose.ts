/**
 * What documents and docstrings may say: import paths that exist, code that runs, and no word of the machine that
 * this package was written on.
 *
 * @module
 */
import { commentsOf } from "../syntax.ts";
import { isSource, isTypeScript, type TextFile } from "../tree.ts";

/** One fenced block of code. */
interface Fence {
  /** The words after the three backticks, e.g. `["ts", "ignore"]`. */
  readonly info: readonly string[];
  /** The code, without its indentation. */
  readonly code: string;
  /** Where it stands, as `path:line`. */
  readonly at: string;
}

/** Every mention of this package by a path that is no entry point. */
export function unknownPaths(files: readonly TextFile[], name: string, entries: readonly string[]): string[] {
  const mention = new RegExp(`${name}(?:/[a-z_][a-z0-9_/-]*)?(?![\\w@])`, "g");
  return files.filter((file) => isDocument(file) || isSource(file.path) || file.path.startsWith("examples/")).flatMap(
    (file) =>
      lines(file).flatMap(({ text, at }) =>
        [...text.matchAll(mention)].map(([path]) => path).filter((path) => !entries.includes(path))
          .map((path) => `${at}: "${path}" is no entry point`)
      ),
  );
}

/**
 * Every TypeScript block of a document that nothing runs: one that `deno test --doc` skips must stand, word for word,
 * in a file of `examples/` or `tests/`.
 */
export function untestedCode(files: readonly TextFile[]): string[] {
  const tested = files.filter((file) => /^(examples|tests)\/.*\.ts$/.test(file.path)).map((file) => squeeze(file.text));
  return files.flatMap(fencesOf).flatMap(({ info, code, at }) => {
    if (!["ts", "typescript", "js", "javascript", "tsx"].includes(info[0] ?? "")) return [];
    if (!info.includes("ignore")) return [];
    return tested.some((text) => text.includes(squeeze(code))) ? [] : [`${at}: nothing runs this code`];
  });
}

/** Every word that has no business in this repository. */
export function forbiddenWords(files: readonly TextFile[]): string[] {
  return files.flatMap((file) =>
    lines(file).flatMap(({ text, at }) =>
      FORBIDDEN.filter((word) => word.test(text)).map((word) => `${at}: matches ${word}`)
    )
  );
}

/** Paths of somebody's machine, and hosts that packages are downloaded from. */
const FORBIDDEN: readonly RegExp[] = [
  /(^|[^\w.])\/(work|root|home|Users)\/\w/,
  /registry\.\w+\.\w+/,
  /npm\.jsr\.io/,
];

function isDocument(file: TextFile): boolean {
  return file.path.endsWith(".md");
}

/** The fenced blocks of a document, or of a file's docstrings. */
function fencesOf(file: TextFile): Fence[] {
  if (isDocument(file)) return blocks(file.text, file.path, 1);
  if (!isSource(file.path) || !isTypeScript(file.path)) return [];
  return commentsOf(file).filter(({ text }) => text.startsWith("/**")).flatMap(({ text, position }) => {
    const line = file.text.slice(0, position).split("\n").length;
    return blocks(text.replace(/^ *\* ?/gm, ""), file.path, line);
  });
}

function blocks(text: string, path: string, firstLine: number): Fence[] {
  return [...text.matchAll(/^( *)```([^\n]*)\n([\s\S]*?)^\1```/gm)].map((match) => ({
    info: match[2].trim().split(/[\s,]+/),
    code: match[3],
    at: `${path}:${firstLine + text.slice(0, match.index).split("\n").length - 1}`,
  }));
}

/** Code without its indentation and blank lines, so that a part of a file can be compared. */
function squeeze(code: string): string {
  return code.split("\n").map((line) => line.trim()).filter((line) => line !== "").join("\n");
}

function lines(file: TextFile): { text: string; at: string }[] {
  return file.text.split("\n").map((text, index) => ({ text, at: `${file.path}:${index + 1}` }));
}
