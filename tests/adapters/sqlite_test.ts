import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  openSqlite,
  SchemaTooNewError,
  type SqliteStorage,
  StorageClosedError,
  StorageLockedError,
  StorageUnavailableError,
} from "../../adapters/sqlite.ts";
import { testStorage } from "../../testing/mod.ts";

const ROW = { due: 1, id: "a", kind: "once", payload: "p", named: false };

testStorage((name, run) => Deno.test(`openSqlite in memory ${name}`, run), {
  supports: { persistence: false, largePayloads: true, manyRows: true },
  open: () => openSqlite(":memory:"),
  close: (storage) => storage.close(),
});

const directory = Deno.makeTempDirSync({ prefix: "doze_sqlite_" });
globalThis.addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));
let files = 0;

function newPath(): string {
  return `${directory}/${++files}.db`;
}

let path = "";
testStorage((name, run) => Deno.test(`openSqlite file ${name}`, run), {
  supports: { persistence: true, largePayloads: true, manyRows: true },
  open: () => openSqlite(path = newPath(), { outlives: "crash" }),
  reopen(storage: SqliteStorage) {
    storage.close();
    return openSqlite(path, { outlives: "crash" });
  },
  close: (storage) => storage.close(),
});

Deno.test("openSqlite refuses a file that this process has open, and leaves the first opener at work", () => {
  const path = newPath();
  const storage = openSqlite(path);
  const error = assertThrows(() => openSqlite(path), StorageLockedError);
  assertEquals([error.code, error.path], ["STORAGE_LOCKED", path]);
  storage.insert(ROW);
  assertEquals(storage.get(ROW), ROW);
  storage.close();
  openSqlite(path).close();
});

Deno.test("openSqlite refuses a file that another process has open, until that one is killed", async () => {
  const path = newPath();
  const module = new URL("../../adapters/sqlite.ts", import.meta.url).href;
  const code = `import { openSqlite } from "${module}";
    const storage = openSqlite(Deno.args[0]);
    storage.insert(${JSON.stringify(ROW)});
    storage.arm(77);
    console.log("open");
    setInterval(() => {}, 1e6);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code, path],
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  assertEquals(new TextDecoder().decode(value).trim(), "open");
  assertThrows(() => openSqlite(path), StorageLockedError);
  child.kill("SIGKILL");
  await child.status;
  await output.cancel();
  const storage = openSqlite(path);
  assertEquals([storage.get(ROW), storage.armedAt()], [ROW, 77]);
  storage.close();
});

Deno.test("openSqlite refuses what is no database, or cannot be one, and says why", async () => {
  const path = newPath();
  await Deno.writeTextFile(path, "This is a letter, not a database. ".repeat(100));
  const error = assertThrows(() => openSqlite(path), StorageUnavailableError);
  assertEquals([error.code, error.path], ["STORAGE_UNAVAILABLE", path]);
  assert(error.cause instanceof Error);
  assertThrows(() => openSqlite(`${directory}/missing/folder.db`), StorageUnavailableError);
});

Deno.test("openSqlite refuses a later schema, changes nothing, and lets go of the file", () => {
  const path = newPath();
  const storage = openSqlite(path);
  storage.insert(ROW);
  storage.sql.exec("UPDATE doze_meta SET value = 99 WHERE key = 'schema'");
  storage.close();
  const before = Deno.readFileSync(path);
  const error = assertThrows(() => openSqlite(path), SchemaTooNewError);
  assertEquals([error.code, error.found], ["SCHEMA_TOO_NEW", 99]);
  assertThrows(() => openSqlite(path), SchemaTooNewError);
  assertEquals(Deno.readFileSync(path), before);
});

Deno.test("openSqlite writes nothing to a file that is of this version", () => {
  const path = newPath();
  openSqlite(path).close();
  const storage = openSqlite(path);
  assertEquals(storage.sql.exec("SELECT total_changes() AS changes"), [{ changes: 0 }]);
  storage.close();
});

Deno.test("openSqlite keeps the file in WAL mode, synced as asked", () => {
  const full = openSqlite(newPath());
  assertEquals(Object.values(full.sql.exec("PRAGMA journal_mode")[0]), ["wal"]);
  assertEquals(Object.values(full.sql.exec("PRAGMA synchronous")[0]), [2]);
  full.close();
  const normal = openSqlite(newPath(), { outlives: "crash" });
  assertEquals(Object.values(normal.sql.exec("PRAGMA synchronous")[0]), [1]);
  normal.close();
});

Deno.test("SqliteStorage close lets others open the file, and every later call says that it is closed", () => {
  const path = newPath();
  const storage = openSqlite(path);
  storage.close();
  storage.close();
  const error = assertThrows(() => storage.first(), StorageClosedError);
  assertEquals([error.code, error.path], ["STORAGE_CLOSED", path]);
  assertThrows(() => storage.transaction(() => {}), StorageClosedError);
  openSqlite(path).close();
});

Deno.test("SqliteStorage closed inside a transaction keeps nothing of it and throws what was thrown", () => {
  const path = newPath();
  const storage = openSqlite(path);
  assertThrows(() =>
    storage.transaction(() => {
      storage.insert(ROW);
      storage.close();
      throw new RangeError("the handler failed");
    }), RangeError);
  const opened = openSqlite(path);
  assertEquals(opened.first(), undefined);
  opened.close();
});

Deno.test("SqliteStorage sql keeps or undoes a handler's own table with the rows and the alarm", () => {
  const storage = openSqlite(":memory:");
  storage.sql.exec("CREATE TABLE replies (text TEXT)");
  storage.insert(ROW);
  assertThrows(() =>
    storage.sql.transaction(() => {
      storage.take(ROW);
      storage.arm(5);
      storage.sql.exec("INSERT INTO replies (text) VALUES (?)", "hello");
      throw new RangeError("the handler failed");
    }), RangeError);
  assertEquals([storage.get(ROW), storage.armedAt()], [ROW, undefined]);
  assertEquals(storage.sql.exec("SELECT count(*) AS count FROM replies"), [{ count: 0 }]);
  storage.sql.transaction(() => {
    storage.take(ROW);
    storage.sql.exec("INSERT INTO replies (text) VALUES (?)", "hello");
  });
  assertEquals([storage.first(), storage.sql.exec("SELECT text FROM replies")[0].text], [undefined, "hello"]);
  storage.close();
});

Deno.test("SqliteStorage sql takes any number of different statements", () => {
  const storage = openSqlite(":memory:");
  for (let index = 0; index < 1_000; index++) {
    assertEquals(storage.sql.exec(`SELECT ${index} AS number`), [{ number: index }]);
  }
  storage.close();
});

Deno.test("SqliteStorage a full disk undoes the transaction and is the error that is thrown", () => {
  const storage = openSqlite(":memory:");
  storage.insert(ROW);
  storage.sql.exec("PRAGMA max_page_count = 20");
  const error = assertThrows(() =>
    storage.transaction(() => {
      storage.take(ROW);
      storage.insert({ ...ROW, id: "large", payload: "x".repeat(1_000_000) });
    }), Error);
  assertEquals(error.message.includes("full"), true);
  assertEquals([storage.get(ROW), storage.count(0, 9)], [ROW, 1]);
  storage.transaction(() => storage.take(ROW));
  assertEquals(storage.first(), undefined);
  storage.close();
});
