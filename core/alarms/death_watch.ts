/**
 * Finds the row whose handler kills its object: one that runs out of memory, or never gives the thread back.
 *
 * A handler that kills leaves nothing behind, its row waits as before, and the next alarm runs it again. Marking each
 * row before it runs would find it, and would cost one more row written per run. So a mark is written only when there is
 * reason to suspect a death: the platform says so, or the first alarm of an object finds rows that should have run some
 * time ago. Then the overdue rows run in batches under one mark. An object that finds that mark when it starts has died
 * in a batch; it runs the rows of that batch one by one, each under a mark that names it and counts the deaths that it
 * was there at.
 *
 * @module
 */
import { decodePayload, encodePayload } from "./row_payload.ts";
import { MARK_DUE } from "./row_table.ts";
import type { Row, RowKey, Storage } from "../storage.ts";

/** How late the first alarm of an object may find a row before a death is suspected, in milliseconds. */
const SUSPICIOUS_MS = 500;
/** Deaths that a row must have been there at, alone at the last, to be quarantined. */
const DEATHS = 3;
/** Rows that run under one mark. */
export const BATCH_ROWS = 64;

const KEY: RowKey = { due: MARK_DUE, id: "running" };

/** What the mark says. */
interface Mark {
  /** How many deaths the rows at risk have been there at, as far as is known. */
  readonly deaths: number;
  /** The row that runs alone; without it a batch runs. */
  readonly row?: RowKey;
  /** How many rows of its batch are still to be tried alone, after it. */
  readonly left: number;
  /** How many deaths each of those has been there at. */
  readonly shared: number;
}

/** Keeps the mark of one storage. */
export class DeathWatch {
  readonly #storage: Storage;
  readonly #quarantine: (key: RowKey, deaths: number) => boolean;
  #started = false;
  #mark: Mark | undefined;

  /** Creates it over a storage; `quarantine` puts a row away, and tells whether there was one. */
  constructor(storage: Storage, quarantine: (key: RowKey, deaths: number) => boolean) {
    this.#storage = storage;
    this.#quarantine = quarantine;
  }

  /** How many rows may run before the next mark: all of them, a batch, or one. */
  get step(): number {
    if (this.#mark === undefined) return Infinity;
    return this.#mark.left > 0 || this.#mark.row !== undefined ? 1 : BATCH_ROWS;
  }

  /**
   * To be called by every alarm; the first one of the object looks for a mark and for overdue rows.
   *
   * @param firstDue Tells when the first row is due, in milliseconds since the epoch; `Infinity` where none is.
   * @param now Milliseconds since the epoch.
   * @param retried Whether the platform says that the alarm before has failed.
   */
  start(firstDue: () => number, now: number, retried: boolean): void {
    if (this.#started) return;
    this.#started = true;
    const stored = this.#storage.get(KEY);
    if (stored === undefined) {
      const due = firstDue();
      const deaths = retried ? 1 : 0;
      if (due < Infinity && (retried || now - due > SUSPICIOUS_MS)) this.#write({ deaths, left: 0, shared: deaths });
      return;
    }
    const mark: Mark = JSON.parse(decodePayload(stored.payload).body);
    const deaths = mark.deaths + 1;
    if (mark.row === undefined) this.#mark = { deaths, left: BATCH_ROWS, shared: deaths };
    // One that is convicted explains the deaths that the others were there at.
    else if (deaths >= DEATHS && this.#quarantine(mark.row, DEATHS)) {
      this.#mark = { deaths: 0, left: mark.left, shared: 0 };
    } else this.#mark = { ...mark, deaths };
  }

  /** Marks rows that are about to run. */
  before(rows: readonly Row[]): void {
    const mark = this.#mark;
    if (mark === undefined) return;
    const [{ due, id }] = rows;
    const same = mark.row === undefined ? mark.left === 0 : mark.row.due === due && mark.row.id === id;
    if (same) this.#write(mark);
    else if (mark.left > 0) this.#write({ ...mark, deaths: mark.shared, row: { due, id }, left: mark.left - 1 });
    else this.#write({ deaths: 0, left: 0, shared: 0 });
  }

  /** Removes the mark: the object has lived through what was overdue. */
  clear(): void {
    this.#storage.take(KEY);
    this.#mark = undefined;
  }

  /** Writes the mark, where it is not as it is stored. */
  #write(mark: Mark): void {
    this.#mark = mark;
    const row = { ...KEY, kind: "mark", payload: encodePayload(JSON.stringify(mark)), named: false };
    const stored = this.#storage.get(KEY);
    if (stored === undefined) this.#storage.insert(row);
    else if (stored.payload !== row.payload) this.#storage.move(KEY, row);
  }
}
