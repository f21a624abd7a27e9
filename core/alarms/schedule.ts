/**
 * A schedule as callers see it, and how it is kept in a row.
 *
 * @module
 */
import type { RetryOptions } from "../backoff.ts";
import { decodePayload, type FailureRecord } from "./row_payload.ts";
import { dueOf } from "./row_table.ts";
import { PAUSED_DUE, type Row } from "../storage.ts";

/** The kind of a row that runs once. */
export const ONCE = "once";
/** The kind of a row that recurs. */
export const CRON = "cron";

/** When to run: a `Date`, a delay in **seconds**, or a cron pattern. */
export type When = Date | number | string;

/** What becomes of cron runs that fell in downtime: none is run, one is run for all of them, or each is. */
export type MissedRuns = "skip" | "once" | "all";

/** What happens when another schedule has the id. */
export type OnConflict = "replace" | "keep" | "throw";

/** How to schedule. */
export interface ScheduleOptions {
  /**
   * An id of your own, 1 to 512 characters. It costs one more row written, except for cron. Defaults to a generated
   * one.
   */
  readonly id?: string;
  /** What happens when another schedule has the id; one that is the same in all is never written. Defaults to `"replace"`. */
  readonly onConflict?: OnConflict;
  /** IANA time zone of a cron pattern. Defaults to that of the alarms, and that one to `"UTC"`. */
  readonly timeZone?: string;
  /** What becomes of cron runs that fell in downtime. Defaults to `"once"`. */
  readonly missed?: MissedRuns;
  /** Tries when the continuation throws; what is left out comes from the alarms' own options. */
  readonly retry?: RetryOptions;
}

/** Whether a schedule waits for its time, waits for another try after a failure, or waits to be resumed. */
export type ScheduleState = "scheduled" | "retrying" | "paused";

/** A continuation with a due time. A snapshot: it does not follow later changes. */
export interface Schedule {
  /** Its id, explicit or generated. */
  readonly id: string;
  /** Whether it runs once or recurs. */
  readonly kind: "once" | "cron";
  /** What it waits for. */
  readonly state: ScheduleState;
  /** When it runs next, the next try included, in milliseconds since the epoch. For a paused one: when it was to run. */
  readonly due: number;
  /** As {@linkcode Schedule.due}; `undefined` while it is paused. */
  readonly nextRun: number | undefined;
  /** The continuation, as stored text. */
  readonly continuation: string;
  /** How many tries of the current run have failed. */
  readonly failures: number;
  /** The latest failure of the current run. */
  readonly error: FailureRecord | undefined;
  /** The retry options that it was given. */
  readonly retry: RetryOptions | undefined;
  /** Cron: the pattern. */
  readonly pattern: string | undefined;
  /** Cron: the IANA time zone. */
  readonly timeZone: string | undefined;
  /** Cron: what becomes of runs that fell in downtime. */
  readonly missed: MissedRuns | undefined;
  /** Cron: for when the latest run that committed was due, in milliseconds since the epoch. */
  readonly previousRun: number | undefined;
  /** Cron: how many runs have committed. */
  readonly runCount: number | undefined;
}

/** A row that holds a schedule. */
export type ScheduleRow = Row & { readonly kind: "once" | "cron" };

/** Whether a row is a schedule, rather than a request or another kind. */
export function isSchedule(row: Row | undefined): row is ScheduleRow {
  return row !== undefined && (row.kind === ONCE || row.kind === CRON);
}

/**
 * Reads the schedule that a row is.
 *
 * @throws {PayloadVersionError} (`PAYLOAD_VERSION`) when a newer release wrote it.
 */
export function toSchedule(row: ScheduleRow): Schedule {
  const { meta, body } = decodePayload(row.payload);
  const paused = row.due === PAUSED_DUE;
  const due = dueOf(row) ?? meta.due ?? 0;
  return {
    id: row.id,
    kind: row.kind,
    state: paused ? "paused" : meta.failures === undefined ? "scheduled" : "retrying",
    due,
    nextRun: paused ? undefined : due,
    continuation: body,
    failures: meta.failures ?? 0,
    error: meta.error,
    retry: meta.retry,
    pattern: meta.pattern,
    timeZone: meta.timeZone,
    missed: meta.missed ?? (row.kind === CRON ? "once" : undefined),
    previousRun: meta.previousRun,
    runCount: meta.runCount ?? (row.kind === CRON ? 0 : undefined),
  };
}
