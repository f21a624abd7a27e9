import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../adapters/memory.ts";
import { commitRow, Running } from "../../core/commit.ts";
import type { Row, RowKey } from "../../core/storage.ts";

const ROW: Row = { due: 5, id: "a", kind: "k", payload: "p", named: false };

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

Deno.test("Running.join() starts once while the first runs, and anew after it", async () => {
  const running = new Running<string>();
  const { promise, resolve } = Promise.withResolvers<string>();
  let starts = 0;
  function start(): Promise<string> {
    starts++;
    return promise;
  }
  const first = running.join("a", start);
  assertStrictEquals(running.join("a", start), first);
  assertEquals([running.size, running.has("a"), starts], [1, true, 1]);
  resolve("done");
  assertEquals(await first, "done");
  assertEquals([running.size, running.has("a")], [0, false]);
  assertEquals(running.join("a", () => "plain"), "plain");
});

Deno.test("Running.join() forgets what failed", async () => {
  const running = new Running<string>();
  await assertRejects(() => Promise.resolve(running.join("a", () => Promise.reject(new RangeError("x")))), RangeError);
  assertEquals(running.size, 0);
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
