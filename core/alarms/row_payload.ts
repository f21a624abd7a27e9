/**
 * The text in a row: what all kinds of rows remember about their tries, and the kind's own body.
 *
 * @module
 */
import type { RetryOptions } from "../backoff.ts";
import { PayloadVersionError, RowTooLargeError } from "../errors.ts";

/** The format that this version writes: `1<meta as JSON, or nothing>\n<body>`. */
export const VERSION = 1;
/** A format version, then the meta, which as JSON holds no line break, then the body, whatever it holds. */
const FORMAT = /^([1-9][0-9]*)(\{[^\n]*\})?\n/;

/**
 * Most bytes of a payload. Cloudflare's SQLite holds 2 MB a row
 * (https://developers.cloudflare.com/durable-objects/platform/limits/); the rest is for the id and for the record of a
 * later failure.
 */
export const MAX_PAYLOAD_BYTES = 1_960_000;

/** What a failure leaves in its row. */
export interface FailureRecord {
  /** The error's `name`, e.g. `"TypeError"`. */
  readonly name: string;
  /** The error's `message`, cut after 1,000 UTF-16 code units. */
  readonly message: string;
  /** The error's `code`, when it is a string. */
  readonly code?: string;
  /** The head of the error's `stack`, cut after 2,000 UTF-16 code units. */
  readonly stack?: string;
  /** When it failed, in milliseconds since the epoch. */
  readonly at: number;
}

/** What a row of any kind may carry beside its body. Members that are absent cost nothing. */
export interface RowMeta {
  /** How many tries have failed since the last success. */
  readonly failures?: number;
  /** The latest failure. */
  readonly error?: FailureRecord;
  /** The row's own retry options; what they leave out comes from the defaults. */
  readonly retry?: RetryOptions;
  /** Where the row belongs when it is elsewhere (paused, backing off, dead), in milliseconds since the epoch. */
  readonly due?: number;
  /** For a dead letter that could not keep its id: the id it had. */
  readonly of?: string;
  /** For a dead letter: how many runs it stands for, when more than one. */
  readonly runs?: number;
  /** Cron: the pattern. */
  readonly pattern?: string;
  /** Cron: the IANA time zone. */
  readonly timeZone?: string;
  /** Cron: what becomes of runs that fell in downtime. */
  readonly missed?: "skip" | "once" | "all";
  /** Cron: for when the latest run that committed was due, in milliseconds since the epoch. */
  readonly previousRun?: number;
  /** Cron: how many runs have committed. */
  readonly runCount?: number;
}

/** A decoded payload; `M` is what rows of its kind may carry beside their bodies, every member of it optional. */
export interface RowPayload<M extends object = RowMeta> {
  /** What the row carries beside its body. */
  readonly meta: M;
  /** The kind's own text, e.g. a continuation. */
  readonly body: string;
}

const NO_META = "{}";

/** Writes a payload; without meta, or with one that says nothing, the body is all there is to write. */
export function encodePayload(body: string, meta?: object): string {
  const text = meta === undefined ? NO_META : JSON.stringify(meta);
  return `${VERSION}${text === NO_META ? "" : text}\n${body}`;
}

/**
 * Refuses a payload that does not fit a row.
 *
 * @param what What it is of, for the message, e.g. `"request"`.
 * @returns The payload.
 * @throws {RowTooLargeError} (`ROW_TOO_LARGE`) beyond {@linkcode MAX_PAYLOAD_BYTES}.
 */
export function checkSize(what: string, payload: string): string {
  if (fits(payload)) return payload;
  throw new RowTooLargeError(what, MAX_PAYLOAD_BYTES, byteLength(payload));
}

/** Whether a payload fits a row. */
export function fits(payload: string): boolean {
  // A UTF-16 code unit takes three bytes of UTF-8 at most.
  return payload.length * 3 <= MAX_PAYLOAD_BYTES || byteLength(payload) <= MAX_PAYLOAD_BYTES;
}

/** How many bytes a text takes as UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/**
 * Reads a payload.
 *
 * @throws {PayloadVersionError} (`PAYLOAD_VERSION`) for a newer format, or a text that is none of ours.
 */
export function decodePayload<M extends object = RowMeta>(payload: string): RowPayload<M> {
  // Of the usual row no meta is read.
  if (payload.startsWith("1\n")) return { meta: {} as M, body: payload.slice(2) };
  const [head, version, meta = NO_META] = FORMAT.exec(payload) ?? [payload.slice(0, 20)];
  const found = version === undefined ? head : Number(version);
  if (found !== VERSION) throw new PayloadVersionError("row", found, VERSION);
  try {
    return { meta: JSON.parse(meta), body: payload.slice(head.length) };
  } catch {
    throw new PayloadVersionError("row", meta.slice(0, 20), VERSION);
  }
}

/**
 * Reduces whatever was thrown to what a row keeps.
 *
 * @param error Anything; hostile values included.
 * @param at When it was thrown, in milliseconds since the epoch.
 */
export function failureRecord(error: unknown, at: number): FailureRecord {
  try {
    if (!(error instanceof Error)) return { name: typeof error, message: cut(error, 1_000), at };
    const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
    const stack = typeof error.stack === "string" ? cut(error.stack, 2_000) : undefined;
    return { name: cut(error.name, 200), message: cut(error.message, 1_000), code, stack, at };
  } catch {
    // A getter or a trap of the handler's own making: its row must fail like any other.
    return { name: typeof error, message: "a value that cannot be shown", at };
  }
}

function cut(value: unknown, length: number): string {
  const text = String(value);
  return (text.length > length ? `${text.slice(0, length)}…` : text).toWellFormed();
}
