/**
 * Storage in a SQLite file, or in memory, for Deno, Node and Bun: `node:sqlite`, which all three have.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { DozeError, quote } from "../core/errors.ts";
import type { SqlDriver, SqlRow, SqlValue } from "../core/sql_driver.ts";
import { SqlStorage, type SqlStorageOptions } from "../core/sql_storage.ts";
export { SchemaTooNewError } from "../core/sql_schema.ts";
export { SqlStorage, type SqlStorageOptions } from "../core/sql_storage.ts";
export type { SqlDriver, SqlRow, SqlValue } from "../core/sql_driver.ts";
export type { Row, RowKey, Storage } from "../core/storage.ts";
export { DozeError };

/** SQLite's result code for a database that somebody else has locked (https://sqlite.org/rescode.html#busy). */
const SQLITE_BUSY = 5;
/** Prepared statements kept; past that, all are dropped: queries with literals in their text must not fill memory. */
const MAX_STATEMENTS = 256;

/** Thrown at open when another process, or this one, has the database open already. Nothing has been touched. */
export class StorageLockedError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "StorageLockedError";
  /** Always `"STORAGE_LOCKED"`. */
  readonly code = "STORAGE_LOCKED";
  /** The database's path, as given. */
  readonly path: string;

  /** Creates the error for a path. */
  constructor(path: string, options?: ErrorOptions) {
    super(
      `Cannot open the database: another process has it open, end that one or use another path, got ${quote(path)}`,
      options,
    );
    this.path = path;
  }
}

/** Thrown at open when the path cannot be opened as a SQLite database; `cause` says why. */
export class StorageUnavailableError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "StorageUnavailableError";
  /** Always `"STORAGE_UNAVAILABLE"`. */
  readonly code = "STORAGE_UNAVAILABLE";
  /** The path, as given. */
  readonly path: string;

  /** Creates the error for a path and the underlying error. */
  constructor(path: string, options?: ErrorOptions) {
    super(`Cannot open the database: see the cause, or use another path, got ${quote(path)}`, options);
    this.path = path;
  }
}

/** Thrown by every call on a storage that has been closed. */
export class StorageClosedError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "StorageClosedError";
  /** Always `"STORAGE_CLOSED"`. */
  readonly code = "STORAGE_CLOSED";
  /** The database's path, as given. */
  readonly path: string;

  /** Creates the error for a path. */
  constructor(path: string) {
    super(`Cannot use the database: it has been closed, open it again with openSqlite, got ${quote(path)}`);
    this.path = path;
  }
}

/** How {@linkcode openSqlite} opens the database. */
export interface SqliteOptions {
  /**
   * Told when the alarm will fire, in milliseconds since the epoch, or `undefined` when it is unset: after each
   * outermost commit that set or unset it.
   */
  onArm?: (at: number | undefined) => void;
  /**
   * What a commit outlives. `"power loss"`, the default, waits for the disk at each commit. `"crash"` does not: it
   * outlives the end of the process, however it ends, but the last commits may be undone when the machine loses power.
   */
  outlives?: "power loss" | "crash";
}

/** A {@linkcode SqlStorage} whose database this process owns until `close`. */
export class SqliteStorage extends SqlStorage {
  readonly #driver: { close(): void };

  /** Takes over an open database; {@linkcode openSqlite} opens one. */
  constructor(driver: SqlDriver & { close(): void }, options: SqlStorageOptions = {}) {
    super(driver, options);
    this.#driver = driver;
  }

  /** Closes the database and lets others open it. Closing twice does nothing; every other call then throws. */
  close(): void {
    this.#driver.close();
  }
}

