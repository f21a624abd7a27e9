import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { DuplicateIdError, type SqlDriver, type SqlRow, SqlStorage, type SqlValue } from "@doze/fetch";
import { testStorage } from "@doze/fetch/testing";

const ROW = { due: 1, id: "a", kind: "once", payload: "p", named: false };

/** The plainest driver: what an author writes first. */
class PlainDriver implements SqlDriver {
  /** When set, the next statement that starts so throws. */
  failsAt: string | undefined;
  readonly statements: string[] = [];

  constructor(readonly database: DatabaseSync = new DatabaseSync(":memory:")) {}

  exec(query: string, ...bindings: SqlValue[]): SqlRow[] {
    this.statements.push(query);
    if (this.failsAt !== undefined && query.startsWith(this.failsAt)) throw new RangeError("the disk is full");
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

  /** How SQLite runs a statement, in its own words. */
  plan(query: string): string {
    const unbound = query.replaceAll("?", "1");
    return this.database.prepare(`EXPLAIN QUERY PLAN ${unbound}`).all().map(({ detail }) => detail).join("; ");
  }
}

testStorage((name, run) => Deno.test(`SqlStorage over the plainest driver ${name}`, run), {
  supports: { persistence: true, largePayloads: true, manyRows: true },
  open: () => {
    const driver = new PlainDriver();
    return Object.assign(new SqlStorage(driver), { driver });
  },
  reopen: ({ driver }) => Object.assign(new SqlStorage(driver), { driver }),
  close: ({ driver }) => driver.database.close(),
});

Deno.test("SqlStorage reads bigints, as some libraries give integers", () => {
  const driver = new PlainDriver();
  const plain = driver.exec.bind(driver);
  driver.exec = (query, ...bindings) =>
    plain(query, ...bindings).map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === "number" ? BigInt(value) : value,
        ]),
      )
    );
  const storage = new SqlStorage(driver);
  storage.insert(ROW);
  storage.arm(5);
  assertEquals([storage.get(ROW), storage.first(), storage.count(0, 9)], [ROW, { due: 1, id: "a" }, 1]);
  assertEquals(new SqlStorage(driver).armedAt(), 5);
});

Deno.test("SqlStorage insert and move pass on an error that is none of a duplicate", () => {
  const driver = new PlainDriver();
  const storage = new SqlStorage(driver);
  storage.insert(ROW);
  driver.failsAt = "INSERT";
  assertThrows(() => storage.insert({ ...ROW, id: "b" }), RangeError, "the disk is full");
  driver.failsAt = "UPDATE";
  assertThrows(() => storage.move(ROW, { ...ROW, due: 2 }), RangeError, "the disk is full");
  assertThrows(() => storage.move(ROW, { ...ROW, payload: "new" }), RangeError, "the disk is full");
  driver.failsAt = undefined;
  assertEquals(storage.due(9, 9), [ROW]);
});

Deno.test("SqlStorage insert names the id that is in use", () => {
  const storage = new SqlStorage(new PlainDriver());
  storage.insert(ROW);
  const error = assertThrows(() => storage.insert(ROW), DuplicateIdError);
  assertEquals([error.code, error.id], ["DUPLICATE_ID", "a"]);
});

Deno.test("SqlStorage keeps the alarm in the database, and with keepAlarm: false does not", () => {
  for (const keepAlarm of [true, false]) {
    const driver = new PlainDriver();
    const storage = new SqlStorage(driver, { keepAlarm });
    driver.statements.length = 0;
    storage.arm(5);
    assertEquals(storage.armedAt(), 5);
    assertEquals(driver.statements.length, keepAlarm ? 1 : 0);
    assertEquals(new SqlStorage(driver, { keepAlarm }).armedAt(), keepAlarm ? 5 : undefined);
  }
});

Deno.test("SqlStorage armedAt runs no statement", () => {
  const driver = new PlainDriver();
  const storage = new SqlStorage(driver);
  storage.arm(5);
  driver.statements.length = 0;
  storage.armedAt();
  assertEquals(driver.statements, []);
});

