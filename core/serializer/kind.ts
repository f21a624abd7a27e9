/**
 * What a class tells the writer and the reader about itself.
 *
 * @module
 */
import type { SerializerLimits } from "./limits.ts";

/** Position of an object in the graph that is being written. */
export interface Place {
  /** What stands for the object in the intermediate, once it exists. */
  out: unknown;
  /** The object that it was first found in. */
  readonly parent: Place | undefined;
  /** Key of `parent.out` at which it stands. */
  readonly key: string | number;
  /** Index in the root array: above zero when shared, zero when finished and not shared, -1 while being written. */
  id: number;
  /** What refers to it, once something did; made once, as much may refer to it. */
  ref: string;
}

/**
 * A class that is written as an array `[tag, …parts]`. The parts are values of any kind: writer and reader carry them,
 * and check types and caps.
 */
export interface Kind<T = object> {
  /** `~` and one capital letter, then the name of the class where several share the letter. */
  readonly tag: string;
  /** The types of the parts, by the first letters of their `typeof`. Default: `make` takes them as they stand. */
  readonly shape?: RegExp;
  /** Whether the fast path may take it: no part is a container as a rule, there is no cap, no code of the program. */
  readonly leaf?: true;
  /** The limit on the first part, which is text. */
  readonly cap?: keyof SerializerLimits;
  /** Appends the parts of a value to `out`, which holds the tag. */
  take(value: T, out: unknown[]): unknown;
  /** Makes the value of `[tag, …parts]`; `undefined`, or anything thrown, tells that they are malformed. */
  make(data: unknown[]): T | undefined;
  /**
   * Puts the parts into the value, which they may contain: `make` then comes before they have been read. `false` tells
   * that they are malformed.
   */
  put?(value: T, data: unknown[]): boolean | void;
}
