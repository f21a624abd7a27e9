/**
 * Finds the row whose handler kills its object: one that runs out of memory, or never gives the thread back.
 *
 * A handler that kills leaves nothing behind, its row waits as before, and the next alarm runs it again. Marking each
 * row before it runs would find it, and would cost one more row written per run. So a mark is written only when there is
 * reason to suspect a death: the first alarm of an object finds rows that should have run some time ago. Then the
 * overdue rows run in batches under one mark. An object that finds that mark when it starts has died in a batch; it
 * runs the rows of that batch one by one, each under a mark that names it. An object that finds such a mark knows the
 * row: it has been there at three deaths.
 *
 * @module
 */
import { bury } from "./dead_letters.ts";
import { decodePayload, encodePayload, failureRecord } from "./row_payload.ts";
import { dueOf, MARK_DUE } from "./row_table.ts";
import { QuarantinedError } from "./schedule_errors.ts";
import { compareKeys, type Row, type RowKey, type Storage } from "./storage.ts";

/** How late the first alarm of an object may find a row before a death is suspected, in milliseconds. */
const SUSPICIOUS_MS = 500;
/** Deaths after which a row is known: in its usual turn, in a batch, alone. */
const DEATHS = 3;
/** Rows that run under one mark. */
export const BATCH_ROWS = 64;

const KEY: RowKey = { due: MARK_DUE, id: "running" };

/** What the mark says: a batch runs, or one row does and, with it, `left` of its batch are still to be tried alone. */
interface Mark {
  readonly row?: RowKey;
  readonly left?: number;
}

/** Keeps the mark of one storage. */
export class DeathWatch {
  readonly #storage: Storage;
  #started = false;
  #mark: Mark | undefined;
  #left = 0;

  /** Creates it over a storage. */
  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** How many rows may run before the next mark: all of them, a batch, or one. */
  get step(): number {
    if (this.#mark === undefined) return Infinity;
    return this.#left > 0 ? 1 : BATCH_ROWS;
  }

  /**
   * To be called by every alarm; the first one of the object looks for a mark and for overdue rows.
   *
   * @param firstDue Tells when the first row is due, in milliseconds since the epoch.
   * @param now Milliseconds since the epoch.
   * @returns The row that has been quarantined and its failure, if there was one.
   */
  start(firstDue: () => number | undefined, now: number): { row: Row; error: QuarantinedError } | undefined {
    if (this.#started) return undefined;
    this.#started = true;
    const mark = this.#storage.get(KEY);
    if (mark === undefined) {
      const due = firstDue();
      if (due !== undefined && now - due > SUSPICIOUS_MS) this.#write({});
      return undefined;
    }
    this.#mark = JSON.parse(decodePayload(mark.payload).body);
    const row = this.#mark?.row;
    this.#left = row === undefined ? BATCH_ROWS : this.#mark?.left ?? 0;
    return row && this.#quarantine(row, now);
  }

  #quarantine(key: RowKey, now: number): { row: Row; error: QuarantinedError } | undefined {
    const row = this.#storage.get(key);
    if (row === undefined) return undefined;
    const error = new QuarantinedError(row.id, DEATHS);
    this.#storage.transaction(() => {
      const { meta, body } = decodePayload(row.payload);
      const failures = (meta.failures ?? 0) + DEATHS;
      const letter = { ...meta, failures, due: meta.due ?? dueOf(row), error: failureRecord(error, now) };
      bury(this.#storage, row, encodePayload(body, letter), false);
    });
    return { row, error };
  }

  /** Marks rows that are about to run; tells whether the mark must be made durable first. */
  before(rows: readonly Row[]): boolean {
    if (this.#mark === undefined) return false;
    if (this.#left === 0) return this.#write({});
    this.#left--;
    return this.#write({ row: { due: rows[0].due, id: rows[0].id }, left: this.#left });
  }

  /** Removes the mark: the object has lived through what was overdue. */
  clear(): void {
    if (this.#mark !== undefined) this.#storage.take(KEY);
    this.#mark = undefined;
    this.#left = 0;
  }

  /** Writes a mark that differs from the one in place. */
  #write(mark: Mark): boolean {
    const old = this.#mark;
    if (old !== undefined && sameRow(old.row, mark.row)) return false;
    const row = { ...KEY, kind: "mark", payload: encodePayload(JSON.stringify(mark)), named: false };
    if (!this.#storage.move(KEY, row)) this.#storage.insert(row);
    this.#mark = mark;
    return true;
  }
}

function sameRow(a: RowKey | undefined, b: RowKey | undefined): boolean {
  return a === undefined || b === undefined ? a === b : compareKeys(a, b) === 0;
}
