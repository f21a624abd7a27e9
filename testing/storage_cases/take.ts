/**
 * Cases for `take` and `find`: one gets the row, and ids are found by name.
 *
 * @module
 */
import { all, expectSame, ids, row, type StorageCase } from "../storage_case.ts";

/** The cases, in the order in which a new storage passes them. */
export const TAKE_CASES: readonly StorageCase[] = [
  {
    name: "take: returns the whole row and removes it",
    run(storage) {
      storage.insert(row(1, "a", { named: true, kind: "cron" }));
      const taken = storage.take({ due: 1, id: "a" });
      expectSame(taken, row(1, "a", { named: true, kind: "cron" }), "take returns the row");
      expectSame(storage.get({ due: 1, id: "a" }), undefined, "a row that was taken is gone");
    },
  },
  {
    name: "take: the second of two gets nothing",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.take({ due: 1, id: "a" });
      expectSame(storage.take({ due: 1, id: "a" }), undefined, "a row is taken once");
    },
  },
  {
    name: "take: a key that is not there removes nothing",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.insert(row(2, "b"));
      expectSame(storage.take({ due: 1, id: "b" }), undefined, "there is no row to take");
      expectSame(storage.take({ due: 2, id: "a" }), undefined, "there is no row to take");
      expectSame(ids(all(storage)), ["a", "b"], "other rows stay");
    },
  },
  {
    name: "take: removes only its own row of those with the id",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.insert(row(2, "a", { named: true }));
      storage.insert(row(3, "a"));
      storage.take({ due: 1, id: "a" });
      expectSame(all(storage).map((each) => each.due), [2, 3], "rows with the same id stay");
      expectSame(storage.find("a")?.due, 2, "the named row with the id is still found");
    },
  },
  {
    name: "take: removes only its own row of those with the due",
    run(storage) {
      for (const id of ["a", "b", "c"]) storage.insert(row(1, id));
      storage.take({ due: 1, id: "b" });
      expectSame(ids(all(storage)), ["a", "c"], "rows with the same due stay");
    },
  },
  {
    name: "take: frees the key",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.take({ due: 1, id: "a" });
      storage.insert(row(1, "a", { payload: "second" }));
      expectSame(storage.get({ due: 1, id: "a" })?.payload, "second", "a key that was freed can be used");
    },
  },
  {
    name: "take: frees a named id",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      storage.take({ due: 1, id: "a" });
      storage.insert(row(2, "a", { named: true }));
      expectSame(storage.find("a")?.due, 2, "an id that was freed can be used");
    },
  },
  {
    name: "take: first, last and middle leave the rest in order",
    run(storage) {
      for (const due of [1, 2, 3, 4, 5]) storage.insert(row(due, `r${due}`));
      for (const due of [1, 5, 3]) storage.take({ due, id: `r${due}` });
      expectSame(ids(all(storage)), ["r2", "r4"], "the rest stays in order");
    },
  },
  {
    name: "find: a named row, whatever its due",
    run(storage) {
      storage.insert(row(7, "other", { named: true }));
      storage.insert(row(9, "a", { named: true }));
      expectSame(storage.find("a"), row(9, "a", { named: true }), "a named row is found by its id alone");
    },
  },
  {
    name: "find: never a row that is not named",
    run(storage) {
      storage.insert(row(1, "a"));
      expectSame(storage.find("a"), undefined, "a row that is not named is not found");
    },
  },
  {
    name: "find: the named row among others with the id",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.insert(row(2, "a", { named: true, payload: "the named one" }));
      storage.insert(row(3, "a"));
      expectSame(storage.find("a")?.payload, "the named one", "only the named row is found");
    },
  },
  {
    name: "find: undefined for an id that is not there",
    run(storage) {
      storage.insert(row(1, "ab", { named: true }));
      for (const id of ["a", "abc", "AB", "", "%"]) {
        expectSame(storage.find(id), undefined, `the id ${JSON.stringify(id)} is not "ab"`);
      }
    },
  },
  {
    name: "find: nothing after the row was taken",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      storage.take({ due: 1, id: "a" });
      expectSame(storage.find("a"), undefined, "a row that was taken is not found");
    },
  },
  {
    name: "find: the row stays",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      storage.find("a");
      expectSame(storage.find("a")?.due, 1, "finding a row does not remove it");
    },
  },
];
