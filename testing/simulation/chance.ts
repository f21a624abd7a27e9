/**
 * Chance that can be repeated, and that does not shift when something before it is left out.
 *
 * @module
 */

/** A number in [0, 1) that depends on nothing but its arguments: two runs that differ elsewhere agree on it. */
export function chance(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = String(part);
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ 0x2f, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}

/** A sequence of numbers in [0, 1); the same seed gives the same ones. */
export function dice(...seed: readonly (string | number)[]): () => number {
  let state = Math.floor(chance(...seed) * 4_294_967_296) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of several values. */
export function pick<T>(roll: number, values: readonly T[]): T {
  return values[Math.min(values.length - 1, Math.floor(roll * values.length))];
}
