/**
 * The base of every error that this package throws. Import nothing here: this is the lowest floor.
 *
 * @module
 */

/**
 * Base class of every error thrown by this package. Catch it to tell our errors from yours; switch on
 * {@linkcode DozeError.code} to tell them from each other.
 *
 * Not every failure is thrown: what happens to a fetch arrives as a value in its continuation.
 *
 * @example Tell our errors apart by code
 * ```ts
 * import { DozeError, InvalidTimeoutError } from "@doze/fetch";
 * import { assertEquals } from "@std/assert";
 *
 * const error: unknown = new InvalidTimeoutError("timeout", -1);
 * assertEquals(error instanceof DozeError && error.code, "INVALID_TIMEOUT");
 * ```
 */
export abstract class DozeError extends Error {
  /** Stable, machine-readable cause, e.g. `"INVALID_TIMEOUT"`. It never changes between minor versions. */
  abstract readonly code: string;

  /**
   * Creates the error; `name` is set by each subclass, so that minifying does not change it.
   *
   * @param message What was attempted, then the current value and the remedy.
   * @param options The underlying error as `cause`, when there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Longest piece of a foreign value that a message quotes, in UTF-16 code units. */
const QUOTE_LIMIT = 80;

/**
 * Formats a value of any kind for the end of an error message: strings quoted, long ones cut, never throwing.
 *
 * @param value Anything, hostile values included.
 * @returns At most some 80 characters.
 */
export function quote(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > QUOTE_LIMIT ? `${value.slice(0, QUOTE_LIMIT)}…` : value);
  }
  if (typeof value === "function") return "a function";
  if (value instanceof Date) return "an invalid Date";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return String(value);
}

/**
 * Thrown at the call when a URL cannot be parsed or is not http(s).
 * Nothing has been stored or sent.
 */
export class InvalidUrlError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "InvalidUrlError";
  /** Always `"INVALID_URL"`. */
  readonly code = "INVALID_URL";
  /** The URL as the caller gave it. */
  readonly url: string;

  /** Creates the error for the URL as the caller gave it. */
  constructor(url: unknown, options?: ErrorOptions) {
    super(`Cannot fetch: pass an absolute http(s) URL, got ${quote(url)}`, options);
    this.url = String(url);
  }
}

/**
 * Thrown at the call when the fetch policy forbids the URL: a private address, a denied pattern, one that is
 * not on the allow list. The same refusal of a later redirect arrives as an outcome with this code.
 */
export class UrlForbiddenError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "UrlForbiddenError";
  /** Always `"URL_FORBIDDEN"`. */
  readonly code = "URL_FORBIDDEN";
  /** The refused URL. */
  readonly url: string;
  /** Which rule refused it, e.g. `"loopback address"`. */
  readonly reason: string;

  /** Creates the error for a URL and the rule that refused it; `remedy` says what lifts the rule. */
  constructor(url: string, reason: string, remedy = "fetch another URL") {
    super(`Cannot fetch ${quote(url)}: the fetch policy refuses it, ${remedy}, got ${reason}`);
    this.url = url;
    this.reason = reason;
  }
}

/**
 * Thrown at the call when a duration (`timeout`, `grace`, …) is not a finite number of milliseconds in its range.
 * Nothing has been stored or sent.
 */
export class InvalidTimeoutError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "InvalidTimeoutError";
  /** Always `"INVALID_TIMEOUT"`. */
  readonly code = "INVALID_TIMEOUT";
  /** The option's name, e.g. `"timeout"`. */
  readonly option: string;
  /** The refused value. */
  readonly value: unknown;

  /** Creates the error for an option's name and the refused value. */
  constructor(option: string, value: unknown, remedy = "pass a positive, finite number of milliseconds") {
    super(`Cannot use "${option}": ${remedy}, got ${quote(value)}`);
    this.option = option;
    this.value = value;
  }
}

/**
 * Thrown at the call when no bound executor may run as long as the timeout asks.
 * Nothing has been stored or sent.
 */
export class TimeoutTooLongError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "TimeoutTooLongError";
  /** Always `"TIMEOUT_TOO_LONG"`. */
  readonly code = "TIMEOUT_TOO_LONG";
  /** The timeout asked for, in milliseconds. */
  readonly timeout: number;
  /** The longest timeout that the executor can hold, in milliseconds. */
  readonly maximum: number;

  /** Creates the error; `remedy` names what to bind or change. */
  constructor(timeout: number, maximum: number, remedy: string) {
    super(`Cannot fetch: the executor can run for ${maximum} ms at most, ${remedy}, got a timeout of ${timeout} ms`);
    this.timeout = timeout;
    this.maximum = maximum;
  }
}

/** Thrown at the call when a delay is negative or NaN. Nothing has been stored. */
export class InvalidDelayError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "InvalidDelayError";
  /** Always `"INVALID_DELAY"`. */
  readonly code = "INVALID_DELAY";
  /** The refused value. */
  readonly value: unknown;

  /** Creates the error for the refused value. */
  constructor(value: unknown) {
    super(`Cannot schedule: pass a delay of zero or more seconds, a Date or a cron pattern, got ${quote(value)}`);
    this.value = value;
  }
}

