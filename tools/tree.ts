/**
 * The files of the checkout, as the house rules see them.
 *
 * @module
 */

/** One text file. */
export interface TextFile {
  /** Path from the root, with `/`. */
  readonly path: string;
  /** Its content. */
  readonly text: string;
}

const SKIPPED = new Set(["node_modules", "npm", ".git", ".wrangler", "coverage"]);
const TEXT = /\.(ts|mts|js|mjs|md|json|jsonc|lock|sh|yml|toml)$|^(\.ci\/run|LICENSE|\.gitignore)$/;

/** The root of this checkout. */
export const ROOT: string = new URL("..", import.meta.url).pathname;

/** Reads every text file below `root`, in the order of their paths. */
export function readTree(root: string = ROOT): TextFile[] {
  return listFiles(root, "")
    .filter((path) => TEXT.test(path))
    .sort()
    .map((path) => ({ path, text: Deno.readTextFileSync(`${root}/${path}`) }));
}

/** Mutated copies of the source come and go while their test runs. */
function isSkipped(folder: string): boolean {
  return SKIPPED.has(folder) || folder.startsWith(".mutants-");
}

function listFiles(root: string, folder: string): string[] {
  return [...Deno.readDirSync(`${root}/${folder}`)].flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) return isSkipped(entry.name) ? [] : listFiles(root, `${path}/`);
    return entry.isFile ? [path] : [];
  });
}

/** Whether a file ships: the entries at the root, the core, the adapters, the published test kit. */
export function isSource(path: string): boolean {
  return /^([a-z_]+|(core|adapters|testing)\/.*)\.ts$/.test(path);
}

/** Whether a file holds TypeScript that we wrote, shipped or not. */
export function isTypeScript(path: string): boolean {
  return path.endsWith(".ts");
}
