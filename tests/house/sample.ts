import type { TextFile } from "../../tools/tree.ts";

/** Files that do not exist, for a rule to fail on. */
export function sample(files: Record<string, string>): TextFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}
