/**
 * Telling a promise from a plain value.
 *
 * @module
 */

/** Whether a value is thenable; a handler's promise may come from another realm, so `instanceof` is not enough. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