Deno.test("SqlStorage onArm hears of each setting once, when the outermost transaction has committed", () => {
  const heard: (number | undefined)[] = [];
  const storage = new SqlStorage(new PlainDriver(), { onArm: (at) => heard.push(at) });
  storage.arm(5);
  storage.disarm();
  storage.transaction(() => {
    storage.transaction(() => storage.arm(6));
    storage.arm(7);
    assertEquals(heard, [5, undefined]);
  });
  assertEquals(heard, [5, undefined, 7]);
});

Deno.test("SqlStorage onArm hears nothing of what was undone, nor of transactions without alarm", () => {
  const heard: (number | undefined)[] = [];
  const storage = new SqlStorage(new PlainDriver(), { onArm: (at) => heard.push(at) });
  storage.arm(5);
  assertThrows(() =>
    storage.transaction(() => {
      storage.arm(6);
      throw new RangeError("stop");
    }), RangeError);
  storage.transaction(() => {
    assertThrows(() =>
      storage.transaction(() => {
        storage.disarm();
        throw new RangeError("stop");
      }), RangeError);
    storage.insert(ROW);
  });
  assertEquals([heard, storage.armedAt()], [[5], 5]);
});

Deno.test("SqlStorage an onArm that throws reaches the caller, whose rows are kept and whose alarm is unset", () => {
  const storage = new SqlStorage(new PlainDriver(), {
    onArm: () => {
      throw new RangeError("no timer left");
    },
  });
  assertThrows(
    () =>
      storage.transaction(() => {
        storage.insert(ROW);
        storage.arm(5);
      }),
    RangeError,
    "no timer left",
  );
  assertEquals([storage.get(ROW), storage.armedAt()], [ROW, undefined]);
});

Deno.test("SqlStorage noteAlarm changes what is read, and neither writes nor tells", () => {
  const heard: (number | undefined)[] = [];
  const driver = new PlainDriver();
  const storage = new SqlStorage(driver, { onArm: (at) => heard.push(at) });
  storage.arm(5);
  driver.statements.length = 0;
  storage.noteAlarm(undefined);
  assertEquals([storage.armedAt(), driver.statements, heard], [undefined, [], [5]]);
  storage.arm(5);
  assertEquals(heard, [5, 5]);
});

Deno.test("SqlStorage sql.transaction follows the alarm as transaction does", () => {
  const storage = new SqlStorage(new PlainDriver());
  assertThrows(() =>
    storage.sql.transaction(() => {
      storage.arm(6);
      storage.sql.exec("CREATE TABLE mine (x)");
      throw new RangeError("stop");
    }), RangeError);
  assertEquals(storage.armedAt(), undefined);
  assertEquals(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'mine'"), []);
});

Deno.test("SqlStorage finds every row by a key of the table, never by reading it whole or sorting it", () => {
  const driver = new PlainDriver();
  const storage = new SqlStorage(driver);
  driver.statements.length = 0;
  storage.insert(ROW);
  storage.get(ROW);
  storage.find("a");
  storage.first();
  storage.due(9, 9);
  storage.due(9, 9, ROW);
  storage.count(0, 9);
  storage.move(ROW, { ...ROW, due: 2 });
  storage.take({ ...ROW, due: 2 });
  const plans = driver.statements.map((statement) => ({ statement, plan: driver.plan(statement) }));
  assertEquals(plans.length, 9);
  for (const { statement, plan } of plans) {
    assert(!plan.includes("TEMP B-TREE"), `${statement}: ${plan}`);
    // Only `first` scans: one row, by its LIMIT.
    if (plan.includes("SCAN")) assertStringIncludes(statement, "ORDER BY due, id LIMIT 1");
  }
  const find = plans.find(({ statement }) => statement.includes("named = 1"));
  assertStringIncludes(find?.plan ?? "", "USING INDEX doze_rows_named");
});
