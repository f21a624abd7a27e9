/**
 * The storage port over any synchronous SQLite: one SQL text for Cloudflare, `node:sqlite` and whatever comes.
 *
 * @module
 */
import { DuplicateIdError } from "./errors.ts";
import type { SqlDriver, SqlRow, SqlValue } from "./sql_driver.ts";
import { migrate } from "./sql_schema.ts";
import type { Row, RowKey, Storage } from "./storage.ts";

// Plain literals: one that quotes another name counts as work at the start, and stays in bundles that store nothing.
const INSERT = "INSERT INTO doze_rows (due, id, kind, payload, named) VALUES (?, ?, ?, ?, ?)";
// Where the key is known, only the rest is read: each column more costs a Worker about a microsecond.
const GET = "SELECT kind, payload, named FROM doze_rows WHERE due = ? AND id = ?";
const FIND = "SELECT * FROM doze_rows WHERE id = ? AND named = 1";
const TAKE = "DELETE FROM doze_rows WHERE due = ? AND id = ? RETURNING kind, payload, named";
const MOVE = "UPDATE doze_rows SET due = ?, kind = ?, payload = ? WHERE due = ? AND id = ? RETURNING due";
const DUE = "SELECT * FROM doze_rows WHERE due <= ? ORDER BY due, id LIMIT ?";
const DUE_AFTER = "SELECT * FROM doze_rows WHERE (due, id) > (?, ?) AND due <= ? ORDER BY due, id LIMIT ?";
const FIRST = "SELECT due, id FROM doze_rows ORDER BY due, id LIMIT 1";
const COUNT = "SELECT count(*) AS count FROM doze_rows WHERE due BETWEEN ? AND ?";
const ALARM = "SELECT value FROM doze_meta WHERE key = 'alarm'";
const KEEP_ALARM = "INSERT OR REPLACE INTO doze_meta (key, value) VALUES ('alarm', ?)";
const FORGET_ALARM = "DELETE FROM doze_meta WHERE key = 'alarm'";

/** How a {@linkcode SqlStorage} treats the alarm. */
export interface SqlStorageOptions {
  /**
   * Told when the alarm will fire, in milliseconds since the epoch, or `undefined` when it is unset: after each
   * outermost commit that set or unset it, never for one that was undone. What it throws reaches the caller, whose
   * writes are kept.
   */
  onArm?: (at: number | undefined) => void;
  /**
   * Whether the alarm is kept in the database, at one row written for each setting, so that a restart finds it.
   * Defaults to `true`. Pass `false` where the platform keeps it, and say what it is with `noteAlarm`.
   */
  keepAlarm?: boolean;
}

/**
 * A {@linkcode Storage} in a SQLite database, over a driver. Opening creates or migrates its tables, which all start
 * with `doze_`; your own may live beside them.
 *
 * Writing costs one row for each change, two for a named row; finding the first reads one row at any size.
 *
 * @example Over `node:sqlite`, by hand
 * ```ts
 * import { SqlStorage, type SqlValue } from "@doze/fetch";
 * import { assertEquals } from "@std/assert";
 * import { DatabaseSync } from "node:sqlite";
 *
 * const database = new DatabaseSync(":memory:");
 * const storage = new SqlStorage({
 *   exec: (query: string, ...bindings: SqlValue[]) => database.prepare(query).all(...bindings),
 *   transaction(run) {
 *     database.exec("SAVEPOINT doze");
 *     try {
 *       const result = run();
 *       database.exec("RELEASE doze");
 *       return result;
 *     } catch (error) {
 *       database.exec("ROLLBACK TO doze; RELEASE doze");
 *       throw error;
 *     }
 *   },
 * });
 * storage.insert({ due: 1_000, id: "a", kind: "once", payload: "", named: false });
 * assertEquals(storage.first(), { due: 1_000, id: "a" });
 * database.close();
 * ```
 */
export class SqlStorage implements Storage {
  /**
   * The database, for tables of your own: what runs in this storage's `transaction` is kept or undone with it. Use
   * `sql.transaction` or `transaction`, never `BEGIN` or `SAVEPOINT` by hand, which the alarm would not follow.
   */
  readonly sql: SqlDriver;
  readonly #driver: SqlDriver;
  readonly #onArm: ((at: number | undefined) => void) | undefined;
  readonly #keepAlarm: boolean;
  #depth = 0;
  #alarm: { readonly at: number | undefined };
  #told: { readonly at: number | undefined };

