/**
 * `deno task docs`: writes what documents take from the source, the table of error codes, quoted code and the diagram
 * of request states.
 *
 * @module
 */
import { currentTable, TABLE_PATH } from "./error_table.ts";
import { fillQuotes } from "./quotes.ts";
import { fillDiagram } from "./state_diagram.ts";
import { readTree, ROOT, type TextFile } from "./tree.ts";

/** The documents whose text is not what the source makes of it, with the text that it should be. */
export function staleDocuments(files: readonly TextFile[], table: string): TextFile[] {
  const quoting = files.filter(({ path }) => path.endsWith(".md") && path !== TABLE_PATH)
    .map(({ path, text }) => ({ path, text: fillDiagram(fillQuotes(text, files)) }));
  return [...quoting, { path: TABLE_PATH, text: table }]
    .filter(({ path, text }) => files.find((file) => file.path === path)?.text !== text);
}

if (import.meta.main) {
  for (const { path, text } of staleDocuments(readTree(), currentTable().text)) {
    Deno.writeTextFileSync(ROOT + path, text);
    console.log(`wrote ${path}`);
  }
}
