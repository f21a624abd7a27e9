/**
 * Form bodies, read synchronously: `application/x-www-form-urlencoded` and `multipart/form-data` (RFC 7578).
 *
 * @module
 */

/** Characters made at once; engines limit the number of arguments to some 65,535. */
const CHUNK = 8192;

/** Reads a form; `undefined` when the type or the bytes are not those of one. */
export function parseForm(bytes: Uint8Array<ArrayBuffer>, type: string): FormData | undefined {
  const form = new FormData();
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) form.append(name, value);
    return form;
  }
  const match = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  if (!match) return undefined;
  const parts = `\r\n${latin1(bytes)}`.split(`\r\n--${match[1] ?? match[2]}`);
  const complete = parts.length > 1 && parts[parts.length - 1].startsWith("--");
  return complete && parts.slice(1, -1).every((part) => appendPart(form, part)) ? form : undefined;
}

function appendPart(form: FormData, part: string): boolean {
  const split = part.indexOf("\r\n\r\n");
  const head = utf8(part.slice(0, Math.max(split, 0)));
  const name = /;\s*name="([^"]*)"/i.exec(head)?.[1];
  if (name === undefined) return false;
  const content = part.slice(split + 4);
  const filename = /;\s*filename="([^"]*)"/i.exec(head)?.[1];
  if (filename === undefined) {
    form.append(unescapeName(name), utf8(content));
  } else {
    const type = /^content-type:\s*([^\r\n]*)/im.exec(head)?.[1].trim() ?? "text/plain";
    form.append(unescapeName(name), new File([latin1Bytes(content)], unescapeName(filename), { type }));
  }
  return true;
}

/** What a form's writer escapes in names, per the HTML standard's multipart/form-data encoding. */
function unescapeName(name: string): string {
  return name.replace(/%0A/g, "\n").replace(/%0D/g, "\r").replace(/%22/g, '"');
}

/** One character a byte, so that positions in the text are positions in the bytes. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += String.fromCharCode.apply(null, bytes.subarray(start, start + CHUNK) as unknown as number[]);
  }
  return text;
}

function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function utf8(text: string): string {
  return new TextDecoder().decode(latin1Bytes(text));
}
