/**
 * Writes schedules down, finds them, and changes them.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { DuplicateIdError } from "../errors.ts";
import { dueOfId } from "./row_id.ts";
import { decodePayload, encodePayload } from "./row_payload.ts";
import { CRON_DUE, dueOf, type RowTable } from "./row_table.ts";
import { CRON, isSchedule, type Schedule, type ScheduleOptions, toSchedule, type When } from "./schedule.ts";
import { nextRun } from "./schedule_kinds.ts";
import { isSameSchedule, type Planner, planSchedule } from "./schedule_plan.ts";
import { PAUSED_DUE, type Row, type Storage } from "../storage.ts";
import type { Wake } from "./wake.ts";

/** What {@linkcode ScheduleBook} works with. */
export interface ScheduleBookParts {
  /** Where the rows are. */
  readonly storage: Storage;
  /** Time. */
  readonly clock: Clock;
  /** The view of the storage. */
  readonly table: RowTable;
  /** The alarm. */
  readonly wake: Wake;
  /** Whether an id is in use that no row has. */
  readonly isHeld: (id: string) => boolean;
  /** What plans depend on; read at each call. */
  readonly planner: () => Planner;
}

/** The schedules of one storage. Each method is one transaction. */
export class ScheduleBook {
  readonly #parts: ScheduleBookParts;

  /** Creates it over its parts. */
  constructor(parts: ScheduleBookParts) {
    this.#parts = parts;
  }

  /**
   * Makes a schedule of a continuation's text: see {@linkcode Alarms.schedule}.
   *
   * @param body Makes the text; called once the rest has been found good, before anything is stored.
   */
  add(when: When, body: () => string, options: ScheduleOptions): Schedule {
    const planned = planSchedule(when, body, options, this.#parts.planner());
    const { storage, table, wake } = this.#parts;
    if (planned.kind === CRON) table.noteCron(planned);
    if (options.id !== undefined) return storage.transaction(() => this.#put(planned, options));
    const due = dueOf(planned) ?? planned.due;
    const armed = storage.armedAt();
    // One statement is a transaction of its own: the usual case, in which a shared alarm is armed, opens none.
    if (armed !== undefined && armed <= due) storage.insert(planned);
    else {
      storage.transaction(() => {
        storage.insert(planned);
        wake.ensureArmed(due);
      });
    }
    return snapshot(planned);
  }

  #put(planned: Row, { onConflict = "replace" }: ScheduleOptions): Schedule {
    const { storage, table, isHeld } = this.#parts;
    const old = table.locate(planned.id);
    if (old === undefined) {
      if (isHeld(planned.id)) throw new DuplicateIdError(planned.id);
      storage.insert(planned);
      return this.#armed(planned);
    }
    const same = isSchedule(old) &&
      isSameSchedule(old, decodePayload(old.payload).meta, planned, decodePayload(planned.payload).meta);
    if (!isSchedule(old) || (onConflict === "throw" && !same)) throw new DuplicateIdError(planned.id);
    if (same || onConflict === "keep") return this.#armed(old);
    if (old.named === planned.named) {
      storage.move(old, planned);
    } else {
      storage.take(old);
      storage.insert(planned);
    }
    return this.#armed(planned);
  }

  #armed(row: Row): Schedule {
    const due = dueOf(row);
    if (due !== undefined) this.#parts.wake.ensureArmed(due);
    return snapshot(row);
  }

  /** Removes a schedule: see {@linkcode Alarms.cancelSchedule}. */
  remove(id: string): Schedule | undefined {
    const { storage, table } = this.#parts;
    const due = dueOfId(id);
    const generated = due === undefined ? undefined : storage.take({ due, id });
    if (isSchedule(generated)) return toSchedule(generated);
    // An id of another kind of row: whoever made it cancels it.
    if (generated !== undefined) storage.insert(generated);
    return storage.transaction(() => {
      const row = generated ?? table.locate(id);
      if (!isSchedule(row)) return undefined;
      storage.take(row);
      return toSchedule(row);
    });
  }

  /** Finds a schedule: see {@linkcode Alarms.getSchedule}. */
  get(id: string): Schedule | undefined {
    const row = this.#parts.table.locate(id);
    return isSchedule(row) ? toSchedule(row) : undefined;
  }

  /** Sets a schedule aside: see {@linkcode Alarms.pause}. */
  pause(id: string): Schedule | undefined {
    const { storage, table } = this.#parts;
    return storage.transaction(() => {
      const row = table.locate(id);
      if (!isSchedule(row)) return undefined;
      if (row.due === PAUSED_DUE) return toSchedule(row);
      const { meta, body } = decodePayload(row.payload);
      const payload = encodePayload(body, { ...meta, due: dueOf(row) });
      return snapshot(table.relocate(row, PAUSED_DUE, payload));
    });
  }

  /** Takes a schedule up again: see {@linkcode Alarms.resume}. */
  resume(id: string): Schedule | undefined {
    const { storage, table } = this.#parts;
    return storage.transaction(() => {
      const row = table.locate(id);
      if (!isSchedule(row)) return undefined;
      if (row.due !== PAUSED_DUE) return toSchedule(row);
      const due = this.#resumedDue(row);
      if (due === undefined) {
        storage.take(row);
        return undefined;
      }
      const { meta: { due: _due, ...meta }, body } = decodePayload(row.payload);
      return this.#armed(table.relocate(row, due, encodePayload(body, meta)));
    });
  }

  /** Where a paused row goes, in the table's terms: runs of cron that fell in the pause are not made up for. */
  #resumedDue(row: Row): number | undefined {
    const { meta } = decodePayload(row.payload);
    const { cron, now, floor } = this.#parts.planner();
    const due = meta.due ?? now;
    if (row.kind !== CRON) return Math.max(due, floor);
    if (due > now) return CRON_DUE + due;
    const next = nextRun(cron, { ...meta, missed: "skip" }, due, Math.max(now, floor - 1));
    return next === undefined ? undefined : CRON_DUE + next;
  }
}

/** The schedule that a row is which is known to be one. */
function snapshot(row: Row): Schedule {
  return toSchedule({ ...row, kind: row.kind === CRON ? CRON : "once" });
}
