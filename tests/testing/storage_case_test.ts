import { assert, assertEquals, assertThrows } from "@std/assert";
import { DozeError, DuplicateIdError } from "@doze/fetch";
import { MemoryStorage } from "@doze/fetch/memory";
import {
  all,
  expectDuplicate,
  expectSame,
  expectThrown,
  firstKey,
  ids,
  row,
  StorageCaseError,
} from "../../testing/storage_case.ts";
import { ListStorage } from "./list_storage.ts";

Deno.test("expectSame passes equal values, however deep, in any order of fields", () => {
  expectSame({ a: [1, { b: "x" }], c: undefined }, { c: undefined, a: [1, { b: "x" }] }, "equal");
  for (const value of [undefined, null, 0, "", NaN, Infinity, true]) expectSame(value, value, "equal");
  expectSame(-0, 0, "a due of -0 is one of 0");
});

Deno.test("expectSame tells apart what JSON would not", () => {
  const pairs = [
    [undefined, null],
    [NaN, null],
    [Infinity, null],
    ["1", 1],
    [false, 0],
    [{ a: undefined }, {}],
    [[], {}],
    [[1, 2], [2, 1]],
    ["[1]", [1]],
    [{ a: 1 }, { a: 1, b: 2 }],
  ];
  for (const [a, b] of pairs) {
    assertThrows(() => expectSame(a, b, "they differ"), StorageCaseError);
    assertThrows(() => expectSame(b, a, "they differ"), StorageCaseError);
  }
});

Deno.test("StorageCaseError says the rule, what was expected and what was got, cut to a readable length", () => {
  const error = assertThrows(() => expectSame("x".repeat(10_000), [1], "rows are numbers"), StorageCaseError);
  assert(error instanceof DozeError);
  assertEquals([error.code, error.rule], ["STORAGE_CASE_FAILED", "rows are numbers"]);
  assert(error.message.startsWith("Cannot rely on the storage: rows are numbers, expected [1], got "), error.message);
  assert(error.message.length < 800);
});

Deno.test("expectDuplicate passes the code alone, so that a storage may throw an error of its own", () => {
  expectDuplicate(() => {
    throw new DuplicateIdError("a");
  }, "refused");
  expectDuplicate(() => {
    throw { code: "DUPLICATE_ID" };
  }, "refused");
});

Deno.test("expectDuplicate fails when nothing or something else is thrown, and keeps it as the cause", () => {
  assertThrows(() => expectDuplicate(() => {}, "refused"), StorageCaseError);
  const thrown = new RangeError("another");
  const error = assertThrows(() =>
    expectDuplicate(() => {
      throw thrown;
    }, "refused"), StorageCaseError);
  assertEquals(error.cause, thrown);
});

Deno.test("expectThrown passes when a transaction throws the very value", () => {
  const storage = new MemoryStorage();
  for (const value of [undefined, null, 0, "text", {}, new RangeError("mine")]) expectThrown(storage, value, () => {});
});

Deno.test("expectThrown fails when a transaction throws another value, or none", () => {
  class Wrapping extends ListStorage {
    override transaction<T>(run: () => T): T {
      try {
        return run();
      } catch (error) {
        throw new RangeError("wrapped", { cause: error });
      }
    }
  }
  class Swallowing extends ListStorage {
    override transaction<T>(): T {
      return undefined as T;
    }
  }
  assertThrows(() => expectThrown(new Wrapping(), {}, () => {}), StorageCaseError);
  assertThrows(() => expectThrown(new Swallowing(), undefined, () => {}), StorageCaseError);
});

Deno.test("row, ids, all and firstKey lay out and read rows", () => {
  const storage = new MemoryStorage();
  assertEquals([all(storage), firstKey(storage)], [[], undefined]);
  storage.insert(row(2, "b"));
  storage.insert(row(1, "a", { named: true }));
  assertEquals(ids(all(storage)), ["a", "b"]);
  assertEquals(firstKey(storage), { due: 1, id: "a" });
  assertEquals(row(1, "a", { kind: "cron" }), {
    due: 1,
    id: "a",
    kind: "cron",
    payload: "payload of a",
    named: false,
  });
});
