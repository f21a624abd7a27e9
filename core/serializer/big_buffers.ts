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

/** Base64 by what stands for it in a text, `~-1`, `~-2` and so on. */
export type Buffers = Record<string, unknown>;

/** Moves the buffers of a text to an object, and returns the rest of the text. Escapes are left to JSON. */
export function cutBuffers(text: string, buffers: Buffers): string {
  let start = START.length;
  for (let id = 1; text[start] === '"' && text.startsWith(START); id++) {
    const end = text.indexOf('"', start + 1);
    const base64 = text.slice(start + 1, end);
    if (base64.length < BIG_BUFFER || base64[0] === "~" || base64.includes("\\") || text[end + 1] !== ",") break;
    buffers[`~-${id}`] = base64;
    start = end + 2;
  }
  return start > START.length ? START + text.slice(start) : text;
}

/** Moves those that went through JSON there too: the text of another writer, with white space. */
export function takeBuffers(table: unknown[], buffers: Buffers): void {
  let end = 1;
  while (typeof table[end] === "string" && isPlain(table[end])) end++;
  if (end === 1) return;
  let id = Object.keys(buffers).length;
  for (const base64 of table.splice(1, end - 1)) buffers[`~-${++id}`] = base64;
}
