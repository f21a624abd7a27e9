/**
 * Ids of rows. A generated id carries the time at which its row is due, so that finding the row needs no index.
 *
 * @module
 */
import { InvalidIdError } from "../errors.ts";

/** Fills an array with random bits, as `crypto.getRandomValues` does; simulations pass a seeded one. */
export type RandomFill = (words: Uint32Array<ArrayBuffer>) => void;

/** Longest id, in UTF-16 code units. */
const MAX_ID_LENGTH = 512;
/** Words drawn at a time: one call of `crypto.getRandomValues` costs more than the rest of an id. */
const POOL_WORDS = 256;
/** `<due, base 36>-<random, base 36>`, e.g. `"mhzq3k1c-1y2p0ij1ncfdgi"`. */
const GENERATED = /^([0-9a-z]{1,11})-[0-9a-z]{3,}$/;

/**
 * Makes ids of 64 random bits each. Two ids with different due times never collide; two with the same one do by
 * chance, about once in 10¹⁹ pairs, and then the storage refuses the second.
 *
 * They are unlikely, not secret: a delivery proves itself by its token, never by an id.
 */
export class IdSource {
  readonly #fill: RandomFill;
  readonly #pool = new Uint32Array(POOL_WORDS);
  #next = POOL_WORDS;

  /** Creates a source; `fill` defaults to `crypto.getRandomValues`. */
  constructor(fill: RandomFill = fillFromCrypto) {
    this.#fill = fill;
  }

  /**
   * Makes an id for a row that is due at `due`.
   *
   * @param due Integer milliseconds since the epoch, from 0.
   * @returns An id from which {@linkcode dueOfId} reads `due`.
   */
  generate(due: number): string {
    return `${due.toString(36)}-${this.token()}`;
  }

  /** Makes 64 random bits in base 36, from 3 to 14 characters, without a due time. */
  token(): string {
    if (this.#next + 2 > POOL_WORDS) {
      this.#fill(this.#pool);
      this.#next = 0;
    }
    const high = this.#pool[this.#next++];
    const low = this.#pool[this.#next++];
    return `${high.toString(36)}${low.toString(36).padStart(7, "0")}`;
  }
}

function fillFromCrypto(words: Uint32Array<ArrayBuffer>): void {
  crypto.getRandomValues(words);
}

/**
 * The due time that an id was generated with. The row may have moved since, or never have existed, and an explicit id
 * may look the same by chance: the answer is where to look first.
 *
 * @returns Milliseconds since the epoch, or `undefined` for an id of another shape.
 */
export function dueOfId(id: string): number | undefined {
  const due = GENERATED.exec(id)?.[1];
  return due === undefined ? undefined : parseInt(due, 36);
}

/**
 * Checks an explicit id.
 *
 * @throws {InvalidIdError} (`INVALID_ID`) when it is not a string of 1 to 512 UTF-16 code units, or holds a lone
 * surrogate, which no database keeps, or U+0000, at which some SQLite bindings cut a text off when they read it.
 */
export function checkId(id: unknown): string {
  if (typeof id !== "string" || id.length === 0 || id.length > MAX_ID_LENGTH || !isStorable(id)) {
    throw new InvalidIdError(id);
  }
  return id;
}

function isStorable(id: string): boolean {
  return id.isWellFormed() && !id.includes("\0");
}
