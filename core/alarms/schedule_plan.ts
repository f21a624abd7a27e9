/**
 * From what a caller asked for to the row that holds it, with every check made before anything is stored.
 *
 * @module
 */
import { type RetryPolicy, retryPolicy } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import type { CronEngine } from "./cron_engine.ts";
import { InvalidDateError, InvalidDelayError, InvalidOptionError } from "../errors.ts";
import { checkChoice, checkNames, checkObject } from "../option_checks.ts";
import { checkId, type IdSource } from "./row_id.ts";
import { checkSize, decodePayload, encodePayload, type RowMeta } from "./row_payload.ts";
import { CRON_DUE } from "./row_table.ts";
import {
  CRON,
  type MissedRuns,
  ONCE,
  type OnConflict,
  type ScheduleOptions,
  type ScheduleRow,
  type When,
} from "./schedule.ts";
import { InvalidTimeZoneError, NoNextRunError } from "./schedule_errors.ts";
import { nextRun } from "./schedule_kinds.ts";
import { MAX_DUE, type Row } from "../storage.ts";

/** What a plan depends on beside the call itself. */
export interface Planner {
  /** Time. */
  readonly clock: Clock;
  /** Earliest due time allowed, in milliseconds since the epoch. */
  readonly floor: () => number;
  /** The zone of cron patterns that name none. */
  readonly timeZone: string;
  /** Reads cron patterns; `undefined` where nobody can. */
  readonly cron: () => CronEngine | undefined;
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
export function planSchedule(
  when: When,
  write: () => string,
  options: ScheduleOptions,
  planner: Planner,
): ScheduleRow {
  checkObject("options", options);
  const { id, retry, missed } = options;
  if (id !== undefined) checkId(id);
  checkOptions(when, options, planner.retry);
  const { clock, floor, cron, ids } = planner;
  if (typeof when !== "string") {
    const due = Math.max(dueFrom(when, clock.now()), floor());
    const payload = checkSize("schedule", encodePayload(write(), retry && { retry }));
    return { due, id: id ?? ids.generate(due), kind: ONCE, payload, named: id !== undefined };
  }
  const meta: RowMeta = { pattern: when, timeZone: options.timeZone ?? planner.timeZone, missed, retry };
  const after = Math.max(clock.now(), floor() - 1);
  const next = nextRun(cron(), meta, after, after);
  if (next === undefined) throw new NoNextRunError(when);
  const payload = checkSize("schedule", encodePayload(write(), meta));
  return { due: CRON_DUE + next, id: id ?? `cron_${ids.token()}`, kind: CRON, payload, named: false };
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

/** Whether a row holds what was planned, whatever has become of it since: then nothing needs writing. */
export function isSameSchedule(row: Row, planned: Row): boolean {
  const { meta, body } = decodePayload(row.payload);
  const { failures: _failures, error: _error, due = row.due, previousRun: _run, runCount: _count, ...asked } = meta;
  if (row.kind !== planned.kind || encodePayload(body, asked) !== planned.payload) return false;
  return row.kind === CRON || due === planned.due;
}
