/**
 * What can be wrong with a schedule, beside its date, its delay and its id.
 *
 * @module
 */
import { DozeError, quote } from "../errors.ts";

/** Thrown at the call when a cron pattern cannot be read. Nothing has been stored. */
export class InvalidCronError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "InvalidCronError";
  /** Always `"INVALID_CRON"`. */
  readonly code = "INVALID_CRON";
  /** The refused pattern. */
  readonly pattern: string;

  /** Creates the error for a pattern; `cause` is what the parser threw. */
  constructor(pattern: string, options?: ErrorOptions) {
    super(`Cannot schedule: pass a cron pattern such as "0 9 * * MON-FRI" or "@daily", got ${quote(pattern)}`, options);
    this.pattern = pattern;
  }
}

/** Thrown at the call when a cron pattern has no further run, such as one for 30 February. Nothing has been stored. */
export class NoNextRunError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "NoNextRunError";
  /** Always `"NO_NEXT_RUN"`. */
  readonly code = "NO_NEXT_RUN";
  /** The refused pattern. */
  readonly pattern: string;

  /** Creates the error for a pattern. */
  constructor(pattern: string) {
    super(`Cannot schedule: pass a cron pattern that has a run in the future, got ${quote(pattern)}`);
    this.pattern = pattern;
  }
}

/** Thrown at the call when a time zone is unknown to the runtime. Nothing has been stored. */
export class InvalidTimeZoneError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "InvalidTimeZoneError";
  /** Always `"INVALID_TIME_ZONE"`. */
  readonly code = "INVALID_TIME_ZONE";
  /** The refused zone. */
  readonly timeZone: unknown;

  /** Creates the error for the refused zone. */
  constructor(timeZone: unknown, options?: ErrorOptions) {
    super(`Cannot schedule: pass an IANA time zone such as "Europe/Berlin", got ${quote(timeZone)}`, options);
    this.timeZone = timeZone;
  }
}

/** Thrown at the call when a cron pattern is given to alarms that were made without cron. Nothing has been stored. */
export class CronUnavailableError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "CronUnavailableError";
  /** Always `"CRON_UNAVAILABLE"`. */
  readonly code = "CRON_UNAVAILABLE";
  /** The pattern that nobody could read. */
  readonly pattern: string;

  /** Creates the error for a pattern. */
  constructor(pattern: string) {
    super(`Cannot schedule: import "@doze/fetch/cron" once to read cron patterns, got ${quote(pattern)}`);
    this.pattern = pattern;
  }
}

/** Thrown when a row's kind has no code to run it: it was written by another release. It stays stored. */
export class UnknownRowKindError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "UnknownRowKindError";
  /** Always `"UNKNOWN_ROW_KIND"`. */
  readonly code = "UNKNOWN_ROW_KIND";
  /** The row's kind. */
  readonly kind: string;

  /** Creates the error for the row's kind. */
  constructor(kind: string) {
    super(`Cannot run a row: register its kind, or run the release that wrote it, got ${quote(kind)}`);
    this.kind = kind;
  }
}

/**
 * The failure of a dead letter whose object is known to have died three times while it ran, for want of memory or in an
 * endless loop. It is never thrown. There may have been deaths before the known ones: docs/alarms.md says which count.
 */
export class QuarantinedError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "QuarantinedError";
  /** Always `"QUARANTINED"`. */
  readonly code = "QUARANTINED";
  /** The row's id. */
  readonly id: string;
  /** How often the object is known to have died. */
  readonly deaths: number;

  /** Creates the error for a row and how often its object is known to have died. */
  constructor(id: string, deaths: number) {
    super(
      `Cannot run ${
        quote(id)
      } again: its object is known to have died ${deaths} times while it ran, redrive it once that is mended`,
    );
    this.id = id;
    this.deaths = deaths;
  }
}
