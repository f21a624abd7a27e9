/**
 * What a class tells the writer and the reader about itself, and the tables of classes: the built-in ones, and those
 * that the program registers.
 *
 * @module
 */
import type { Limits } from "./limits.ts";

/**
 * A class that is written as an array `[tag, …parts]`. The parts are values of any kind: writer and reader carry them,
 * and check types and caps.
 */
export interface Kind {
  /** `~` and one capital letter, then the name of the class where several share the letter. */
  readonly tag: string;
  /** Whether the fast path takes it: no part is a container as a rule, there is no cap, no code of the program. */
  readonly light: boolean;
  /** The types of the parts, by the first letters of their `typeof`, `*` for any; `""` where their number varies. */
  readonly shape: string;
  /** Takes a value apart: a new array of the tag and the parts. */
  readonly take: (value: never, tag: string) => unknown[];
  /** Makes the value of `[tag, …parts]`; `undefined`, or anything thrown, tells that they are malformed. */
  readonly make: (data: never) => unknown;
  /**
   * Puts the parts into the value, which they may contain, and returns it: `make` then comes before they have been
   * read. `undefined` tells that they are malformed.
   */
  readonly put: ((value: never, data: never) => unknown) | undefined;
  /** Which cap the parts pass, in words. */
  readonly excess: ((data: never, limits: Limits) => string | undefined) | undefined;
}

/** The kinds by prototype, for writing. */
export const byPrototype: Map<unknown, Kind> = new Map();

/** The kinds by tag, for reading. */
export const byTag: Map<string, Kind> = new Map();

/**
 * Adds a kind, and the classes that are written as it. `D` are the tag and the parts, of the types that `shape` tells
 * and the reader has checked before `make` and `excess` are called.
 */
export function addKind<T, D extends unknown[] = [string, ...unknown[]]>(
  classes: readonly { readonly prototype: unknown }[],
  tag: string,
  shape: string,
  take: (value: T, tag: string) => unknown[],
  make: (data: D) => T | undefined,
  put?: (value: T, data: D) => T | undefined,
  excess?: (data: D, limits: Limits) => string | undefined,
): Kind {
  const kind: Kind = { tag, light: /^~[TPQ]$/.test(tag), shape, take, make, put, excess };
  byTag.set(tag, kind);
  for (const { prototype } of classes) byPrototype.set(prototype, kind);
  return kind;
}
