import { assert, assertEquals, assertThrows } from "@std/assert";
import { openSqlite, type SqliteStorage } from "../../../adapters/sqlite.ts";
import type { Storage } from "../../../core/storage.ts";
import { guardStorage, PORT } from "../../../testing/simulation/guarded_storage.ts";
import { type DiskState, ObjectLostError, ShakyStorage } from "../../../testing/simulation/shaky_storage.ts";
import { testStorage } from "../../../testing/storage_cases.ts";

const ROW = { due: 5, id: "a", kind: "once", payload: "", named: false };

function open<S extends Storage>(storage: S) {
  const state: DiskState = { crashIn: undefined, full: 0, refused: 0, rowsWritten: 0, alarmsSet: 0 };
  const handle = new ShakyStorage(storage, state, () => {});
  return { state, handle, guarded: guardStorage(storage, handle) };
}

/** A storage in SQLite whose table a handler writes to. */
function opened(): SqliteStorage {
  const storage = openSqlite(":memory:");
  storage.sql.exec("CREATE TABLE replies (text TEXT)");
  return storage;
}

testStorage((name, run) => Deno.test(`a guarded storage: ${name}`, run), {
  supports: { persistence: false, largePayloads: true, manyRows: false },
  open: () => open(openSqlite(":memory:")).guarded,
});

Deno.test("guardStorage counts what goes through the port, and gives the rest as it is", () => {
  const storage = opened();
  const { guarded, state } = open(storage);
  guarded.insert(ROW);
  guarded.sql.exec("INSERT INTO replies VALUES (?)", "hello");
  assertEquals([state.rowsWritten, storage.get(ROW), guarded.first()], [1, ROW, { due: 5, id: "a" }]);
  assertEquals(guarded.sql.exec("SELECT text FROM replies"), [{ text: "hello" }]);
  assert(guarded instanceof Object.getPrototypeOf(storage).constructor);
  assert("sql" in guarded && !("nothing" in guarded));
  storage.close();
});

Deno.test("guardStorage undoes what was written beside the port with the transaction", () => {
  const storage = opened();
  const { guarded } = open(storage);
  assertThrows(() =>
    guarded.transaction(() => {
      guarded.sql.exec("INSERT INTO replies VALUES ('x')");
      throw new RangeError("no");
    }), RangeError);
  assertEquals(storage.sql.exec("SELECT text FROM replies"), []);
  storage.close();
});

Deno.test("guardStorage loses the object at a write beside the port, and undoes what it was part of", () => {
  const storage = opened();
  const { guarded, state } = open(storage);
  state.crashIn = 3;
  const write = () => guarded.sql.exec("INSERT INTO replies VALUES ('x')");
  assertThrows(() =>
    guarded.transaction(() => {
      write();
      write();
    }), ObjectLostError);
  assertEquals(storage.sql.exec("SELECT text FROM replies"), []);
  storage.close();
});

Deno.test("guardStorage lets nothing through once the object is lost, however it was come by", () => {
  const storage = opened();
  const { guarded, handle } = open(storage);
  const { sql } = guarded;
  handle.kill();
  assertThrows(() => sql.exec("INSERT INTO replies VALUES ('x')"), ObjectLostError);
  assertThrows(() => guarded.close(), ObjectLostError);
  for (const name of PORT) assertThrows(() => Reflect.apply(guarded[name], guarded, [ROW]), ObjectLostError);
  assertEquals(storage.sql.exec("SELECT text FROM replies"), []);
  storage.close();
});

Deno.test("guardStorage takes a frozen storage, and members that are no functions", () => {
  const storage = openSqlite(":memory:");
  const frozen = Object.freeze(Object.assign(Object.create(storage), { label: "mine", limits: { rows: 5 } }));
  const { guarded } = open<SqliteStorage & { label: string; limits: { rows: number } }>(frozen);
  assertEquals([guarded.label, guarded.limits.rows], ["mine", 5]);
  storage.close();
});
