/**
 * The tables of {@linkcode SqlStorage} and how older ones become today's.
 *
 * @module
 */
import { DozeError } from "./errors.ts";
import type { SqlDriver } from "./sql_driver.ts";

/**
 * Thrown when a database was written by a later version of this package. It has not been touched: open it with that
 * version or a later one.
 */
export class SchemaTooNewError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "SchemaTooNewError";
  /** Always `"SCHEMA_TOO_NEW"`. */
  readonly code = "SCHEMA_TOO_NEW";
  /** The schema's version in the database. */
  readonly found: number;
  /** The latest version that this package reads. */
  readonly supported: number;

  /** Creates the error for the version found and the latest that can be read. */
  constructor(found: number, supported: number) {
    super(
      `Cannot open the database: its schema is newer than version ${supported}, update @doze/fetch, got version ${found}`,
    );
    this.found = found;
    this.supported = supported;
  }
}

/** What leads from each version of the schema to the next: the statements at index n lead from version n to n + 1. */
export type SchemaSteps = readonly (readonly string[])[];

/**
 * The tables, all with the prefix `doze_`. A `WITHOUT ROWID` table is its own primary key: an insert writes one row,
 * and the earliest due is the first entry. The partial index costs one more row, only for named rows.
 */
export const SCHEMA_STEPS: SchemaSteps = [
  [
    `CREATE TABLE doze_rows (
      due INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, named INTEGER NOT NULL,
      PRIMARY KEY (due, id)
    ) WITHOUT ROWID`,
    `CREATE UNIQUE INDEX doze_rows_named ON doze_rows (id) WHERE named = 1`,
  ],
];

/** Holds the schema's version and the alarm; its own shape never changes, so that every version can read it. */
const META_TABLE =
  "CREATE TABLE IF NOT EXISTS doze_meta (key TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID";

/**
 * Brings a database to the last version of `steps`, in one transaction. One that is there already is only read:
 * opening it writes no row.
 *
 * @param driver The database.
 * @param steps Where each version leads; the default is this package's own.
 * @throws {SchemaTooNewError} (`SCHEMA_TOO_NEW`) when the database is past the last step; nothing is written.
 */
export function migrate(driver: SqlDriver, steps: SchemaSteps = SCHEMA_STEPS): void {
  driver.exec(META_TABLE);
  const [stored] = driver.exec("SELECT value FROM doze_meta WHERE key = 'schema'");
  const version = stored === undefined ? 0 : Number(stored.value);
  if (version > steps.length) throw new SchemaTooNewError(version, steps.length);
  if (version === steps.length) return;
  driver.transaction(() => {
    for (const statement of steps.slice(version).flat()) driver.exec(statement);
    driver.exec("INSERT OR REPLACE INTO doze_meta (key, value) VALUES ('schema', ?)", steps.length);
  });
}
