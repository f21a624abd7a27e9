/**
 * Which schedules to list, and in what order.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { checkInteger } from "../option_checks.ts";
import { CRON_DUE, MAX_CRON_DUE, type RowTable } from "./row_table.ts";
import { isSchedule, type Schedule, type ScheduleState, toSchedule } from "./schedule.ts";
import { MAX_DUE, PAUSED_DUE, type Row, type RowKey } from "../storage.ts";

/** Which schedules to list; what is left out does not narrow. */
export interface ScheduleFilter {
  /** Only ids that begin so. */
  readonly idPrefix?: string;
  /** Only this kind. */
  readonly kind?: "once" | "cron";
  /** Only this state. */
  readonly state?: ScheduleState;
  /** Only those due then or later, in milliseconds since the epoch. It leaves out paused ones. */
  readonly from?: number;
  /** Only those due then or earlier, in milliseconds since the epoch. It leaves out paused ones. */
  readonly to?: number;
  /** Most schedules to return; an integer of 1 or more. Defaults to 100. */
  readonly limit?: number;
  /** Only schedules after this one, the last of the page before; it may be gone. */
  readonly after?: Schedule;
}

/**
 * Lists schedules in the order in which they are due, one-shots before cron at the same instant; then the paused ones,
 * by id. It reads the rows between `from` and `to`, or to the end of the page.
 *
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when `limit`, `from` or `to` is out of its range.
 */
export function listSchedules(table: RowTable, filter: ScheduleFilter): Schedule[] {
  const { limit = 100, idPrefix = "", kind, state } = filter;
  checkInteger("limit", limit);
  return candidates(table, filter)
    .filter(isSchedule)
    .filter((row) => row.id.startsWith(idPrefix) && (kind === undefined || row.kind === kind))
    .map(toSchedule)
    .filter((schedule) => state === undefined || schedule.state === state)
    .take(limit)
    .toArray();
}

function* candidates(table: RowTable, filter: ScheduleFilter): Generator<Row, void, void> {
  const { from, to, state, after } = filter;
  for (const [name, value] of Object.entries({ from, to })) {
    if (value !== undefined && Number.isNaN(value)) {
      throw new InvalidOptionError(name, value, "pass milliseconds since the epoch");
    }
  }
  const last = after && keyOf(after);
  if (state !== "paused" && after?.state !== "paused") {
    const earliest = Math.min(Math.max(0, Math.ceil(from ?? 0)), MAX_DUE);
    yield* table.due(Math.min(to ?? MAX_DUE, MAX_DUE), earliest, last);
  }
  if (from !== undefined || to !== undefined || (state !== undefined && state !== "paused")) return;
  yield* table.walk(PAUSED_DUE, { due: PAUSED_DUE, id: after?.state === "paused" ? after.id : "" });
}

/** Where a schedule lies in the table. */
function keyOf(schedule: Schedule): RowKey {
  const { id, kind, due } = schedule;
  return { id, due: kind === "cron" ? CRON_DUE + Math.min(due, MAX_CRON_DUE) : due };
}
