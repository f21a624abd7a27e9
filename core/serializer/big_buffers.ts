/**
 * Big buffers on their way around native JSON: base64 needs no escapes, so nobody has to look for them. They stand
 * right after the header, where no other strings may but those that start with a tilde.
 *
 * @module
 */
import { HEADER, isPlain } from "./wire.ts";

/** Characters of base64 that are worth the detour. */
export const BIG_BUFFER = 1024;

const START = `["${HEADER}",`;

/** The text of a root array, with buffers put in after its header. */
export function joinBuffers(table: unknown, buffers: string[]): string {
  const text = JSON.stringify(table);
  return buffers.length > 0 ? `${START}"${buffers.join('","')}",${text.slice(START.length)}` : text;
}

/** Moves the buffers of a text to a list, in their order, and returns the rest of the text. Escapes are left to JSON. */
export function cutBuffers(text: string, buffers: unknown[]): string {
  let start = START.length;
  while (text[start] === '"' && text.startsWith(START)) {
    const end = text.indexOf('"', start + 1);
    const base64 = text.slice(start + 1, end);
    if (base64.length < BIG_BUFFER || base64[0] === "~" || base64.includes("\\") || text[end + 1] !== ",") break;
    buffers.push(base64);
    start = end + 2;
  }
  return start > START.length ? START + text.slice(start) : text;
}

/** Moves those that went through JSON to the list: a text that others wrote, with white space. */
export function takeBuffers(table: unknown[], buffers: unknown[]): void {
  let end = 1;
  while (typeof table[end] === "string" && isPlain(table[end])) buffers.push(table[end++]);
  if (end > 1) table.splice(1, end - 1);
}
