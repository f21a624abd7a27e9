/**
 * The caps that keep a text from costing more than its size.
 *
 * @module
 */

/** Caps of {@linkcode parse} and {@linkcode stringify}; what passes one throws `LIMIT_EXCEEDED`. */
export interface SerializerLimits {
  /**
   * How many containers may stand inside each other. Default: `Infinity`, since depth costs no stack here; set it
   * when the code that takes the value recurses. It is not checked in a text that holds pure JSON unless it is set.
   */
  maxDepth?: number;
  /** Decimal digits of one bigint. Default: 100,000, since reading them costs some engines quadratic time. */
  maxBigIntDigits?: number;
  /** UTF-16 code units of one RegExp's source. Default: 10,000. It is compiled, never run. */
  maxRegExpLength?: number;
}

/** The caps where the options are silent. */
export const DEFAULT_LIMITS: Required<SerializerLimits> = {
  maxDepth: Infinity,
  maxBigIntDigits: 100_000,
  maxRegExpLength: 10_000,
};

/** All caps, given those that the caller set. */
export function limitsOf(options?: SerializerLimits): Required<SerializerLimits> {
  return options ? { ...DEFAULT_LIMITS, ...options } : DEFAULT_LIMITS;
}
