/**
 * A table for the terminal.
 *
 * @module
 */

/**
 * Lays out rows under a header, each column as wide as its widest cell.
 *
 * @param header The columns' names.
 * @param rows Their cells; numbers are aligned to the right.
 */
export function formatTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const numeric = header.map((_, column) =>
    rows.every((row) => typeof row[column] === "number" || row[column] === "-")
  );
  const lines = cells.map((row) =>
    row.map((cell, column) => numeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])).join("  ")
      .trimEnd()
  );
  return [lines[0], widths.map((width) => "─".repeat(width)).join("  "), ...lines.slice(1)].join("\n");
}
