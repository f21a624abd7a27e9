/**
 * Form bodies, read synchronously: `application/x-www-form-urlencoded` and `multipart/form-data` (RFC 7578).
 *
 * @module
 */
import { fromLatin1, toLatin1 } from "./base64.ts";

/** Reads a form; `undefined` when the type or the bytes are not those of one. */
export function parseForm(bytes: Uint8Array<ArrayBuffer>, type: string): FormData | undefined {
  const form = new FormData();
  if (/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    // It would strip a question mark that is part of the first name.
    new URLSearchParams(`?${fromUtf8(bytes, true)}`).forEach((value, name) => form.append(name, value));
    return form;
  }
  const [, boundary] = /^multipart\/form-data\s*;.*?\bboundary="?([^";]*[^";\s])/i.exec(type) ?? [];
  const [, ...parts] = `\r\n${toLatin1(bytes)}`.split(`\r\n--${boundary}`);
  // Behind the last boundary may stand anything.
  const end = parts.findIndex((part) => part.startsWith("--"));
  return boundary && end >= 0 && parts.slice(0, end).every((part) => appendPart(form, part)) ? form : undefined;
}

/** Appends a part, in which every character is a byte; `false` when it is none. */
function appendPart(form: FormData, part: string): boolean {
  const [head, ...more] = part.split("\r\n\r\n");
  const lines = fromUtf8(fromLatin1(head));
  // Cloudflare's writer leaves line breaks in quoted names as they are.
  const [, disposition = ""] = /^content-disposition:((?:[^"\r\n]+|"[^"]*")*)/im.exec(lines) ?? [];
  const type = /^content-type:(.*)/im.exec(lines)?.[1].trim() || "text/plain";
  const given: { name?: string; filename?: string } = {};
  for (const [, key, quoted, bare] of disposition.matchAll(/;\s*(\w+)\s*=\s*(?:"([^"]*)"|([^;\s]*))/g)) {
    // Without what a form's writer escapes, per the HTML standard's multipart/form-data encoding.
    given[key.toLowerCase() as "name"] = (quoted ?? bare).replace(/%(0A|0D|22)/g, decodeURIComponent);
  }
  const { name, filename } = given;
  const content = fromLatin1(more.join("\r\n\r\n"));
  if (name === undefined || more.length === 0) return false;
  form.append(name, filename === undefined ? fromUtf8(content, true) : new File([content], filename, { type }));
  return true;
}

/** Text of bytes in UTF-8, without a byte order mark unless it is kept. */
export function fromUtf8(bytes: Uint8Array<ArrayBuffer> | undefined, ignoreBOM?: boolean): string {
  return new TextDecoder("utf-8", { ignoreBOM }).decode(bytes);
}
