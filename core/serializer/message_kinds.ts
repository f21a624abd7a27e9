/**
 * `RequestSync` and `ResponseSync` on the wire.
 *
 * @module
 */
import { type BodyContent, type BodySync, holdBody, type MessageParts, partsOf, revive } from "./body_sync.ts";
import { isHeaderText } from "./header_text.ts";
import type { Kind } from "./kind.ts";
import { checkRequest, RequestSync } from "./request_sync.ts";
import { checkResponse, ResponseSync } from "./response_sync.ts";

/** `["~P", status, statusText, url, redirected, headers, body]` */
export const response: Kind<ResponseSync> = {
  tag: "~P",
  leaf: true,
  shape: /^nssbs[so]$/,
  take: (value, out) => out.push(...partsOf(value)),
  make: (data) => makeMessage(ResponseSync, checkResponse, data),
};

/** `["~Q", url, method, redirect, headers, body]` */
export const request: Kind<RequestSync> = {
  tag: "~Q",
  leaf: true,
  shape: /^ssss[so]$/,
  take: (value, out) => out.push(...partsOf(value)),
  make: (data) => makeMessage(RequestSync, checkRequest, data),
};

/** Makes a message of its parts, of which headers and body, text, bytes or `null`, are the last. */
function makeMessage<T extends BodySync, P extends MessageParts>(
  Class: new (first: "") => T,
  check: (parts: P) => void,
  data: unknown[],
): T | undefined {
  const parts = data.slice(1) as MessageParts as P;
  const body = parts.pop() as BodyContent;
  if (!isHeaderText(parts.at(-1) as string) || Object(body) === body && !(body instanceof Uint8Array)) return;
  parts.push(holdBody(body));
  check(parts);
  return revive(Class, parts);
}
