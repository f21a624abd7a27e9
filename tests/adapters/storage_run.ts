/**
 * Runs the storage cases on whatever runtime starts it, and prints one line for each storage. Node and Bun start it
 * from `tests/adapters/storage_runtimes_test.ts`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { MemoryStorage } from "../../adapters/memory.ts";
import { openSqlite, type SqliteStorage } from "../../adapters/sqlite.ts";
import type { Storage } from "../../core/storage.ts";
import { storageCases, type StorageHarness } from "../../testing/mod.ts";

const supports = { persistence: true, largePayloads: true, manyRows: true };
const folder = mkdtempSync(`${tmpdir()}/doze_runtimes_`);
let files = 0;

async function run<S extends Storage>(name: string, harness: StorageHarness<S>): Promise<void> {
  let passed = 0;
  const failed: string[] = [];
  for (const each of storageCases(harness)) {
    try {
      await each.run();
      passed++;
    } catch (error) {
      failed.push(`${each.name}: ${error}`);
    }
  }
  console.log(JSON.stringify({ name, passed, failed }));
}

/** The code of the error with which a file is refused that is open already. */
function secondOpener(): unknown {
  const path = `${folder}/locked.db`;
  const storage = openSqlite(path);
  try {
    openSqlite(path).close();
    return "none";
  } catch (error) {
    return typeof error === "object" && error !== null && "code" in error ? error.code : error;
  } finally {
    storage.close();
  }
}

try {
  await run("memory", { supports: { ...supports, persistence: false }, open: () => new MemoryStorage() });
  await run("sqlite memory", {
    supports: { ...supports, persistence: false },
    open: () => openSqlite(":memory:"),
    close: (storage) => storage.close(),
  });
  await run<SqliteStorage>("sqlite file", {
    supports,
    open: () => openSqlite(`${folder}/${++files}.db`, { outlives: "crash" }),
    reopen(storage) {
      storage.close();
      return openSqlite(`${folder}/${files}.db`, { outlives: "crash" });
    },
    close: (storage) => storage.close(),
  });
  console.log(JSON.stringify({ name: "second opener", code: secondOpener() }));
} finally {
  rmSync(folder, { recursive: true });
}
