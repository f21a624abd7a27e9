/**
 * Where rows lie in the one ordered table, and how to find them again without an index.
 *
 * A row that waits for its time lies at that time. Three groups lie behind every date: paused rows, dead letters, and
 * the rows of cron schedules, which have a stretch of their own, so that moving one to its next run writes one row and
 * finding one by its id reads cron rows only.
 *
 * @module
 */
import { dueOfId } from "./row_id.ts";
import { DEAD_DUE, MAX_DUE, PAUSED_DUE, type Row, type RowKey, type Storage } from "../storage.ts";

/** The `due` of the one row in which a death watch keeps its mark. */
export const MARK_DUE: number = DEAD_DUE + 1;
/** A cron row that is due at `t` lies at `CRON_DUE + t`. */
export const CRON_DUE: number = DEAD_DUE + 1_000;
/** Latest due time of a cron row, in milliseconds: the year 13,600 or so. Beyond, doubles lose milliseconds. */
export const MAX_CRON_DUE: number = Number.MAX_SAFE_INTEGER - CRON_DUE;

/** Rows read at a time when many are walked. */
const PAGE = 64;

/** When a row is due, in milliseconds since the epoch, or `undefined` for one that waits for nothing. */
export function dueOf(key: RowKey): number | undefined {
  if (key.due <= MAX_DUE) return key.due;
  return key.due >= CRON_DUE ? key.due - CRON_DUE : undefined;
}

/** Finds and walks rows. It writes none, but for {@linkcode RowTable.relocate}. */
export class RowTable {
  readonly #storage: Storage;
  /** Where each cron row was seen last. Once `#listed`, every cron row's id is in it, and maybe ids long gone. */
  readonly #crons = new Map<string, number>();
  #listed = false;

  /** Creates the view of a storage. */
  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /**
   * When the earliest row is due, in milliseconds since the epoch; `Infinity` where none is. Reads one row, and one more
   * where crons exist or, for the first time, may exist.
   */
  nextDue(): number {
    const first = this.#storage.first();
    if (first === undefined) {
      this.#listed = true;
      return Infinity;
    }
    const due = dueOf(first) ?? Infinity;
    return first.due >= CRON_DUE ? due : Math.min(due, this.#firstCron(0));
  }

  /** Like {@linkcode RowTable.nextDue}, of the rows due after an instant. */
  nextDueAfter(instant: number): number {
    const [plain] = this.#storage.due(MAX_DUE, 1, { due: instant + 1, id: "" });
    return Math.min(plain?.due ?? Infinity, this.#firstCron(instant + 1));
  }

  #firstCron(from: number): number {
    // To find that there is none costs a read as well, which every alarm would make.
    if (this.#listed && this.#crons.size === 0) return Infinity;
    const [row] = this.#storage.due(Number.MAX_SAFE_INTEGER, 1, { due: CRON_DUE + from, id: "" });
    if (row === undefined && from === 0) this.#listed = true;
    return row === undefined ? Infinity : row.due - CRON_DUE;
  }

  /**
   * Walks the rows that wait, in the order of their due times; rows may change meanwhile.
   *
   * @param upTo Latest due time, in milliseconds since the epoch.
   * @param from Earliest due time. Defaults to all.
   * @param after Only rows after this one, which need not exist.
   */
  *due(upTo: number, from = 0, after?: RowKey): Generator<Row, void, void> {
    const [afterPlain, afterCron] = splitCursor(from, after);
    const crons = this.walk(CRON_DUE + Math.min(upTo, MAX_CRON_DUE), afterCron);
    let cron = crons.next();
    for (const plain of this.walk(Math.min(upTo, MAX_DUE), afterPlain)) {
      for (; !cron.done && cron.value.due - CRON_DUE < plain.due; cron = crons.next()) yield cron.value;
      yield plain;
    }
    for (; !cron.done; cron = crons.next()) yield cron.value;
  }

  /** Walks the rows that lie after `after` and up to `upTo`, page by page; rows may change meanwhile. */
  *walk(upTo: number, after: RowKey): Generator<Row, void, void> {
    let cursor = after;
    for (;;) {
      const rows = this.#storage.due(upTo, PAGE, cursor);
      yield* rows;
      if (rows.length < PAGE) return;
      cursor = rows[PAGE - 1];
    }
  }

  /** Finds a row that waits or is paused by its id; dead letters have ids of their own. */
  locate(id: string): Row | undefined {
    const due = dueOfId(id);
    const generated = due === undefined ? undefined : this.#storage.get({ due, id });
    return generated ?? this.#storage.find(id) ?? this.#storage.get({ due: PAUSED_DUE, id }) ?? this.#locateCron(id);
  }

  #locateCron(id: string): Row | undefined {
    const seen = this.#crons.get(id);
    let found = seen === undefined ? undefined : this.#storage.get({ due: seen, id });
    if (found !== undefined || (seen === undefined && this.#listed)) return found;
    for (const row of this.walk(Number.MAX_SAFE_INTEGER, { due: CRON_DUE, id: "" })) {
      this.#crons.set(row.id, row.due);
      if (row.id === id) found = row;
    }
    this.#listed = true;
    return found;
  }

  /**
   * Must hear of every cron row before it is written or taken: an id that it has not heard of is taken for free, and a
   * transaction that is undone may bring back a row that nobody sees now.
   */
  noteCron(key: RowKey): void {
    this.#crons.set(key.id, key.due);
  }

  /**
   * Moves a row so that it can be found again: one that can be computed from its id stays without an index.
   *
   * @param row The row as it is stored.
   * @param due Where it goes, in the table's terms.
   * @param payload Its new text.
   * @returns The row as it is afterwards.
   */
  relocate<R extends Row>(row: R, due: number, payload: string): R {
    if (due >= CRON_DUE) this.noteCron({ due, id: row.id });
    const findable = row.named || due > MAX_DUE || due === dueOfId(row.id);
    const moved = { ...row, due, payload, named: row.named || !findable };
    if (findable) {
      this.#storage.move(row, moved);
    } else {
      this.#storage.take(row);
      this.#storage.insert(moved);
    }
    return moved;
  }
}

/** Where each of the two stretches goes on after a row that came in the merged order, plain before cron. */
function splitCursor(from: number, after: RowKey | undefined): [plain: RowKey, cron: RowKey] {
  const due = after && dueOf(after);
  if (after === undefined || due === undefined || due < from) {
    return [{ due: from, id: "" }, { due: CRON_DUE + from, id: "" }];
  }
  if (after.due < CRON_DUE) return [after, { due: CRON_DUE + due, id: "" }];
  return [{ due: due + 1, id: "" }, after];
}
