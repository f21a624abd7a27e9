/**
 * Form bodies, read synchronously: `application/x-www-form-urlencoded` and `multipart/form-data` (RFC 7578).
 *
 * @module
 */

/** Reads a form; throws a `TypeError` when the type or the bytes are not those of a form. */
export function parseForm(bytes: Uint8Array<ArrayBuffer>, type: string): FormData {
  const form = new FormData();
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) form.append(name, value);
    return form;
  }
  const match = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  if (!match) throw new TypeError("Not a form");
  // One character a byte, so that positions in the text are positions in the bytes.
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192) as unknown as number[]);
  }
  const delimiter = `\r\n--${match[1] ?? match[2]}`;
  const parts = `\r\n${text}`.split(delimiter);
  if (parts.length < 2 || !parts[parts.length - 1].startsWith("--")) throw new TypeError("A form without an end");
  for (const part of parts.slice(1, -1)) appendPart(form, part);
  return form;
}

function appendPart(form: FormData, part: string): void {
  const split = part.indexOf("\r\n\r\n");
  const head = utf8(part.slice(0, split));
  const name = /\bname="([^"]*)"/i.exec(head.replace(/\bfilename\*?="[^"]*"/gi, ""))?.[1];
  if (split < 0 || name === undefined) throw new TypeError("A part without a name");
  const content = part.slice(split + 4);
  const filename = /\bfilename="([^"]*)"/i.exec(head)?.[1];
  if (filename === undefined) return form.append(unescapeName(name), utf8(content));
  const type = /^content-type:\s*([^\r\n]*)/im.exec(head)?.[1].trim() ?? "text/plain";
  form.append(unescapeName(name), new File([latin1Bytes(content)], unescapeName(filename), { type }));
}

function unescapeName(name: string): string {
  return name.replace(/%0A/gi, "\n").replace(/%0D/gi, "\r").replace(/%22/g, '"');
}

function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function utf8(text: string): string {
  return new TextDecoder().decode(latin1Bytes(text));
}
