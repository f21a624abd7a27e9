/**
 * The checks that options of many kinds share, so that the same mistake is refused in the same words everywhere.
 *
 * @module
 */
import { InvalidOptionError, quote } from "./errors.ts";

/**
 * Checks a count, a cap or a page's size.
 *
 * @param option The option's name, for the message.
 * @param value What the caller gave.
 * @param least The smallest that will do. Defaults to 1.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when it is no integer of `least` or more.
 */
export function checkInteger(option: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new InvalidOptionError(option, value, `pass an integer of ${least} or more`);
}

/**
 * Checks a span of time.
 *
 * @param option The option's name, for the message.
 * @param value What the caller gave, in milliseconds.
 * @param positive Whether it must be more than zero. Defaults to `false`.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when it is negative or no finite number.
 */
export function checkSpan(option: string, value: number, positive = false): number {
  if (Number.isFinite(value) && (value > 0 || (value === 0 && !positive))) return value;
  throw new InvalidOptionError(option, value, `pass ${positive ? "more than zero" : "zero or more"} milliseconds`);
}

/**
 * Checks a yes or no.
 *
 * @param option The option's name, for the message.
 * @param value What the caller gave.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when it is neither `true` nor `false`.
 */
export function checkBoolean(option: string, value: boolean): boolean {
  if (typeof value === "boolean") return value;
  throw new InvalidOptionError(option, value, "pass true or false");
}

/**
 * Checks a choice among words.
 *
 * @param option The option's name, for the message.
 * @param value What the caller gave.
 * @param choices The words that will do.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when it is none of them; the message lists them.
 */
export function checkChoice<T extends string>(option: string, value: unknown, choices: readonly T[]): T {
  const choice = choices.find((word) => word === value);
  if (choice !== undefined) return choice;
  throw new InvalidOptionError(option, value, `pass ${choices.map(quote).join(" or ")}`);
}
