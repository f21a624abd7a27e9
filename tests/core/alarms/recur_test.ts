import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { advanceRow } from "../../../core/alarms/recur.ts";
import type { Row } from "../../../core/storage.ts";
import { HandlerError } from "../alarm_stage.ts";

const ROW: Row = { due: 5, id: "a", kind: "k", payload: "p", named: false };
const NEXT: Row = { ...ROW, due: 9, payload: "q" };

function setUp(): { storage: MemoryStorage; advance: (row: Row) => void; rows: () => Row[] } {
  const storage = new MemoryStorage();
  storage.insert(ROW);
  return { storage, advance: (row) => void storage.move(row, NEXT), rows: () => storage.due(100, 10) };
}

Deno.test("advanceRow() runs the row where it lies, then puts it to its next place", () => {
  const { storage, advance, rows } = setUp();
  const seen: unknown[] = [];
  assertEquals(advanceRow(storage, ROW, (row) => seen.push(row, storage.get(ROW)), advance), "committed");
  assertEquals([seen, rows()], [[ROW, ROW], [NEXT]]);
});

Deno.test("advanceRow() runs nothing when there is no such row", () => {
  const { storage, advance } = setUp();
  const run = () => {
    throw new HandlerError("must not run");
  };
  assertEquals(advanceRow(storage, { due: 6, id: "a" }, run, advance), "gone");
});

Deno.test("advanceRow() undoes everything when the handler throws", () => {
  const { storage, advance, rows } = setUp();
  const run = () => {
    storage.insert({ ...ROW, id: "b" });
    throw new HandlerError("no");
  };
  assertThrows(() => advanceRow(storage, ROW, run, advance), HandlerError);
  assertEquals(rows(), [ROW]);
});

Deno.test("advanceRow() undoes everything when the next place cannot be found", () => {
  const { storage, rows } = setUp();
  const advance = () => {
    throw new HandlerError("no next");
  };
  assertThrows(() => advanceRow(storage, ROW, () => storage.insert({ ...ROW, id: "b" }), advance), HandlerError);
  assertEquals(rows(), [ROW]);
});

Deno.test("advanceRow() leaves a row alone that its handler has cancelled, moved or replaced", () => {
  const changes: ((storage: MemoryStorage) => void)[] = [
    (storage) => void storage.take(ROW),
    (storage) => void storage.move(ROW, { ...ROW, due: 7 }),
    (storage) => void storage.move(ROW, { ...ROW, payload: "mine" }),
  ];
  const expected = [[], [{ ...ROW, due: 7 }], [{ ...ROW, payload: "mine" }]];
  for (const [index, change] of changes.entries()) {
    const { storage, advance, rows } = setUp();
    assertEquals(advanceRow(storage, ROW, () => change(storage), advance), "committed");
    assertEquals(rows(), expected[index]);
  }
});

Deno.test("advanceRow() keeps the row until an asynchronous handler has ended", async () => {
  const { storage, advance, rows } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  const result = advanceRow(storage, ROW, () => promise, advance);
  assertEquals(rows(), [ROW]);
  resolve();
  assertEquals([await result, rows()], ["committed", [NEXT]]);
});

Deno.test("advanceRow() rejects with what an asynchronous handler rejects with, the row unchanged", async () => {
  const { storage, advance, rows } = setUp();
  const run = () => Promise.reject(new HandlerError("later"));
  await assertRejects(async () => await advanceRow(storage, ROW, run, advance), HandlerError, "later");
  assertEquals(rows(), [ROW]);
});

Deno.test("advanceRow() leaves a row alone that was cancelled while its asynchronous handler ran", async () => {
  const { storage, advance, rows } = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  const result = advanceRow(storage, ROW, () => promise, advance);
  storage.take(ROW);
  resolve();
  assertEquals([await result, rows()], ["committed", []]);
});
