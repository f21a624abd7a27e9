import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../adapters/memory.ts";
import { type CommitResult, commitRow as commitRowTo } from "../../core/commit.ts";
import type { Row, RowKey } from "../../core/storage.ts";
import { HandlerError } from "./alarm_stage.ts";

const ROW: Row = { due: 5, id: "a", kind: "k", payload: "p", named: false };

/** A row that stays is taken at the end, unless a test says otherwise. */
function commitRow(
  storage: MemoryStorage,
  key: RowKey,
  run: (row: Row) => unknown,
  stays = false,
  end: (row: Row) => void = (row) => void storage.take(row),
): CommitResult | Promise<CommitResult> {
  return commitRowTo(storage, key, run, stays, end);
}

function storageWith(row: Row = ROW): MemoryStorage {
  const storage = new MemoryStorage();
  storage.insert(row);
  return storage;
}

Deno.test("commitRow() takes the row and runs it", () => {
  const storage = storageWith();
  const seen: unknown[] = [];
  assertEquals(commitRow(storage, ROW, (row) => seen.push(row, storage.get(ROW))), "committed");
  assertEquals(seen, [ROW, undefined]);
  assertEquals(storage.first(), undefined);
});

Deno.test("commitRow() runs a row for one of two callers", () => {
  const storage = storageWith();
  let runs = 0;
  assertEquals(commitRow(storage, ROW, () => void runs++), "committed");
  assertEquals(commitRow(storage, ROW, () => void runs++), "gone");
  assertEquals(runs, 1);
});

Deno.test("commitRow() undoes everything when the handler throws", () => {
  const storage = storageWith();
  const other = { ...ROW, id: "b" };
  function fail(): never {
    storage.insert(other);
    storage.arm(9);
    throw new RangeError("handler");
  }
  assertThrows(() => commitRow(storage, ROW, fail), RangeError, "handler");
  assertEquals([storage.get(ROW), storage.get(other), storage.armedAt()], [ROW, undefined, undefined]);
});

Deno.test("commitRow() keeps the row of an asynchronous handler until it has finished", async () => {
  const storage = storageWith({ ...ROW, named: true });
  const { promise, resolve } = Promise.withResolvers<void>();
  const result = commitRow(storage, ROW, () => promise);
  assertInstanceOf(result, Promise);
  assertEquals(storage.get(ROW)?.payload, "p");
  resolve();
  assertEquals(await result, "committed");
  assertEquals(storage.get(ROW), undefined);
});

Deno.test("commitRow() leaves the row when an asynchronous handler rejects", async () => {
  const storage = storageWith();
  await assertRejects(
    () => Promise.resolve(commitRow(storage, ROW, () => Promise.reject(new RangeError("later")))),
    RangeError,
    "later",
  );
  assertEquals(storage.get(ROW), ROW);
});

Deno.test("commitRow() keeps what an asynchronous handler wrote before its first await", async () => {
  const storage = storageWith();
  const other = { ...ROW, id: "b" };
  async function handler(): Promise<void> {
    storage.insert(other);
    await null;
    throw new RangeError("later");
  }
  await assertRejects(() => Promise.resolve(commitRow(storage, ROW, handler)), RangeError);
  assertEquals(storage.get(other), other);
});

Deno.test("commitRow() does not remove a row that the handler put in the place of its own", async () => {
  const storage = storageWith();
  const fresh = { ...ROW, payload: "fresh" };
  async function handler(): Promise<void> {
    await null;
    storage.take(ROW);
    storage.insert(fresh);
  }
  await commitRow(storage, ROW, handler);
  assertEquals(storage.get(ROW), fresh);
});

Deno.test("commitRow() neither takes nor puts back the row of a handler that is known to be asynchronous", async () => {
  class Counting extends MemoryStorage {
    writes = 0;

    override insert(row: Row): void {
      this.writes++;
      super.insert(row);
    }
    override take(key: RowKey): Row | undefined {
      this.writes++;
      return super.take(key);
    }
  }
  for (const [expected, writes] of [[true, 1], [false, 3]] as const) {
    const storage = new Counting();
    storage.insert(ROW);
    storage.writes = 0;
    assertEquals(await commitRow(storage, ROW, () => Promise.resolve(), expected), "committed");
    assertEquals([storage.writes, storage.first()], [writes, undefined]);
  }
});

