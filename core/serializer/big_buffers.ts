/**
 * Big buffers on their way around native JSON: base64 needs no escapes, so nobody has to look for them. They stand
 * right after the header, where no other strings may.
 *
 * @module
 */
import { HEADER } from "./wire.ts";

/** Characters of base64 that are worth the detour. */
export const BIG_BUFFER = 1024;

const START = `["${HEADER}",`;

/** The text of a root array, with buffers put in after its header. */
export function joinBuffers(table: unknown[], buffers: string[]): string {
  const text = JSON.stringify(table);
  return buffers.length > 0 ? `${START}"${buffers.join('","')}",${text.slice(START.length)}` : text;
}

/** Moves the buffers of a text to a list, in their order, and returns the rest of the text. */
export function cutBuffers(text: string, buffers: unknown[]): string {
  let start = START.length;
  while (text[start] === '"' && text.startsWith(START)) {
    const end = text.indexOf('"', start + 1);
    if (end - start <= BIG_BUFFER || text[end + 1] !== ",") break;
    buffers.push(text.slice(start + 1, end));
    start = end + 2;
  }
  return start > START.length ? START + text.slice(start) : text;
}