/**
 * Opens a SQLite database as a storage and keeps others out until it is closed.
 *
 * The file is in WAL mode and locked exclusively: a second opener is refused rather than served stale rows. The lock
 * ends with the process, however it ends. The alarm is kept in the database, so that it too outlives a restart; what
 * it does not do is fire: the host reads `armedAt` and `onArm` and sets a timer.
 *
 * @example A handler's own table in the same transaction
 * ```ts
 * import { openSqlite } from "@doze/fetch/sqlite";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const storage = openSqlite(":memory:");
 * storage.sql.exec("CREATE TABLE replies (text TEXT)");
 * storage.insert({ due: 1_000, id: "a", kind: "once", payload: "", named: false });
 * assertThrows(() =>
 *   storage.transaction(() => {
 *     storage.take({ due: 1_000, id: "a" });
 *     storage.sql.exec("INSERT INTO replies (text) VALUES (?)", "hello");
 *     throw new RangeError("the handler failed");
 *   }), RangeError);
 * assertEquals(storage.sql.exec("SELECT text FROM replies"), []);
 * assertEquals(storage.first(), { due: 1_000, id: "a" });
 * storage.close();
 * ```
 *
 * @param path A file's path, created when missing, or `":memory:"`.
 * @param options Alarm and durability.
 * @throws {StorageLockedError} (`STORAGE_LOCKED`) when the file is open already, here or in another process.
 * @throws {SchemaTooNewError} (`SCHEMA_TOO_NEW`) when a later version of this package wrote the file.
 * @throws {StorageUnavailableError} (`STORAGE_UNAVAILABLE`) when it cannot be opened as a SQLite database.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): SqliteStorage {
  const driver = new SqliteDriver(path, options.outlives ?? "power loss");
  try {
    return new SqliteStorage(driver, { onArm: options.onArm });
  } catch (error) {
    driver.close();
    throw error;
  }
}

class SqliteDriver implements SqlDriver {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;
  #closed = false;

  constructor(path: string, outlives: "power loss" | "crash") {
    this.#path = path;
    this.#database = open(path, outlives);
  }

  exec(query: string, ...bindings: SqlValue[]): SqlRow[] {
    if (this.#closed) throw new StorageClosedError(this.#path);
    let statement = this.#statements.get(query);
    if (statement === undefined) {
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
      statement = this.#database.prepare(query);
      this.#statements.set(query, statement);
    }
    return statement.all(...bindings);
  }

  transaction<T>(run: () => T): T {
    const savepoint = `doze_${this.#depth}`;
    this.exec(this.#depth === 0 ? "BEGIN IMMEDIATE" : `SAVEPOINT ${savepoint}`);
    this.#depth++;
    try {
      const result = run();
      this.exec(this.#depth === 1 ? "COMMIT" : `RELEASE ${savepoint}`);
      return result;
    } catch (error) {
      this.#rollBack(savepoint);
      throw error;
    } finally {
      this.#depth--;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.clear();
    this.#database.close();
  }

  #rollBack(savepoint: string): void {
    // SQLite has rolled back by itself after some errors (https://sqlite.org/lang_transaction.html), a full disk
    // for one; then there is nothing to undo, and the first error is the one that matters.
    if (this.#closed || !this.#database.isTransaction) return;
    if (this.#depth === 1) {
      this.exec("ROLLBACK");
    } else {
      this.exec(`ROLLBACK TO ${savepoint}`);
      this.exec(`RELEASE ${savepoint}`);
    }
  }
}

function open(path: string, outlives: "power loss" | "crash"): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    // Locked before the first access: then SQLite needs no shared memory file, and the lock is never let go.
    // Prepared, since Deno's `exec` gives its errors no result code.
    database.prepare("PRAGMA locking_mode = EXCLUSIVE").all();
    database.prepare("PRAGMA journal_mode = WAL").all();
    database.prepare(`PRAGMA synchronous = ${outlives === "power loss" ? "FULL" : "NORMAL"}`).all();
    database.prepare("BEGIN IMMEDIATE").all();
    database.prepare("COMMIT").all();
    return database;
  } catch (error) {
    database?.close();
    if (isBusy(error)) throw new StorageLockedError(path, { cause: error });
    throw new StorageUnavailableError(path, { cause: error });
  }
}

function isBusy(error: unknown): boolean {
  return typeof error === "object" && error !== null && "errcode" in error &&
    (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}
