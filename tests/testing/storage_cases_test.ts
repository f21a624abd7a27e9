import { assert, assertEquals, assertGreaterOrEqual, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError, type Storage } from "@doze/fetch";
import { MemoryStorage } from "@doze/fetch/memory";
import { STORAGE_CASES, StorageCaseError, storageCases, type StorageHarness, testStorage } from "@doze/fetch/testing";
import { harnessOf, judge } from "./caught.ts";
import { ListStorage } from "./list_storage.ts";

Deno.test("STORAGE_CASES are at least 60, each with a name of its own", () => {
  assertGreaterOrEqual(STORAGE_CASES.length, 60);
  assertEquals(new Set(STORAGE_CASES.map((each) => each.name)).size, STORAGE_CASES.length);
  for (const { name } of STORAGE_CASES) assert(/^[a-z]+: \S/.test(name), name);
});

Deno.test("STORAGE_CASES name every method of the port", () => {
  const subjects = new Set(STORAGE_CASES.map(({ name }) => name.split(":")[0]));
  for (const method of ["insert", "get", "find", "take", "move", "due", "first", "count", "transaction", "alarm"]) {
    assert(subjects.has(method), method);
  }
});

Deno.test("storageCases pass a storage that is right, though it is plain", async () => {
  const { passed, failed } = await judge(harnessOf(() => new ListStorage(), true));
  assertEquals([...failed], []);
  assertEquals(passed.length, STORAGE_CASES.filter((each) => each.needs !== "persistence").length);
});

Deno.test("storageCases leave out what the storage does not support, and nothing else", () => {
  const names = (supports: StorageHarness["supports"]) =>
    storageCases({ supports, open: () => new MemoryStorage(), reopen: (storage) => storage }).map(({ name }) => name);
  const all = { persistence: true, largePayloads: true, manyRows: true };
  assertEquals(names(all), STORAGE_CASES.map(({ name }) => name));
  for (const capability of ["persistence", "largePayloads", "manyRows"] as const) {
    const left = names({ ...all, [capability]: false });
    assertEquals(left, STORAGE_CASES.filter((each) => each.needs !== capability).map(({ name }) => name));
    assert(left.length < STORAGE_CASES.length, capability);
  }
});

Deno.test("storageCases refuse persistence without reopen", () => {
  const supports = { persistence: true, largePayloads: true, manyRows: true };
  const error = assertThrows(() => storageCases({ supports, open: () => new MemoryStorage() }), InvalidOptionError);
  assertEquals([error.code, error.option], ["INVALID_OPTION", "reopen"]);
});

Deno.test("storageCases open a storage for each case and close each, passed or failed", async () => {
  const open = new Set<Storage>();
  let opened = 0;
  const harness: StorageHarness = {
    supports: { persistence: false, largePayloads: true, manyRows: false },
    open() {
      const storage = ++opened % 2 === 0 ? new MemoryStorage() : new Broken();
      open.add(storage);
      return Promise.resolve(storage);
    },
    close: (storage) => void open.delete(storage),
  };
  const { passed, failed } = await judge(harness);
  assert(passed.length > 0 && failed.size > 0);
  assertEquals([opened, open.size], [passed.length + failed.size, 0]);
});

Deno.test("storageCases close the storage that was reopened, not the one before", async () => {
  const closed: string[] = [];
  class Named extends ListStorage {
    constructor(readonly name: string) {
      super();
    }
  }
  const tests = storageCases<Named>({
    supports: { persistence: true, largePayloads: true, manyRows: false },
    open: () => new Named("first"),
    reopen: () => new Named("second"),
    close: (storage) => void closed.push(storage.name),
  });
  await tests.find(({ name }) => name === "persistence: an empty storage opens again")?.run();
  assertEquals(closed, ["second"]);
});

Deno.test("storageCases reject with a code, the rule, and both values", async () => {
  const [first] = storageCases(harnessOf(() => new Broken(), false)).filter(({ name }) => name.startsWith("take:"));
  const error = await assertRejects(() => first.run(), StorageCaseError);
  assertEquals([error.code, error.rule], ["STORAGE_CASE_FAILED", "take returns the row"]);
  assert(error.message.includes("got undefined"), error.message);
});

Deno.test("testStorage hands every case to the framework's function, in order", () => {
  const given: string[] = [];
  const harness = harnessOf(() => new MemoryStorage(), true);
  testStorage((name) => given.push(name), harness);
  assertEquals(given, storageCases(harness).map(({ name }) => name));
});

/** Takes nothing. */
class Broken extends ListStorage {
  override take(): undefined {}
}
