/**
 * Cases for storages that outlive their instance: what was committed is there, what was not is not.
 *
 * @module
 */
import { all, expectDuplicate, expectSame, expectThrown, row, type StorageCase } from "../storage_case.ts";

/** An instant far enough ahead that no platform fires it while a case runs: 2100-01-01, in milliseconds. */
const SOON = 4_102_444_800_000;

/** The cases, in the order in which a new storage passes them. */
export const PERSISTENCE_CASES: readonly StorageCase[] = [
  {
    name: "persistence: an empty storage opens again",
    needs: "persistence",
    async run(_storage, reopen) {
      const opened = await reopen();
      expectSame([all(opened), opened.armedAt()], [[], undefined], "there is nothing in it");
    },
  },
  {
    name: "persistence: rows, in order",
    needs: "persistence",
    async run(storage, reopen) {
      const rows = [row(1, "\uFFFD"), row(1, "😀", { named: true }), row(2, "a", { kind: "cron", payload: "{}" })];
      for (const each of [...rows].reverse()) storage.insert(each);
      expectSame(all(await reopen()), rows, "rows are as they were inserted");
    },
  },
  {
    name: "persistence: takes and moves",
    needs: "persistence",
    async run(storage, reopen) {
      storage.insert(row(1, "taken"));
      storage.insert(row(2, "moved"));
      storage.take({ due: 1, id: "taken" });
      storage.move({ due: 2, id: "moved" }, row(3, "moved"));
      expectSame(all(await reopen()), [row(3, "moved")], "a taken row stays taken, a moved one moved");
    },
  },
  {
    name: "persistence: a transaction that threw left nothing",
    needs: "persistence",
    async run(storage, reopen) {
      storage.insert(row(1, "a"));
      expectThrown(storage, "stop", () => {
        storage.take({ due: 1, id: "a" });
        storage.insert(row(2, "b"));
      });
      expectSame(all(await reopen()), [row(1, "a")], "what was undone stays undone");
    },
  },
  {
    name: "persistence: a named id stays taken",
    needs: "persistence",
    async run(storage, reopen) {
      storage.insert(row(1, "a", { named: true }));
      const opened = await reopen();
      expectSame(opened.find("a"), row(1, "a", { named: true }), "a named row is found");
      expectDuplicate(() => opened.insert(row(2, "a", { named: true })), "its id is in use");
    },
  },
  {
    name: "persistence: the alarm",
    needs: "persistence",
    async run(storage, reopen) {
      storage.arm(SOON + 7);
      const opened = await reopen();
      expectSame(opened.armedAt(), SOON + 7, "the alarm is still set");
      opened.disarm();
    },
  },
  {
    name: "persistence: the end of the alarm",
    needs: "persistence",
    async run(storage, reopen) {
      storage.arm(SOON);
      storage.disarm();
      expectSame((await reopen()).armedAt(), undefined, "the alarm is still unset");
    },
  },
  {
    name: "persistence: an alarm that was undone",
    needs: "persistence",
    async run(storage, reopen) {
      storage.arm(SOON);
      expectThrown(storage, "stop", () => storage.arm(SOON + 1));
      expectSame((await reopen()).armedAt(), SOON, "the setting from before the transaction is there");
    },
  },
];
