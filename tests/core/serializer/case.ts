/**
 * The shape of the list of cases.
 *
 * @module
 */

/** One kind of value. */
export interface Case {
  /** What it is. */
  name: string;
  /** Makes a value of the kind, anew at each call. */
  make: () => unknown;
  /** How the refusal ends, for the three kinds that cannot be carried. */
  refused?: RegExp;
}
