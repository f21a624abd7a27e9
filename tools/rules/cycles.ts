/**
 * No file may reach itself through imports, type imports included.
 *
 * @module
 */
import { importsOf } from "../syntax.ts";
import { isTypeScript, type TextFile } from "../tree.ts";

/** Every import cycle, once each, as the paths along it. */
export function importCycles(files: readonly TextFile[]): string[] {
  const graph = new Map(
    files.filter((file) => isTypeScript(file.path)).map((file) => [
      file.path,
      importsOf(file).flatMap(({ target }) => target === undefined ? [] : [target]),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  function visit(path: string, trail: readonly string[]): void {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  }
  for (const path of graph.keys()) visit(path, []);
  return cycles;
}
