/**
 * `RequestSync` and `ResponseSync` on the wire.
 *
 * @module
 */
import { type BodyContent, type BodySync, holdBody, type MessageParts, partsOf, revive } from "./body_sync.ts";
import { isHeaderText } from "./header_text.ts";
import { addKind } from "./kind.ts";
import { checkRequest, RequestSync } from "./request_sync.ts";
import { checkResponse, ResponseSync } from "./response_sync.ts";

// ["~P", status, statusText, url, redirected, headers, body]
addMessage("~P", "nssbs*", ResponseSync, checkResponse);

// ["~Q", url, method, redirect, headers, body]
addMessage("~Q", "ssss*", RequestSync, checkRequest);

/** Buffers that a message has copied, each once: a text could name one for a thousand. */
const copied = new WeakSet<ArrayBuffer>();

/** Adds a kind of message; headers and body, text, bytes or `null`, are the last of its parts. */
function addMessage<T extends BodySync, P extends MessageParts>(
  tag: string,
  shape: string,
  Class: { new (first: ""): T; readonly prototype: T },
  check: (parts: P) => void,
): void {
  addKind<T>([Class], tag, shape, (value, tag) => {
    const out = [tag, ...partsOf(value)];
    const body = out.at(-1);
    // A clone shares the bytes, of which each message has its own in a text.
    if (body instanceof Uint8Array) out[out.length - 1] = body.slice();
    return out;
  }, (data) => {
    const parts = data.slice(1) as MessageParts as P;
    const body = parts.pop() as BodyContent;
    if (!isHeaderText(parts.at(-1) as string)) return;
    if (typeof body !== "string" && body !== null) {
      if (!(body instanceof Uint8Array) || copied.has(body.buffer)) return;
      copied.add(body.buffer);
    }
    parts.push(holdBody(body));
    check(parts);
    return revive(Class, parts);
  });
}
