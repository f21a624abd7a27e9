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
    new URLSearchParams(new TextDecoder().decode(bytes)).forEach((value, name) => form.append(name, value));
    return form;
  }
  const match = /^multipart\/form-data\s*;.*?\bboundary="?([^";]*[^";\s])/i.exec(type);
  if (!match) return undefined;
  const parts = `\r\n${toLatin1(bytes)}`.split(`\r\n--${match[1]}`).slice(1);
  const complete = parts.pop()?.startsWith("--");
  return complete && parts.every((part) => appendPart(form, part)) ? form : undefined;
}

function appendPart(form: FormData, part: string): boolean {
  const [head] = part.split("\r\n\r\n", 1);
  const content = fromLatin1(part.slice(head.length + 4));
  const text = new TextDecoder().decode(fromLatin1(head));
  const name = attribute(text, "name");
  const filename = attribute(text, "filename");
  if (name === undefined || head === part) return false;
  if (filename === undefined) {
    form.append(name, new TextDecoder().decode(content));
  } else {
    const type = /^content-type:\s*(.*\S)/im.exec(text)?.[1] ?? "text/plain";
    form.append(name, new File([content], filename, { type }));
  }
  return true;
}

/** An attribute, without what a form's writer escapes, per the HTML standard's multipart/form-data encoding. */
function attribute(head: string, name: string): string | undefined {
  return new RegExp(`;\\s*${name}="([^"]*)"`, "i").exec(head)?.[1]
    .replace(/%(0A|0D|22)/g, decodeURIComponent);
}
