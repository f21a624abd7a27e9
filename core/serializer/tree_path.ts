/**
 * Places in a tree of JSON, for error messages.
 *
 * @module
 */
import { isContainer } from "./wire.ts";

/** The path of a container that a test picks, e.g. `$[1].a`; `undefined` when it picks none. */
export function findPath(root: unknown, test: (value: object, depth: number) => boolean): string | undefined {
  const todo: [value: object, path: string, depth: number][] = isContainer(root) ? [[root, "$", 0]] : [];
  // A tree that has been read in part may hold cycles.
  const seen = new Set<object>();
  for (let next = todo.pop(); next; next = todo.pop()) {
    const [value, path, depth] = next;
    if (test(value, depth)) return path;
    if (seen.size === seen.add(value).size) continue;
    for (const [key, item] of Object.entries(value)) {
      if (isContainer(item)) {
        todo.push([item, path + property(key), depth + 1]);
      }
    }
  }
}

/** How a key is written in a path. */
export function property(key: string | number): string {
  if (/^[a-z_$][\w$]*$/i.test(key as string)) return `.${key}`;
  return `[${String(Number(key)) === String(key) ? key : JSON.stringify(key)}]`;
}
