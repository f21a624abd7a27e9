/**
 * What {@linkcode SqlStorage} needs of a synchronous SQLite: some 20 lines for each library.
 *
 * @module
 */

/** What may be bound to a `?` of a query. Numbers are stored as integers where the column is `INTEGER`. */
export type SqlValue = string | number | null | Uint8Array;

/** One row of a result, by column name. Integers arrive as numbers, or as bigints where the library gives those. */
export type SqlRow = Record<string, unknown>;

/** A synchronous SQLite database, version 3.35 or later (for `RETURNING`). */
export interface SqlDriver {
  /**
   * Runs one statement to its end and returns its rows, none for a statement that gives none.
   * The driver keeps prepared statements: the same text is passed again and again.
   *
   * @param query One statement, with `?` for each binding. A second statement after it may be ignored.
   * @param bindings As many values as the query has `?`.
   * @throws The library's own error; the statement has then changed nothing.
   */
  exec(query: string, ...bindings: SqlValue[]): SqlRow[];
  /**
   * Runs `run` as one transaction; a nested call is a savepoint.
   *
   * @returns What `run` returned.
   * @throws What `run` threw, after everything written since the call has been undone.
   */
  transaction<T>(run: () => T): T;
}
