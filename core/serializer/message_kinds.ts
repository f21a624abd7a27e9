/**
 * `RequestSync` and `ResponseSync` on the wire.
 *
 * @module
 */
import { fromBase64, toBase64 } from "./base64.ts";
import type { BodyContent } from "./body_sync.ts";
import { isHeaderText } from "./header_text.ts";
import type { Kind, Reader } from "./kind.ts";
import {
  isMethod,
  isRedirect,
  mayHaveBody,
  partsOfRequest,
  requestFromParts,
  type RequestSync,
} from "./request_sync.ts";
import { isStatus, partsOfResponse, responseFromParts, type ResponseSync } from "./response_sync.ts";

/** `["~P", status, statusText, url, redirected, headers, body]`; body is text, `null` or `[base64]`. */
export const response: Kind<ResponseSync> = {
  tag: "~P",
  leaf: true,
  write(value, out) {
    const { status, statusText, url, redirected, headers, body } = partsOfResponse(value);
    out.push(status, statusText, url, redirected, headers, wireBody(body));
  },
  create(data, reader) {
    const [, status, statusText, url, redirected, headers] = data;
    if (
      !isStatus(status) || typeof statusText !== "string" || typeof url !== "string" ||
      typeof redirected !== "boolean" || typeof headers !== "string" || !isHeaderText(headers)
    ) {
      return reader.fail("a response needs status, statusText, url, redirected and headers");
    }
    return responseFromParts({ status, statusText, url, redirected, headers, body: readBody(data[6], reader) });
  },
};

/** `["~Q", url, method, redirect, headers, body]` */
export const request: Kind<RequestSync> = {
  tag: "~Q",
  leaf: true,
  write(value, out) {
    const { url, method, redirect, headers, body } = partsOfRequest(value);
    out.push(url, method, redirect, headers, wireBody(body));
  },
  create(data, reader) {
    const [, url, method, redirect, headers] = data;
    if (
      typeof url !== "string" || !URL.canParse(url) || !isMethod(method) || !isRedirect(redirect) ||
      typeof headers !== "string" || !isHeaderText(headers)
    ) {
      return reader.fail("a request needs url, method, redirect and headers");
    }
    const body = readBody(data[5], reader);
    if (body !== null && !mayHaveBody(method)) reader.fail("a GET or HEAD request has no body");
    return requestFromParts({ url, method, redirect, headers, body });
  },
};

function wireBody(body: BodyContent): string | null | [string] {
  return body instanceof Uint8Array ? [toBase64(body)] : body;
}

function readBody(body: unknown, reader: Reader): BodyContent {
  if (body === null) return null;
  if (typeof body === "string") return body.toWellFormed();
  const base64 = Array.isArray(body) && body.length === 1 ? body[0] : undefined;
  const bytes = typeof base64 === "string" ? fromBase64(base64) : undefined;
  return bytes ?? reader.fail("a body is text, null or base64 in an array");
}
