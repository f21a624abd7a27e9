/**
 * The storage port: what the core needs of a database, and no more.
 *
 * @module
 */

/**
 * One stored thing: a schedule or a request. A row's `due` says when it must be looked at, and orders the table.
 */
export interface Row {
  /** When the row is due, in integer milliseconds since the epoch, or one of {@linkcode PAUSED_DUE}, {@linkcode DEAD_DUE}. */
  readonly due: number;
  /**
   * Unique among named rows; a generated id is unique with its `due`. Like the other texts it holds no lone surrogate
   * and no U+0000, which databases do not give back as they were.
   */
  readonly id: string;
  /** What the row is, e.g. `"once"`, `"cron"`, `"request"`; the storage does not interpret it. */
  readonly kind: string;
  /** The rest, as text; the storage does not interpret it. */
  readonly payload: string;
  /** Whether {@linkcode Storage.find} must find the row by `id` alone. On SQL it costs one more row written. */
  readonly named: boolean;
}

/** What identifies a row: its place in the order. */
export interface RowKey {
  /** As in {@linkcode Row.due}. */
  readonly due: number;
  /** As in {@linkcode Row.id}. */
  readonly id: string;
}

/** Latest due time of a row that will run: the last instant that a `Date` can hold, in milliseconds. */
export const MAX_DUE = 8_640_000_000_000_000;
/** The `due` of a paused row: after every date, so that no sweep meets it and no index is needed to list it. */
export const PAUSED_DUE: number = MAX_DUE + 1;
/** The `due` of a dead letter: after every date, so that no sweep meets it and no index is needed to list it. */
export const DEAD_DUE: number = MAX_DUE + 2;

/**
 * A synchronous, ordered table of rows and one alarm. Implement it to bring your own database; the published
 * `storageCases` tell whether it is right.
 *
 * **Isolation.** Every method is synchronous and sees all that was written before it. What `transaction` runs is
 * serializable: nothing else reads or writes in between, and either all of it is kept or, when it throws, nothing.
 * Outside of `transaction` each call is a transaction of its own. The port does not promise that a committed write
 * has reached the disk when the call returns: on Cloudflare, output gates hold back messages until it has.
 *
 * **Order.** Rows are ordered by `due`, then by `id` in the order of its UTF-8 bytes.
 */
export interface Storage {
  /**
   * Adds a row.
   *
   * @throws {DuplicateIdError} (`DUPLICATE_ID`) when the key is taken or, for a named row, another named row has the id.
   */
  insert(row: Row): void;
  /** The row at a key, or `undefined`. */
  get(key: RowKey): Row | undefined;
  /** The named row with an id, whatever its due time, or `undefined`. Rows that are not named are never found. */
  find(id: string): Row | undefined;
  /** Removes and returns the row at a key, or returns `undefined`: of two callers, one gets the row. */
  take(key: RowKey): Row | undefined;
  /**
   * Puts `row` in the place of the row at `key`, whose `due` may differ and whose `id` and `named` may not.
   *
   * @returns Whether there was a row at `key`; when not, nothing is written.
   * @throws {DuplicateIdError} (`DUPLICATE_ID`) when the new key is taken by another row.
   */
  move(key: RowKey, row: Row): boolean;
  /**
   * Rows due up to and at an instant, in order.
   *
   * @param upTo Latest `due` to include, in milliseconds.
   * @param limit Most rows to return.
   * @param after Only rows after this key, which need not exist.
   */
  due(upTo: number, limit: number, after?: RowKey): Row[];
  /** The key of the first row in order, or `undefined` when the table is empty. It reads one row at any size. */
  first(): RowKey | undefined;
  /** How many rows have `from` <= due <= `upTo`. It reads as many. */
  count(from: number, upTo: number): number;
  /**
   * Runs `run` as one transaction; a nested call is a savepoint.
   *
   * @returns What `run` returned. It must not be a promise: a transaction does not outlive its turn.
   * @throws What `run` threw, after everything it wrote, and every change to the alarm, has been undone.
   */
  transaction<T>(run: () => T): T;
  /** When the alarm will fire, in milliseconds since the epoch, or `undefined` when it is not armed. Reads no row. */
  armedAt(): number | undefined;
  /** Sets the one alarm, replacing an earlier setting. On Cloudflare it costs one row written. */
  arm(at: number): void;
  /** Unsets the alarm. Costs no row. */
  disarm(): void;
}

/**
 * Compares two keys in the order that {@linkcode Storage} promises: by `due`, then by `id` in the order of its UTF-8
 * bytes. JavaScript's own `<` compares UTF-16 units instead, and puts "😀" before "\uFFFD"; SQLite and most
 * databases do not.
 *
 * @example Sort as every storage does
 * ```ts
 * import { compareKeys } from "@doze/fetch";
 * import { assertEquals } from "@std/assert";
 *
 * const keys = [{ due: 2, id: "a" }, { due: 1, id: "😀" }, { due: 1, id: "\uFFFD" }];
 * assertEquals(keys.sort(compareKeys).map((key) => key.id), ["\uFFFD", "😀", "a"]);
 * ```
 *
 * @returns Negative when `a` comes first, positive when `b` does, 0 when they are the same key.
 */
export function compareKeys(a: RowKey, b: RowKey): number {
  if (a.due !== b.due) return a.due < b.due ? -1 : 1;
  if (a.id === b.id) return 0;
  let at = 0;
  while (a.id.charCodeAt(at) === b.id.charCodeAt(at)) at++;
  // UTF-8 orders as code points do; at the first difference a shared high surrogate lies behind.
  return (a.id.codePointAt(at) ?? -1) - (b.id.codePointAt(at) ?? -1);
}
