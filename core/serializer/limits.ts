/**
 * The caps that keep a text from costing more than its size.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";

/**
 * Caps of {@linkcode parse} and {@linkcode stringify}; what passes one throws `LIMIT_EXCEEDED`. They do not bound what
 * engines do with the members of a Map or Set: tens of thousands of bigints that agree in their lowest 64 bits take
 * V8 seconds. Cap the size of texts that come from strangers.
 */
export interface SerializerLimits {
  /**
   * How many objects and arrays may stand inside each other; those that are shared count where they are found first, so
   * that a value with shared parts can be deeper (`docs/wire-format.md`). Default: `Infinity`, since depth costs no
   * stack here; set it when the code that takes the value recurses.
   */
  maxDepth?: number;
  /** Decimal digits of one bigint. Default: 100,000, since reading them costs some engines quadratic time. */
  maxBigIntDigits?: number;
  /**
   * UTF-16 code units of one RegExp's source, each counted ten times with the flag `v`, since its classes nest.
   * Default: 10,000. It is compiled, never run.
   */
  maxRegExpLength?: number;
  /**
   * Unicode properties (`\p{…}`, `\P{…}`) in all RegExps of one value together. Default: 16, since an engine may
   * take a millisecond to look up one of them.
   */
  maxUnicodeProperties?: number;
}

/** All caps, given those that the caller set, and what one value has used of them. */
export interface Limits extends Required<SerializerLimits> {
  /** Unicode properties so far. */
  properties: number;
}

/** All caps, for one value; those on which the options are silent by default. */
export function limitsOf(options?: SerializerLimits): Limits {
  const limits = {
    maxDepth: Infinity,
    maxBigIntDigits: 100_000,
    maxRegExpLength: 10_000,
    maxUnicodeProperties: 16,
    properties: 0,
  };
  if (options) {
    for (const name of Object.keys(limits) as (keyof SerializerLimits)[]) {
      checkCap(name, limits[name] = options[name] ?? limits[name]);
    }
  }
  return limits;
}

/** Refuses a cap that is NaN, negative or no number. */
export function checkCap(name: string, cap: number): void {
  if (Math.abs(cap) !== cap) throw new InvalidOptionError(name, cap, "pass a number of 0 or more");
}

/** What there is more of than a cap allows, in words, if there is. */
export function excess(limits: Limits, cap: keyof SerializerLimits, amount: number): string | undefined {
  if (amount > limits[cap]) return `more than ${cap} (${limits[cap]})`;
}
