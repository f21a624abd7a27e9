/**
 * Ids whose order is the order of arrival (https://github.com/ulid/spec).
 *
 * @module
 */

/** Crockford's base 32: its characters sort as their values do. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 48 bits of time in ten characters. */
const TIME_LENGTH = 10;
/** 80 bits of chance in sixteen characters. */
const RANDOM_LENGTH = 16;

/** Makes ULIDs, each greater than all before it, also within one millisecond and when the clock steps back. */
export class UlidSource {
  readonly #random: number[] = [];
  #time: number;

  /**
   * Creates a source.
   *
   * @param after An id that all ids are to follow, e.g. the last one before a restart.
   */
  constructor(after?: string) {
    this.#time = after === undefined ? -1 : timeOfUlid(after);
  }

  /**
   * Makes the next id.
   *
   * @param now The current time, in milliseconds since the epoch.
   * @returns 26 characters.
   */
  next(now: number): string {
    if (now > this.#time || this.#random.length === 0) {
      // After a restart the last millisecond's chance is not known: begin in the next one.
      this.#time = Math.max(now, this.#time + 1);
      const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_LENGTH));
      // The first digit is kept low, so that counting on does not run over.
      bytes.forEach((byte, index) => this.#random[index] = index === 0 ? byte & 15 : byte & 31);
    } else {
      this.#countOn();
    }
    return encodeTime(this.#time) + this.#random.map((digit) => DIGITS[digit]).join("");
  }

  #countOn(): void {
    for (let index = RANDOM_LENGTH - 1; index >= 0; index--) {
      this.#random[index] = (this.#random[index] + 1) & 31;
      if (this.#random[index] !== 0) return;
    }
  }
}

/** The time in an id, in milliseconds since the epoch. */
export function timeOfUlid(id: string): number {
  return [...id.slice(0, TIME_LENGTH)].reduce((time, digit) => time * 32 + DIGITS.indexOf(digit), 0);
}

function encodeTime(time: number): string {
  let text = "";
  for (let rest = time; text.length < TIME_LENGTH; rest = Math.floor(rest / 32)) text = DIGITS[rest % 32] + text;
  return text;
}
