/**
 * Cases for nested transactions: each is a savepoint of the one around it.
 *
 * @module
 */
import { all, expectSame, expectThrown, ids, row, type StorageCase } from "../storage_case.ts";

/** The cases, in the order in which a new storage passes them. */
export const SAVEPOINT_CASES: readonly StorageCase[] = [
  {
    name: "savepoint: a nested transaction is kept with the outer one",
    run(storage) {
      const returned = storage.transaction(() => {
        storage.insert(row(1, "a"));
        return storage.transaction(() => {
          storage.insert(row(2, "b"));
          return "inner";
        });
      });
      expectSame(returned, "inner", "a nested transaction returns what was returned inside");
      expectSame(ids(all(storage)), ["a", "b"], "both are kept");
    },
  },
  {
    name: "savepoint: a nested transaction is undone with the outer one",
    run(storage) {
      expectThrown(storage, "stop", () => {
        storage.insert(row(1, "a"));
        storage.transaction(() => storage.insert(row(2, "b")));
        storage.insert(row(3, "c"));
      });
      expectSame(all(storage), [], "a nested commit is none before the outer one");
    },
  },
  {
    name: "savepoint: only the nested part is undone when its error is caught",
    run(storage) {
      storage.insert(row(9, "z"));
      storage.transaction(() => {
        storage.insert(row(1, "a"));
        expectThrown(storage, "inner", () => {
          storage.insert(row(2, "b"));
          storage.take({ due: 1, id: "a" });
          storage.move({ due: 9, id: "z" }, row(0, "z"));
        });
        expectSame(ids(all(storage)), ["a", "z"], "the outer part sees the nested one undone");
        storage.insert(row(3, "c"));
      });
      expectSame(ids(all(storage)), ["a", "c", "z"], "the outer part is kept");
    },
  },
  {
    name: "savepoint: an error that is not caught undoes all",
    run(storage) {
      const error = new RangeError("inner");
      let thrown: unknown;
      try {
        storage.transaction(() => {
          storage.insert(row(1, "a"));
          storage.transaction(() => {
            storage.insert(row(2, "b"));
            throw error;
          });
        });
      } catch (caught) {
        thrown = caught;
      }
      expectSame(thrown === error, true, "the very error reaches the caller");
      expectSame(all(storage), [], "nothing is left of either");
    },
  },
  {
    name: "savepoint: one after another, each on its own",
    run(storage) {
      storage.transaction(() => {
        storage.transaction(() => storage.insert(row(1, "a")));
        expectThrown(storage, "second", () => storage.insert(row(2, "b")));
        storage.transaction(() => storage.insert(row(3, "c")));
        expectThrown(storage, "fourth", () => storage.take({ due: 1, id: "a" }));
      });
      expectSame(ids(all(storage)), ["a", "c"], "those that threw are undone, the others kept");
    },
  },
  {
    name: "savepoint: five deep, undone from the third",
    run(storage) {
      const descend = (depth: number) => {
        storage.insert(row(depth, `r${depth}`));
        if (depth === 3) {
          expectThrown(storage, "third", () => {
            storage.insert(row(4, "r4"));
            storage.transaction(() => storage.insert(row(5, "r5")));
          });
        } else {
          storage.transaction(() => descend(depth + 1));
        }
      };
      storage.transaction(() => descend(1));
      expectSame(ids(all(storage)), ["r1", "r2", "r3"], "what was written outside of the third stays");
    },
  },
  {
    name: "savepoint: a row changed at both levels goes back to the outer change",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.transaction(() => {
        storage.move({ due: 1, id: "a" }, row(1, "a", { payload: "outer" }));
        expectThrown(storage, "inner", () => {
          storage.move({ due: 1, id: "a" }, row(1, "a", { payload: "inner" }));
          storage.take({ due: 1, id: "a" });
        });
      });
      expectSame(all(storage), [row(1, "a", { payload: "outer" })], "the outer change stays");
    },
  },
  {
    name: "savepoint: a named id follows its row through both levels",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      storage.transaction(() => {
        storage.move({ due: 1, id: "a" }, row(2, "a", { named: true }));
        expectThrown(storage, "inner", () => {
          storage.take({ due: 2, id: "a" });
          storage.insert(row(3, "a", { named: true }));
        });
        expectSame(storage.find("a")?.due, 2, "the id is found where the outer part has put it");
      });
      expectThrown(storage, "after", () => storage.take({ due: 2, id: "a" }));
      expectSame(storage.find("a")?.due, 2, "and so it is after both");
    },
  },
];
