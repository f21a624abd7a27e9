/**
 * How long files and functions may be, and how much of the code is tests.
 *
 * @module
 */
import ts from "typescript";
import { nodesOf, place } from "../syntax.ts";
import { isSource, isTypeScript, type TextFile } from "../tree.ts";

/** Most lines of one file, tests included. */
export const MAX_FILE_LINES = 400;
/** Most lines of one function, its docstring not counted. */
export const MAX_FUNCTION_LINES = 60;
/** Most lines of the median file that ships. */
export const MAX_MEDIAN_LINES = 150;
/** Fewest lines of tests for each line that ships. */
export const MIN_TEST_RATIO = 1.2;

/** Files and functions that are too long. */
export function tooLong(files: readonly TextFile[]): string[] {
  return files.filter((file) => isTypeScript(file.path)).flatMap((file) => {
    const lines = lineCount(file);
    const whole = lines > MAX_FILE_LINES ? [`${file.path}: ${lines} lines, at most ${MAX_FILE_LINES}`] : [];
    return [...whole, ...longFunctions(file)];
  });
}

function longFunctions(file: TextFile): string[] {
  return nodesOf(file).filter((node) => ts.isFunctionLike(node)).flatMap((node) => {
    const lines = file.text.slice(node.getStart(), node.getEnd()).split("\n").length;
    if (lines <= MAX_FUNCTION_LINES) return [];
    const name = node.name?.getText() ?? "a function";
    return [`${place(file, node.getStart())}: ${name} has ${lines} lines, at most ${MAX_FUNCTION_LINES}`];
  });
}

/** The median length of the files that ship, in lines. */
export function medianLines(files: readonly TextFile[]): number {
  const lengths = files.filter((file) => isSource(file.path)).map(lineCount).sort((a, b) => a - b);
  return lengths[Math.floor(lengths.length / 2)] ?? 0;
}

/** Lines of tests for each line that ships. */
export function testRatio(files: readonly TextFile[]): number {
  const source = total(files.filter((file) => isSource(file.path)));
  const tests = total(files.filter((file) => file.path.startsWith("tests/") && isTypeScript(file.path)));
  return tests / source;
}

function total(files: readonly TextFile[]): number {
  return files.reduce((sum, file) => sum + lineCount(file), 0);
}

function lineCount(file: TextFile): number {
  return file.text.trimEnd().split("\n").length;
}
