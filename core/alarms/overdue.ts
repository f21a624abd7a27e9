/**
 * How far behind the alarms are.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { CRON_DUE, MAX_CRON_DUE, type RowTable } from "./row_table.ts";
import { MAX_DUE, type Storage } from "../storage.ts";

/** How far behind the alarms are. */
export interface OverdueReport {
  /** How many rows are late by at least the span asked for. */
  readonly count: number;
  /** How late the first of them is, in milliseconds; 0 when none is. */
  readonly longest: number;
}

/**
 * Counts the rows that should have run. It reads as many.
 *
 * @param by How late a row must be, in milliseconds, to count.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when `by` is negative or NaN.
 */
export function overdueReport(storage: Storage, table: RowTable, now: number, by: number): OverdueReport {
  if (!(by >= 0)) throw new InvalidOptionError("by", by, "pass zero or more milliseconds");
  const upTo = now - by;
  const count = storage.count(0, Math.min(upTo, MAX_DUE)) +
    storage.count(CRON_DUE, CRON_DUE + Math.min(upTo, MAX_CRON_DUE));
  return { count, longest: count === 0 ? 0 : now - table.nextDue() };
}
