// Runs the published storage suite over a SQLite file, on whatever runtime runs this file, from the installed package.
import { openSqlite, type SqliteStorage } from "@doze/fetch/sqlite";
import { storageCases } from "@doze/fetch/testing";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "doze-sqlite-"));
const paths = new WeakMap<SqliteStorage, string>();
let files = 0;

function open(path: string): SqliteStorage {
  const storage = openSqlite(path, { outlives: "crash" });
  paths.set(storage, path);
  return storage;
}

const cases = storageCases<SqliteStorage>({
  supports: { persistence: true, largePayloads: true, manyRows: true },
  open: () => open(join(folder, `${files++}.db`)),
  reopen(storage) {
    storage.close();
    return open(paths.get(storage) ?? "");
  },
  close: (storage) => storage.close(),
});

let failed = 0;
for (const { name, run } of cases) {
  try {
    await run();
  } catch (error) {
    failed++;
    console.log(`failed: ${name}:`, error);
  }
}
rmSync(folder, { recursive: true });
console.log(`${cases.length - failed} cases passed, ${failed} failed`);
