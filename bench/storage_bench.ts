/**
 * What the storages cost, beside the bare statements that are their limit. Run `deno task bench`.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { Storage } from "@doze/fetch";
import { MemoryStorage } from "@doze/fetch/memory";
import { openSqlite } from "@doze/fetch/sqlite";

const PAYLOAD = '{"v":1,"chain":[["get","onReply"],["call",["user-1",{"$":"result"}]]]}';
const SIZES = [1_000, 100_000];

/** First due of the rows that lie there already, in milliseconds: they are due later than those that come and go. */
const LATER = 2_000_000_000_000;

function row(due: number, named = false) {
  return { due, id: `r${due}`, kind: "once", payload: PAYLOAD, named };
}

/** A storage that holds as many rows as are asked for. */
function fill<S extends Storage>(storage: S, rows: number): S {
  storage.transaction(() => {
    for (let index = 0; index < rows; index++) storage.insert(row(LATER + index));
  });
  return storage;
}

/** The statements that `SqlStorage` runs, prepared, with nothing around them. */
function bare(rows: number): { insert(due: number): void; take(due: number): unknown } {
  const database = new DatabaseSync(":memory:");
  database.exec(`
    CREATE TABLE r (due INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL,
      named INTEGER NOT NULL, PRIMARY KEY (due, id)) WITHOUT ROWID;
    CREATE UNIQUE INDEX n ON r (id) WHERE named = 1`);
  const insert = database.prepare("INSERT INTO r VALUES (?, ?, 'once', ?, 0)");
  const take = database.prepare("DELETE FROM r WHERE due = ? AND id = ? RETURNING due, id, kind, payload, named");
  database.exec("BEGIN");
  for (let index = 0; index < rows; index++) insert.run(LATER + index, `r${LATER + index}`, PAYLOAD);
  database.exec("COMMIT");
  return {
    insert: (due) => void insert.run(due, `r${due}`, PAYLOAD),
    take: (due) => take.get(due, `r${due}`),
  };
}

for (const size of SIZES) {
  const group = `insert + take beside ${size} rows`;
  const statements = bare(size);
  let due = 1;
  Deno.bench(`bare prepared statements, ${size}`, { group, baseline: true }, () => {
    statements.insert(++due);
    statements.take(due);
  });
  for (const [name, storage] of [["SQLite", openSqlite(":memory:")], ["memory", new MemoryStorage()]] as const) {
    fill(storage, size);
    Deno.bench(`${name}, ${size}`, { group }, () => {
      storage.insert(row(++due));
      storage.take({ due, id: `r${due}` });
    });
  }
}

for (const [name, storage] of [["SQLite", openSqlite(":memory:")], ["memory", new MemoryStorage()]] as const) {
  fill(storage, 10_000);
  const group = `${name}, beside 10000 rows`;
  let due = 1;
  Deno.bench(`${name} first`, { group, baseline: true }, () => void storage.first());
  Deno.bench(`${name} due, a page of 100`, { group }, () => void storage.due(Infinity, 100));
  Deno.bench(`${name} move in place`, { group }, () => void storage.move(row(LATER), row(LATER)));
  Deno.bench(`${name} insert + take, named`, { group }, () => {
    storage.insert(row(++due, true));
    storage.take({ due, id: `r${due}` });
  });
  Deno.bench(`${name} insert + take in one transaction`, { group }, () => {
    storage.transaction(() => {
      storage.insert(row(++due));
      storage.take({ due, id: `r${due}` });
    });
  });
  Deno.bench(`${name} arm + disarm`, { group }, () => {
    storage.arm(1);
    storage.disarm();
  });
}
