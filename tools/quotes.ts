/**
 * Code that a document quotes from a file: the block below `<!-- examples/agent.ts -->` is that file, word for word.
 * Nothing of it runs from the document, so it is marked `ts ignore`; the file itself is what the tests run.
 *
 * @module
 */
import type { TextFile } from "./tree.ts";

const QUOTE = /^<!-- ([\w./-]+\.ts) -->\n+```[^\n]*\n([\s\S]*?)^```$/gm;

/**
 * A document with its quotes filled in.
 *
 * @param text The document.
 * @param files Where the quoted files are found; a quote of a file that does not exist is left alone.
 */
export function fillQuotes(text: string, files: readonly TextFile[]): string {
  return text.replace(QUOTE, (whole, path: string) => {
    const file = files.find((candidate) => candidate.path === path);
    return file ? `<!-- ${path} -->\n\n\`\`\`ts ignore\n${file.text.trimEnd()}\n\`\`\`` : whole;
  });
}

/** Every quote that is not what its file says, or whose file does not exist. */
export function falseQuotes(files: readonly TextFile[]): string[] {
  return files.filter(({ path }) => path.endsWith(".md")).flatMap(({ path, text }) => {
    const missing = [...text.matchAll(QUOTE)].map((match) => match[1])
      .filter((quoted) => !files.some((file) => file.path === quoted))
      .map((quoted) => `${path}: quotes "${quoted}", which does not exist`);
    return fillQuotes(text, files) === text
      ? missing
      : [...missing, `${path}: quotes a file wrongly: run deno task docs`];
  });
}
