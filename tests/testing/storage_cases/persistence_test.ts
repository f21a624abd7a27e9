import { assert, assertEquals } from "@std/assert";
import type { StorageHarness } from "@doze/fetch/testing";
import { judge } from "../caught.ts";
import { ListStorage } from "../list_storage.ts";

/** A harness whose storages are reopened from what `save` has kept of the last. */
function harness(save: (storage: ListStorage) => Partial<ListStorage>): StorageHarness<ListStorage> {
  return {
    supports: { persistence: true, largePayloads: true, manyRows: true },
    open: () => new ListStorage(),
    reopen: (storage) => Object.assign(new ListStorage(), save(storage)),
  };
}

function testCaught(bug: string, save: (storage: ListStorage) => Partial<ListStorage>, name: string): void {
  Deno.test(`storageCases catch ${bug}`, async () => {
    const { passed, failed } = await judge(harness(save));
    assert(failed.has(name), `not caught by "${name}", but by ${[...failed.keys()].join("; ") || "none"}`);
    assert(passed.length > failed.size);
  });
}

Deno.test("storageCases pass a storage that is reopened with all that it had", async () => {
  const { passed, failed } = await judge(harness(({ rows, armed }) => ({ rows, armed })));
  assertEquals([...failed], []);
  assertEquals(passed.filter((name) => name.startsWith("persistence:")).length, 8);
});

testCaught("rows that are lost at the end", ({ armed }) => ({ armed }), "persistence: rows, in order");
testCaught("an alarm that is lost at the end", ({ rows }) => ({ rows }), "persistence: the alarm");
testCaught(
  "rows that come back in another order",
  ({ rows, armed }) => ({ rows: [...rows].reverse(), armed }),
  "persistence: rows, in order",
);
testCaught(
  "names that are lost at the end",
  ({ rows, armed }) => ({ rows: rows.map((row) => ({ ...row, named: false })), armed }),
  "persistence: a named id stays taken",
);

let everArmed: number | undefined;
testCaught("an alarm that comes back", ({ rows, armed }) => {
  everArmed = armed ?? everArmed;
  return { rows, armed: armed ?? everArmed ?? 1 };
}, "persistence: the end of the alarm");
