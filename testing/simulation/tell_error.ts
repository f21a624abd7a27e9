/**
 * Errors of all sorts, in a line.
 *
 * @module
 */

/** Longest text, in UTF-16 code units. */
const LONGEST = 600;

/** What was thrown, whatever it is, in few words. */
export function tellError(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  } catch {
    return "an error that cannot be shown";
  }
}
