import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SchemaTooNewError, SqlStorage } from "@doze/fetch";
import { migrate, SCHEMA_STEPS } from "../../core/sql_schema.ts";
import type { SqlDriver, SqlValue } from "../../core/sql_driver.ts";

/** A database, and every statement that it was given. */
class Recorded implements SqlDriver {
  readonly database = new DatabaseSync(":memory:");
  readonly statements: string[] = [];

  exec(query: string, ...bindings: SqlValue[]): Record<string, unknown>[] {
    this.statements.push(query);
    return this.database.prepare(query).all(...bindings);
  }

  transaction<T>(run: () => T): T {
    this.database.exec("SAVEPOINT test");
    try {
      const result = run();
      this.database.exec("RELEASE test");
      return result;
    } catch (error) {
      this.database.exec("ROLLBACK TO test; RELEASE test");
      throw error;
    }
  }

  /** How many rows have been written since the database was opened. */
  get changes(): number {
    return Number(this.database.prepare("SELECT total_changes() AS changes").get()?.changes);
  }

  get version(): unknown {
    return this.database.prepare("SELECT value FROM doze_meta WHERE key = 'schema'").get()?.value;
  }
}

const ROW = { due: 1, id: "a", kind: "once", payload: "p", named: true };

Deno.test("migrate creates the tables of this version, all with the prefix doze_", () => {
  const driver = new Recorded();
  migrate(driver);
  const names = driver.database.prepare("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").all();
  assertEquals(names.map(({ name }) => name).sort(), ["doze_meta", "doze_rows", "doze_rows_named"]);
  assertEquals(driver.version, SCHEMA_STEPS.length);
});

Deno.test("migrate writes nothing to a database of this version", () => {
  const driver = new Recorded();
  migrate(driver);
  const changes = driver.changes;
  driver.statements.length = 0;
  migrate(driver);
  assertEquals([driver.changes, driver.statements.length], [changes, 2]);
});

Deno.test("migrate leads an older database on, step by step, rows kept", () => {
  const driver = new Recorded();
  new SqlStorage(driver).insert(ROW);
  const steps = [
    ...SCHEMA_STEPS,
    ["ALTER TABLE doze_rows ADD COLUMN tries INTEGER NOT NULL DEFAULT 0"],
    ["UPDATE doze_rows SET tries = tries + 1", "CREATE TABLE doze_more (text TEXT)"],
  ];
  migrate(driver, steps);
  assertEquals(driver.version, SCHEMA_STEPS.length + 2);
  assertEquals({ ...driver.database.prepare("SELECT id, tries FROM doze_rows").get() }, { id: "a", tries: 1 });
  migrate(driver, steps);
  assertEquals(driver.database.prepare("SELECT tries FROM doze_rows").get()?.tries, 1);
});

Deno.test("migrate comes to the same database from every older version", () => {
  const steps = [["CREATE TABLE doze_a (x)"], ["CREATE TABLE doze_b (x)"], ["ALTER TABLE doze_a ADD COLUMN y"]];
  const schemas = [0, 1, 2, 3].map((from) => {
    const driver = new Recorded();
    migrate(driver, steps.slice(0, from));
    migrate(driver, steps);
    return driver.database.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all();
  });
  for (const schema of schemas) assertEquals(schema, schemas[0]);
});

Deno.test("migrate undoes all steps when one fails, and can be tried again", () => {
  const driver = new Recorded();
  migrate(driver);
  const broken = [...SCHEMA_STEPS, ["CREATE TABLE doze_new (x)"], ["CREATE TABLE doze_new (y)"]];
  assertThrows(() => migrate(driver, broken));
  assertEquals(driver.version, SCHEMA_STEPS.length);
  migrate(driver, broken.slice(0, -1));
  assertEquals(driver.version, SCHEMA_STEPS.length + 1);
});

Deno.test("migrate refuses a database of a later version and writes nothing", () => {
  const driver = new Recorded();
  migrate(driver, [...SCHEMA_STEPS, [], []]);
  const changes = driver.changes;
  const error = assertThrows(() => migrate(driver), SchemaTooNewError);
  assertEquals([error.code, error.found, error.supported], [
    "SCHEMA_TOO_NEW",
    SCHEMA_STEPS.length + 2,
    SCHEMA_STEPS.length,
  ]);
  assertStringIncludes(error.message, "update @doze/fetch");
  assertEquals(driver.changes, changes);
});

Deno.test("migrate leaves the user's own tables alone", () => {
  const driver = new Recorded();
  driver.database.exec("CREATE TABLE rows (id TEXT); INSERT INTO rows VALUES ('mine')");
  migrate(driver);
  assertEquals(driver.database.prepare("SELECT id FROM rows").get()?.id, "mine");
});
