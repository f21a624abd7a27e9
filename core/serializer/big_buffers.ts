/**
 * Big buffers on their way around native JSON: base64 needs no escapes, so nobody has to look for them.
 *
 * @module
 */
import { HEADER } from "./wire.ts";

/** Bytes from which a buffer is worth the detour, and characters from which its base64 is. */
export const BIG_BUFFER = 1024;

const START = '["~A","';

/** The text of a root array; `buffers` are the ascending indexes of entries `["~A", base64]`. */
export function joinBuffers(table: unknown[], buffers: number[]): string {
  if (buffers.length === 0) return JSON.stringify(table);
  let text = "[";
  let from = 0;
  for (const index of [...buffers.sort((a, b) => a - b), table.length]) {
    if (index > from) text += `${from ? "," : ""}${JSON.stringify(table.slice(from, index)).slice(1, -1)}`;
    if (index < table.length) text += `,${START}${(table[index] as string[])[1]}"]`;
    from = index + 1;
  }
  return `${text}]`;
}

/**
 * Takes the base64 of big buffers out of a text that ends with one, leaving `["~A", index]` in their places.
 * `["` followed by `~` cannot stand inside a JSON string, so what it finds are arrays.
 */
export function cutBuffers(text: string): { rest: string; cut: (string | undefined)[] } {
  const cut: string[] = [];
  let rest = "";
  // The last string is long: most texts are told by a look at their end.
  const tail = text.length - 3;
  if (text.indexOf('"', tail - BIG_BUFFER) === tail && text.startsWith(`["${HEADER}"`)) {
    let last = 0;
    for (let at = text.indexOf(START); at >= 0;) {
      const from = at + START.length;
      const end = text.indexOf('"', from);
      if (end < 0) break;
      if (end - from >= BIG_BUFFER) {
        rest += text.slice(last, from - 1) + cut.length;
        cut.push(text.slice(from, end));
        last = end + 1;
      }
      at = text.indexOf(START, end);
    }
    rest += text.slice(last);
  }
  return cut.length > 0 ? { rest, cut } : { rest: text, cut };
}
