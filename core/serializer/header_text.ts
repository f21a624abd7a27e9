/**
 * Headers as text: one line `name: value` each, names in lower case, ended by a line feed. `set-cookie` has a line
 * for each cookie.
 *
 * @module
 */

/** A block of such lines; names are tokens of RFC 9110 section 5.6.2, values hold neither NUL, CR nor LF. */
const BLOCK = /^(?:[\w!#$%&'*+\-.^`|~]+: [^\0\r\n]*\n)*$/;

/** Writes headers as lines. */
export function headersToText(headers: Headers): string {
  // Joined, not added up: V8 writes a rope slowly, and with it all that is written with it.
  return Array.from(headers, ([name, value]) => `${name}: ${value}\n`).join("");
}

/** Whether a text consists of such lines, so that {@linkcode headersFromText} takes it. */
export function isHeaderText(text: string): boolean {
  return BLOCK.test(text);
}

/**
 * Reads lines; throws the engine's `TypeError` on what is no header.
 *
 * Cloudflare reads what servers send as UTF-8, others a character from each byte as the Fetch standard has it, and they
 * refuse characters that are no byte: there, such a value becomes the bytes that were sent.
 */
export function headersFromText(text: string): Headers {
  const headers = new Headers();
  for (const [, name, value] of text.matchAll(/(.*?): (.*)\n/g)) {
    try {
      headers.append(name, value);
    } catch {
      const bytes = Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte));
      headers.append(name, bytes.join(""));
    }
  }
  return headers;
}
