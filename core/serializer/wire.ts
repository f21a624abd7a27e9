/**
 * The letters of the wire format, version 1. `docs/wire-format.md` tells the whole of it.
 *
 * @module
 */

/** First element of the root array of every text that is not pure JSON, up to the version. */
export const SIGNATURE = "~doze";

/** The signature with the version that this code writes and reads. */
export const HEADER = "~doze1";

/** UTF-16 code unit of `~`, with which every marked string starts. */
export const TILDE = 126;

/** Whether a value is written in a marked text as it is. */
export function isPlain(value: unknown): boolean {
  if (typeof value === "string") return value.charCodeAt(0) !== TILDE;
  if (typeof value === "number") return value - value === 0 && (value !== 0 || 1 / value > 0);
  return value === null || typeof value === "boolean";
}

/** What stands for a string, number or `undefined` that is not plain; `undefined` for what is none of these. */
export function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return `~${value}`;
    case "number":
      return `~#${value === 0 ? "-0" : value}`;
    case "undefined":
      return "~u";
  }
}

/** Whether an intermediate, or a pure value that has to be escaped, starts as a marked root does. */
export function isMarked(value: unknown): value is [string, ...unknown[]] {
  return Array.isArray(value) && typeof value[0] === "string" && value[0].startsWith(SIGNATURE);
}

/** Whether a value is the first element of a tagged value. */
export function isTag(value: unknown): value is string {
  if (typeof value !== "string" || value.charCodeAt(0) !== TILDE) return false;
  const letter = value.charCodeAt(1);
  return letter >= 65 && letter <= 90;
}

/** Whether a value is an object or array, of which a tree of JSON consists. */
export function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
