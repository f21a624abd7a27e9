/**
 * Ids whose order is the order of arrival (https://github.com/ulid/spec).
 *
 * @module
 */

/** Crockford's base 32: its characters sort as their values do. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Makes ULIDs, each greater than all before it, also within one millisecond and when the clock steps back. */
export class UlidSource {
  #last = 0n;

  /** Lets all ids to come follow one that was made before, e.g. before a restart. */
  follow(id: string): void {
    const value = [...id].reduce((sum, digit) => sum * 32n + BigInt(DIGITS.indexOf(digit)), 0n);
    if (value > this.#last) this.#last = value;
  }

  /**
   * Makes the next id.
   *
   * @param now The current time, in milliseconds since the epoch.
   * @returns 26 characters.
   */
  next(now: number): string {
    // 48 bits of time, then 80 of chance.
    const time = BigInt(now) << 80n;
    this.#last = time > this.#last ? time + chance() : this.#last + 1n;
    return this.#last.toString(32).padStart(26, "0").replace(/./g, (digit) => DIGITS[Number.parseInt(digit, 32)]);
  }
}

/** 79 bits: one less than there is room for, so that counting on does not run over. */
function chance(): bigint {
  const [high, low] = crypto.getRandomValues(new BigUint64Array(2));
  return BigInt.asUintN(79, high << 64n | low);
}