/** Thrown at the call when a `Date` is invalid. A date already past is no error: it is due at once. */
export class InvalidDateError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "InvalidDateError";
  /** Always `"INVALID_DATE"`. */
  readonly code = "INVALID_DATE";

  /** Creates the error. */
  constructor() {
    super("Cannot schedule: pass a valid Date, got an invalid Date");
  }
}

/** Thrown at the call when an explicit id is empty, not a string or too long. Nothing has been stored. */
export class InvalidIdError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "InvalidIdError";
  /** Always `"INVALID_ID"`. */
  readonly code = "INVALID_ID";
  /** The refused value. */
  readonly value: unknown;

  /** Creates the error for the refused value. */
  constructor(value: unknown) {
    super(`Cannot use the id: pass a string of 1 to 512 characters, or leave it out, got ${quote(value)}`);
    this.value = value;
  }
}

/** Thrown at the call when an explicit id is already in use. Nothing has been stored; the other row stays. */
export class DuplicateIdError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "DuplicateIdError";
  /** Always `"DUPLICATE_ID"`. */
  readonly code = "DUPLICATE_ID";
  /** The id that is taken. */
  readonly id: string;

  /** Creates the error for the id that is taken. */
  constructor(id: string) {
    super(`Cannot store under an id that is in use: cancel the other first or choose another id, got ${quote(id)}`);
    this.id = id;
  }
}

/** Thrown at the call when an option has a value outside of its documented range. Nothing has been stored. */
export class InvalidOptionError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "InvalidOptionError";
  /** Always `"INVALID_OPTION"`. */
  readonly code = "INVALID_OPTION";
  /** The option's name, e.g. `"retry.attempts"`. */
  readonly option: string;
  /** The refused value. */
  readonly value: unknown;

  /** Creates the error; `remedy` says what to pass instead. */
  constructor(option: string, value: unknown, remedy: string) {
    super(`Cannot use "${option}": ${remedy}, got ${quote(value)}`);
    this.option = option;
    this.value = value;
  }
}

/** Thrown at the call when what should be a continuation is none. Nothing has been stored or sent. */
export class NotAContinuationError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "NotAContinuationError";
  /** Always `"NOT_A_CONTINUATION"`. */
  readonly code = "NOT_A_CONTINUATION";

  /** Creates the error for what was passed instead; `remedy` says what to pass. */
  constructor(
    value: unknown,
    remedy = "pass a call recorded by ctn(), such as this.ctn().onReply(this.ctn().$result)",
  ) {
    super(`Cannot use the continuation: ${remedy}, got ${quote(value)}`);
  }
}

/**
 * Thrown when a continuation names a method that its object's class does not have, or must not be reached: at the
 * call, before anything is stored, and again when it runs, if a deploy has removed the method since.
 */
export class UnknownMethodError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "UnknownMethodError";
  /** Always `"UNKNOWN_METHOD"`. */
  readonly code = "UNKNOWN_METHOD";
  /** The method's name as the continuation has it. */
  readonly method: string;

  /** Creates the error for a method's name and the name of the class that lacks it. */
  constructor(method: string, owner: string) {
    super(`Cannot run the continuation: define the method on the class ${quote(owner)} itself, got ${quote(method)}`);
    this.method = method;
  }
}

/** Thrown at the call, or on parsing a stored continuation, when it is nested too deeply or has too many parts. */
export class ContinuationTooLargeError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "ContinuationTooLargeError";
  /** Always `"CONTINUATION_TOO_LARGE"`. */
  readonly code = "CONTINUATION_TOO_LARGE";
  /** What there is too much of: `"operations"`, `"arguments"` or `"nested continuations"`. */
  readonly part: string;
  /** The most that is allowed. */
  readonly limit: number;

  /** Creates the error for a part, its limit and the current number. */
  constructor(part: string, limit: number, current: number) {
    super(`Cannot use the continuation: pass at most ${limit} ${part}, move the rest into the method, got ${current}`);
    this.part = part;
    this.limit = limit;
  }
}

/** Thrown when stored text has a format that this version cannot read: a newer one, or none of ours. It stays stored. */
export class PayloadVersionError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "PayloadVersionError";
  /** Always `"PAYLOAD_VERSION"`. */
  readonly code = "PAYLOAD_VERSION";
  /** What kind of text it is, e.g. `"continuation"`. */
  readonly payload: string;
  /** The version found, or whatever stands in its place. */
  readonly found: unknown;

  /** Creates the error for a payload's kind, the version found and the newest one supported. */
  constructor(payload: string, found: unknown, supported: number) {
    super(
      `Cannot read a stored ${payload}: run a release that knows its version, this one knows ${supported}, got ${
        quote(found)
      }`,
    );
    this.payload = payload;
    this.found = found;
  }
}

/** Thrown at the call when what has to be stored does not fit a row of the storage. Nothing has been stored or sent. */
export class RowTooLargeError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "RowTooLargeError";
  /** Always `"ROW_TOO_LARGE"`. */
  readonly code = "ROW_TOO_LARGE";
  /** What does not fit, e.g. `"request"`. */
  readonly what: string;
  /** The most that fits, in bytes. */
  readonly limit: number;

  /** Creates the error for what does not fit, the limit and the current size, both in bytes. */
  constructor(what: string, limit: number, current: number) {
    super(
      `Cannot store the ${what}: a row holds ${limit} bytes, pass smaller arguments to the continuation, got ${current}`,
    );
    this.what = what;
    this.limit = limit;
  }
}