Deno.test("commitRow() commits exactly once when a promise was expected and none came", () => {
  const storage = storageWith();
  assertEquals(commitRow(storage, ROW, () => 1, true), "committed");
  assertEquals(commitRow(storage, ROW, () => 1, true), "gone");
  storage.insert(ROW);
  const fail = () => {
    throw new RangeError("handler");
  };
  assertThrows(() => commitRow(storage, ROW, fail, true), RangeError);
  assertEquals(storage.get(ROW), ROW);
});

const NEXT: Row = { ...ROW, due: 9, payload: "q" };

/** A storage that holds one row, and an `end` that moves it to its next place. */
function setUp(): { storage: MemoryStorage; advance: (row: Row) => void; rows: () => Row[] } {
  const storage = new MemoryStorage();
  storage.insert(ROW);
  return { storage, advance: (row) => void storage.move(row, NEXT), rows: () => storage.due(100, 10) };
}

Deno.test("commitRow() with an end of its own runs the row where it lies, then puts it to its next place", () => {
  const { storage, advance, rows } = setUp();
  const seen: unknown[] = [];
  assertEquals(commitRow(storage, ROW, (row) => seen.push(row, storage.get(ROW)), true, advance), "committed");
  assertEquals([seen, rows()], [[ROW, ROW], [NEXT]]);
});

Deno.test("commitRow() with an end of its own runs nothing when there is no such row", () => {
  const { storage, advance } = setUp();
  const run = () => {
    throw new HandlerError("must not run");
  };
  assertEquals(commitRow(storage, { due: 6, id: "a" }, run, true, advance), "gone");
});

Deno.test("commitRow() with an end of its own undoes everything when the handler throws", () => {
  const { storage, advance, rows } = setUp();
  const run = () => {
    storage.insert({ ...ROW, id: "b" });
    throw new HandlerError("no");
  };
  assertThrows(() => commitRow(storage, ROW, run, true, advance), HandlerError);
  assertEquals(rows(), [ROW]);
});

Deno.test("commitRow() with an end of its own undoes everything when the next place cannot be found", () => {
  const { storage, rows } = setUp();
  const advance = () => {
    throw new HandlerError("no next");
  };
  assertThrows(() => commitRow(storage, ROW, () => storage.insert({ ...ROW, id: "b" }), true, advance), HandlerError);
  assertEquals(rows(), [ROW]);
});

Deno.test("commitRow() with an end of its own leaves a row alone that its handler has cancelled, moved or replaced", () => {
  const changes: ((storage: MemoryStorage) => void)[] = [
    (storage) => void storage.take(ROW),
    (storage) => void storage.move(ROW, { ...ROW, due: 7 }),
    (storage) => void storage.move(ROW, { ...ROW, payload: "mine" }),
  ];
  const expected = [[], [{ ...ROW, due: 7 }], [{ ...ROW, payload: "mine" }]];
  for (const [index, change] of changes.entries()) {
    const { storage, advance, rows } = setUp();
    assertEquals(commitRow(storage, ROW, () => change(storage), true, advance), "committed");
    assertEquals(rows(), expected[index]);
  }
});

Deno.test("commitRow() with an end of its own keeps the row until an asynchronous handler has ended", async () => {
  const { storage, advance, rows } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  const result = commitRow(storage, ROW, () => promise, true, advance);
  assertEquals(rows(), [ROW]);
  resolve();
  assertEquals([await result, rows()], ["committed", [NEXT]]);
});

Deno.test("commitRow() with an end of its own rejects with what an asynchronous handler rejects with, the row unchanged", async () => {
  const { storage, advance, rows } = setUp();
  const run = () => Promise.reject(new HandlerError("later"));
  await assertRejects(async () => await commitRow(storage, ROW, run, true, advance), HandlerError, "later");
  assertEquals(rows(), [ROW]);
});

Deno.test("commitRow() with an end of its own leaves a row alone that was cancelled while its asynchronous handler ran", async () => {
  const { storage, advance, rows } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  const result = commitRow(storage, ROW, () => promise, true, advance);
  storage.take(ROW);
  resolve();
  assertEquals([await result, rows()], ["committed", []]);
});
