/**
 * Telling a promise from a plain value.
 *
 * @module
 */

/**
 * Whether a value is thenable. A handler's promise may come from another realm, so `instanceof` is not enough; and what
 * a Workers RPC call returns is a function by `typeof`. Its `then` takes functions only: wrap it before you leave one out.
 */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  const holder = (typeof value === "object" && value !== null) || typeof value === "function" ? value : {};
  return "then" in holder && typeof holder.then === "function";
}
