/**
 * Writes schedules down, finds them, and changes them.
 *
 * @module
 */
import { DuplicateIdError } from "../errors.ts";
import { dueOfId } from "./row_id.ts";
import { decodePayload, encodePayload } from "./row_payload.ts";
import { CRON_DUE, dueOf, type RowTable } from "./row_table.ts";
import {
  CRON,
  isSchedule,
  type Schedule,
  type ScheduleOptions,
  type ScheduleRow,
  toSchedule,
  type When,
} from "./schedule.ts";
import { nextRun } from "./schedule_kinds.ts";
import { isSameSchedule, type Planner, planSchedule } from "./schedule_plan.ts";
import { PAUSED_DUE, type Row, type Storage } from "../storage.ts";
import type { Wake } from "./wake.ts";

/** What {@linkcode ScheduleBook} works with. */
export interface ScheduleBookParts extends Planner {
  /** Where the rows are. */
  readonly storage: Storage;
  /** The view of the storage. */
  readonly table: RowTable;
  /** The alarm. */
  readonly wake: Wake;
  /** Whether an id is in use that no row has. */
  readonly isHeld: (id: string) => boolean;
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
    const planned = planSchedule(when, body, options, this.#parts);
    const { storage, table } = this.#parts;
    if (planned.kind === CRON) table.noteCron(planned);
    const armed = storage.armedAt();
    if (options.id === undefined && armed !== undefined && armed <= (dueOf(planned) ?? 0)) {
      // One statement is a transaction of its own: the usual case, in which a shared alarm is armed, opens none.
      storage.insert(planned);
      return toSchedule(planned);
    }
    return storage.transaction(() => this.#put(planned, options));
  }

  #put(planned: ScheduleRow, { id, onConflict = "replace" }: ScheduleOptions): Schedule {
    const { storage, table, isHeld } = this.#parts;
    const old = id === undefined ? undefined : table.locate(id);
    if (old === undefined) {
      if (isHeld(planned.id)) throw new DuplicateIdError(planned.id);
      storage.insert(planned);
      return this.#armed(planned);
    }
    const same = isSchedule(old) && isSameSchedule(old, planned);
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

  #armed(row: ScheduleRow): Schedule {
    this.#parts.wake.ensureArmed(dueOf(row) ?? Infinity);
    return toSchedule(row);
  }

  #find(id: string): ScheduleRow | undefined {
    const row = this.#parts.table.locate(id);
    return isSchedule(row) ? row : undefined;
  }

  /** Removes a schedule: see {@linkcode Alarms.cancelSchedule}. */
  remove(id: string): Schedule | undefined {
    const { storage } = this.#parts;
    const due = dueOfId(id);
    const taken = due === undefined ? undefined : storage.take({ due, id });
    if (isSchedule(taken)) return toSchedule(taken);
    // An id of another kind of row: whoever made it cancels it.
    if (taken !== undefined) storage.insert(taken);
    const row = this.#find(id);
    if (row === undefined) return undefined;
    storage.take(row);
    return toSchedule(row);
  }

  /** Finds a schedule: see {@linkcode Alarms.getSchedule}. */
  get(id: string): Schedule | undefined {
    const row = this.#find(id);
    return row && toSchedule(row);
  }

  /** Sets a schedule aside: see {@linkcode Alarms.pause}. */
  pause(id: string): Schedule | undefined {
    const row = this.#find(id);
    if (row === undefined || row.due === PAUSED_DUE) return row && toSchedule(row);
    const { meta, body } = decodePayload(row.payload);
    return toSchedule(this.#parts.table.relocate(row, PAUSED_DUE, encodePayload(body, { ...meta, due: dueOf(row) })));
  }

  /** Takes a schedule up again: see {@linkcode Alarms.resume}. */
  resume(id: string): Schedule | undefined {
    const { storage, table } = this.#parts;
    const row = this.#find(id);
    if (row?.due !== PAUSED_DUE) return row && toSchedule(row);
    const due = this.#resumedDue(row);
    return storage.transaction(() => {
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
    const { clock, cron, floor } = this.#parts;
    const now = clock.now();
    const due = meta.due ?? now;
    if (row.kind !== CRON) return Math.max(due, floor());
    if (due > now) return CRON_DUE + due;
    const next = nextRun(cron(), { ...meta, missed: "skip" }, due, Math.max(now, floor() - 1));
    return next === undefined ? undefined : CRON_DUE + next;
  }
}
