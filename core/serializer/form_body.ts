/**
 * Form bodies, read synchronously: `application/x-www-form-urlencoded` and `multipart/form-data` (RFC 7578).
 *
 * @module
 */
import { fromLatin1, toLatin1 } from "./base64.ts";

/** Reads a form; `undefined` when the type or the bytes are not those of one. */
export function parseForm(bytes: Uint8Array<ArrayBuffer>, type: string): FormData | undefined {
  const form = new FormData();
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    new URLSearchParams(fromUtf8(bytes)).forEach((value, name) => form.append(name, value));
    return form;
  }
  const [, boundary] = /^multipart\/form-data\s*;.*?\bboundary="?([^";]*[^";\s])/i.exec(type) ?? [];
  const [, ...parts] = `\r\n${toLatin1(bytes)}`.split(`\r\n--${boundary}`);
  const complete = boundary && parts.pop()?.startsWith("--");
  return complete && parts.every((part) => appendPart(form, part)) ? form : undefined;
}

/** Appends a part, in which every character is a byte; `false` when it is none. */
function appendPart(form: FormData, part: string): boolean {
  const [head, ...more] = part.split("\r\n\r\n");
  const lines = fromUtf8(fromLatin1(head));
  const name = attribute(lines, "name");
  const filename = attribute(lines, "filename");
  const [, type = "text/plain"] = /^content-type:\s*(.*\S)/im.exec(lines) ?? [];
  const content = fromLatin1(more.join("\r\n\r\n"));
  if (name === undefined || more.length === 0) return false;
  form.append(name, filename === undefined ? fromUtf8(content) : new File([content], filename, { type }));
  return true;
}

/** An attribute, without what a form's writer escapes, per the HTML standard's multipart/form-data encoding. */
function attribute(lines: string, name: string): string | undefined {
  const [, value] = new RegExp(`;\\s*${name}="([^"]*)"`, "i").exec(lines) ?? [];
  return value?.replace(/%(0A|0D|22)/g, decodeURIComponent);
}

/** Text of bytes in UTF-8, without a byte order mark. */
export function fromUtf8(bytes: Uint8Array<ArrayBuffer> | undefined): string {
  return new TextDecoder().decode(bytes);
}
