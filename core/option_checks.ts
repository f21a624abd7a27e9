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

/**
 * Checks that a value is an object, and no array.
 *
 * @param option The option's name, for the message.
 * @param value What the caller gave.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when it is anything else.
 */
export function checkObject(option: string, value: unknown): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new InvalidOptionError(option, value, "pass an object");
}

/**
 * Refuses options that nobody knows: a misspelt one would be silently without effect. One that is `undefined` counts as
 * left out.
 *
 * @param path What stands before the names in the message, e.g. `"retry."`.
 * @param given What the caller gave.
 * @param known An object whose members are named as the options are.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for the first one; the message lists those that are known.
 */
export function checkNames(path: string, given: object, known: object): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(known, name)) continue;
    throw new InvalidOptionError(
      `${path}${name}`,
      value,
      `leave it out, known are ${Object.keys(known).map(quote).join(", ")}`,
    );
  }
}

/**
 * Takes a group of options over, checked and copied: what the caller does to the object afterwards changes nothing.
 *
 * @param name The group's name, for messages.
 * @param given What the caller gave, plain data one array deep; `undefined` stays so.
 * @param fill Checks the values and fills in all defaults; its result has a member for each option.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for what is no object, for an unknown name, and what `fill` throws.
 */
export function takeOptions<T extends object>(
  name: string,
  given: T | undefined,
  fill: (taken: T, name: string) => object,
): T | undefined {
  if (given === undefined) return undefined;
  checkObject(name, given);
  const taken = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]),
  ) as T;
  checkNames(`${name}.`, taken, fill(taken, name));
  return taken;
}
