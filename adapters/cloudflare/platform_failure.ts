/**
 * Telling the platform's failures from the handler's.
 *
 * @module
 */

/** Messages with which workerd breaks an object that did nothing wrong itself. */
const RESETS =
  /Durable Object (reset|exceeded|storage)|Durable Object's (code|isolate)|broken by|overloaded|exceeded its memory/i;

/**
 * Whether an error is the platform's: a deploy, a reset, memory run out, a storage that failed. The row must stay as it
 * is then, and the error must reach the platform, which runs the alarm again. Cloudflare marks some of them
 * (https://developers.cloudflare.com/durable-objects/best-practices/error-handling/); others show in the message alone.
 *
 * @param error What was thrown.
 */
export function isPlatformFailure(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const marks = error as { durableObjectReset?: unknown; retryable?: unknown; overloaded?: unknown; message?: unknown };
  return marks.durableObjectReset === true || marks.overloaded === true || RESETS.test(String(marks.message));
}