  /**
   * Opens the storage; creates or migrates its tables where they are not of this version yet, else writes nothing.
   *
   * @param driver The database.
   * @param options What becomes of the alarm.
   * @throws {SchemaTooNewError} (`SCHEMA_TOO_NEW`) when a later version of this package wrote the tables.
   */
  constructor(driver: SqlDriver, options: SqlStorageOptions = {}) {
    this.#driver = driver;
    this.#onArm = options.onArm;
    this.#keepAlarm = options.keepAlarm ?? true;
    this.sql = {
      exec: (query: string, ...bindings: SqlValue[]) => driver.exec(query, ...bindings),
      transaction: (run) => this.transaction(run),
    };
    migrate(driver);
    const stored = this.#keepAlarm ? driver.exec(ALARM)[0] : undefined;
    this.#alarm = this.#told = { at: stored === undefined ? undefined : Number(stored.value) };
  }

  /** As {@linkcode Storage.insert}. */
  insert(row: Row): void {
    try {
      this.#driver.exec(INSERT, row.due, row.id, row.kind, row.payload, row.named ? 1 : 0);
    } catch (error) {
      if (this.get(row) || (row.named && this.find(row.id))) throw new DuplicateIdError(row.id);
      throw error;
    }
  }

  /** As {@linkcode Storage.get}. */
  get(key: RowKey): Row | undefined {
    return firstRow(this.#driver.exec(GET, key.due, key.id), key);
  }

  /** As {@linkcode Storage.find}. */
  find(id: string): Row | undefined {
    return firstRow(this.#driver.exec(FIND, id));
  }

  /** As {@linkcode Storage.take}. */
  take(key: RowKey): Row | undefined {
    return firstRow(this.#driver.exec(TAKE, key.due, key.id), key);
  }

  /** As {@linkcode Storage.move}. */
  move(key: RowKey, row: Row): boolean {
    try {
      return this.#driver.exec(MOVE, row.due, row.kind, row.payload, key.due, key.id).length > 0;
    } catch (error) {
      if (row.due !== key.due && this.get(row)) throw new DuplicateIdError(row.id);
      throw error;
    }
  }

  /** As {@linkcode Storage.due}. */
  due(upTo: number, limit: number, after?: RowKey): Row[] {
    // SQL's LIMIT takes integers only, and reads a negative one as none.
    const most = Math.max(0, Math.min(limit, Number.MAX_SAFE_INTEGER));
    const rows = after === undefined
      ? this.#driver.exec(DUE, upTo, most)
      : this.#driver.exec(DUE_AFTER, after.due, after.id, upTo, most);
    return rows.map((row) => toRow(row));
  }

  /** As {@linkcode Storage.first}. */
  first(): RowKey | undefined {
    const row = this.#driver.exec(FIRST)[0];
    return row === undefined ? undefined : { due: Number(row.due), id: String(row.id) };
  }

  /** As {@linkcode Storage.count}. */
  count(from: number, upTo: number): number {
    return Number(this.#driver.exec(COUNT, from, upTo)[0].count);
  }

  /** As {@linkcode Storage.transaction}. */
  transaction<T>(run: () => T): T {
    const alarm = this.#alarm;
    let result: T;
    this.#depth++;
    try {
      result = this.#driver.transaction(run);
    } catch (error) {
      this.#alarm = alarm;
      throw error;
    } finally {
      this.#depth--;
    }
    if (this.#alarm !== this.#told && this.#depth === 0) this.#tell();
    return result;
  }

  /** As {@linkcode Storage.armedAt}. */
  armedAt(): number | undefined {
    return this.#alarm.at;
  }

  /** As {@linkcode Storage.arm}. */
  arm(at: number): void {
    if (this.#keepAlarm) this.#driver.exec(KEEP_ALARM, at);
    this.#setAlarm(at);
  }

  /** As {@linkcode Storage.disarm}. */
  disarm(): void {
    if (this.#keepAlarm) this.#driver.exec(FORGET_ALARM);
    this.#setAlarm(undefined);
  }

  /**
   * Takes note of what the platform's alarm is, without setting it: once at start, and with `undefined` when the
   * alarm has fired. It writes nothing and calls no `onArm`.
   *
   * @param at When the alarm will fire, in milliseconds since the epoch, or `undefined` when it is not set.
   */
  noteAlarm(at: number | undefined): void {
    this.#alarm = this.#told = { at };
  }

  #setAlarm(at: number | undefined): void {
    this.#alarm = { at };
    if (this.#depth === 0) this.#tell();
  }

  #tell(): void {
    this.#told = this.#alarm;
    try {
      this.#onArm?.(this.#alarm.at);
    } catch (error) {
      // Whoever should have set it has not: reported as unset, it is set again by the next who needs it.
      this.noteAlarm(undefined);
      throw error;
    }
  }
}

/** Reads a row; `key` is where it was looked up, for queries that give the rest only. */
function toRow(row: SqlRow, key: SqlRow | RowKey = row): Row {
  return {
    due: Number(key.due),
    id: String(key.id),
    kind: String(row.kind),
    payload: String(row.payload),
    named: Number(row.named) === 1,
  };
}

function firstRow([row]: SqlRow[], key?: RowKey): Row | undefined {
  return row && toRow(row, key);
}
