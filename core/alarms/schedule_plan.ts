/**
 * From what a caller asked for to the row that holds it, with every check made before anything is stored.
 *
 * @module
 */
import { type RetryPolicy, retryPolicy } from "../backoff.ts";
import type { CronEngine } from "./cron_engine.ts";
import { InvalidDateError, InvalidDelayError, InvalidOptionError } from "../errors.ts";
import { checkChoice, checkNames, checkObject } from "../option_checks.ts";
import { checkId, type IdSource } from "./row_id.ts";
import { checkSize, encodePayload, type RowMeta } from "./row_payload.ts";
import { CRON_DUE, MAX_CRON_DUE } from "./row_table.ts";
import { CRON, type MissedRuns, ONCE, type OnConflict, type ScheduleOptions, type When } from "./schedule.ts";
import { CronUnavailableError, InvalidTimeZoneError, NoNextRunError } from "./schedule_errors.ts";
import { MAX_DUE, type Row } from "../storage.ts";

/** What a plan depends on beside the call itself. */
export interface Planner {
  /** The time, in milliseconds since the epoch. */
  readonly now: number;
  /** Earliest due time allowed, in milliseconds since the epoch. */
  readonly floor: number;
  /** The zone of cron patterns that name none. */
  readonly timeZone: string;
  /** Reads cron patterns; `undefined` where nobody can. */
  readonly cron: CronEngine | undefined;
  /** Makes ids. */
  readonly ids: IdSource;
  /** The retry options in force, for checking the call's own against. */
  readonly retry: RetryPolicy;
}

const MISSED: readonly MissedRuns[] = ["skip", "once", "all"];
const ON_CONFLICT: readonly OnConflict[] = ["replace", "keep", "throw"];

/**
 * Makes the row of a schedule. Nothing is stored.
 *
 * @param write Makes the continuation's text; called last.
 * @throws {InvalidDateError} (`INVALID_DATE`) when `when` is an invalid `Date`.
 * @throws {InvalidDelayError} (`INVALID_DELAY`) when it is a negative, NaN or endless delay, or of another type.
 * @throws {InvalidCronError} (`INVALID_CRON`), {@linkcode InvalidTimeZoneError} (`INVALID_TIME_ZONE`),
 * {@linkcode NoNextRunError} (`NO_NEXT_RUN`), {@linkcode CronUnavailableError} (`CRON_UNAVAILABLE`) for a pattern.
 * @throws {InvalidIdError} (`INVALID_ID`) and {@linkcode InvalidOptionError} (`INVALID_OPTION`) for an option.
 * @throws {RowTooLargeError} (`ROW_TOO_LARGE`) when the continuation does not fit a row.
 */
export function planSchedule(when: When, write: () => string, options: ScheduleOptions, planner: Planner): Row {
  checkObject("options", options);
  if (options.id !== undefined) checkId(options.id);
  checkOptions(when, options, planner.retry);
  if (typeof when === "string") return planCron(when, write, options, planner);
  const due = Math.max(dueFrom(when, planner.now), planner.floor);
  const body = write();
  const payload = options.retry === undefined ? encodePayload(body) : encodePayload(body, { retry: options.retry });
  checkSize("schedule", payload);
  if (options.id !== undefined) return { due, id: options.id, kind: ONCE, payload, named: true };
  return { due, id: planner.ids.generate(due), kind: ONCE, payload, named: false };
}

function dueFrom(when: Date | number, now: number): number {
  if (typeof when === "number") {
    const due = now + Math.round(when * 1_000);
    if (!(when >= 0) || due > MAX_DUE) throw new InvalidDelayError(when);
    return due;
  }
  if (!(when instanceof Date)) throw new InvalidDelayError(when);
  const due = when.getTime();
  if (Number.isNaN(due)) throw new InvalidDateError();
  return Math.max(0, due);
}

function planCron(pattern: string, write: () => string, options: ScheduleOptions, planner: Planner): Row {
  const { cron, now, floor, ids } = planner;
  if (cron === undefined) throw new CronUnavailableError(pattern);
  const timeZone = options.timeZone ?? planner.timeZone;
  const next = cron.next(pattern, timeZone, Math.max(now, floor - 1));
  if (next === undefined || next > MAX_CRON_DUE) throw new NoNextRunError(pattern);
  const meta: RowMeta = { pattern, timeZone, missed: options.missed, retry: options.retry };
  const id = options.id ?? `cron_${ids.token()}`;
  const payload = encodePayload(write(), meta);
  checkSize("schedule", payload);
  return { due: CRON_DUE + next, id, kind: CRON, payload, named: false };
}

function checkOptions(when: When, options: ScheduleOptions, retry: RetryPolicy): void {
  const { id, onConflict, missed, timeZone, retry: tries } = options;
  checkNames("", options, { id, onConflict, missed, timeZone, retry });
  if (tries !== undefined) checkNames("retry.", tries, retryPolicy(tries, retry));
  if (onConflict !== undefined) checkChoice("onConflict", onConflict, ON_CONFLICT);
  if (missed !== undefined) checkChoice("missed", missed, MISSED);
  if (timeZone !== undefined && (typeof timeZone !== "string" || timeZone === "")) {
    throw new InvalidTimeZoneError(timeZone);
  }
  if (typeof when === "string") return;
  for (const [name, value] of Object.entries({ timeZone, missed })) {
    if (value !== undefined) throw new InvalidOptionError(name, value, "leave it out, or pass a cron pattern");
  }
}

/** Whether two rows hold the same schedule: nothing needs writing to turn `old` into `planned`. */
export function isSameSchedule(old: Row, oldMeta: RowMeta, planned: Row, meta: RowMeta): boolean {
  if (old.kind !== planned.kind || bodyOf(old) !== bodyOf(planned)) return false;
  if (JSON.stringify(oldMeta.retry) !== JSON.stringify(meta.retry)) return false;
  if (old.kind !== CRON) return (oldMeta.due ?? old.due) === planned.due;
  return oldMeta.pattern === meta.pattern && oldMeta.timeZone === meta.timeZone && oldMeta.missed === meta.missed;
}

function bodyOf(row: Row): string {
  return row.payload.slice(row.payload.indexOf("\n"));
}
