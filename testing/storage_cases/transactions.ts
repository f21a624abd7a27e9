/**
 * Cases for `transaction`: all of it is kept, or nothing.
 *
 * @module
 */
import {
  all,
  expectDuplicate,
  expectSame,
  expectThrown,
  firstKey,
  ids,
  row,
  type StorageCase,
} from "../storage_case.ts";

/** The cases, in the order in which a new storage passes them. */
export const TRANSACTION_CASES: readonly StorageCase[] = [
  {
    name: "transaction: returns what was returned inside",
    run(storage) {
      const returned = { any: "value" };
      expectSame(storage.transaction(() => returned) === returned, true, "a transaction returns the very value");
      expectSame(storage.transaction(() => undefined), undefined, "a transaction may return nothing");
    },
  },
  {
    name: "transaction: keeps everything that was done inside",
    run(storage) {
      for (const due of [1, 2]) storage.insert(row(due, `r${due}`));
      storage.transaction(() => {
        storage.insert(row(3, "r3"));
        storage.take({ due: 1, id: "r1" });
        storage.move({ due: 2, id: "r2" }, row(4, "r2"));
      });
      expectSame(all(storage), [row(3, "r3"), row(4, "r2")], "what a transaction did is kept");
    },
  },
  {
    name: "transaction: throws the very value that was thrown inside",
    run(storage) {
      for (const value of [new RangeError("mine"), undefined, null, "text", { an: "object" }]) {
        expectThrown(storage, value, () => {});
      }
    },
  },
  {
    name: "transaction: an insert is undone",
    run(storage) {
      expectThrown(storage, "stop", () => storage.insert(row(1, "a", { named: true })));
      expectSame(all(storage), [], "a row that was inserted is gone");
      expectSame(storage.find("a"), undefined, "nor is it found by its id");
    },
  },
  {
    name: "transaction: a take is undone",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      expectThrown(storage, "stop", () => storage.take({ due: 1, id: "a" }));
      expectSame(storage.get({ due: 1, id: "a" }), row(1, "a", { named: true }), "a row that was taken is back, whole");
      expectSame(storage.find("a")?.due, 1, "and is found by its id");
    },
  },
  {
    name: "transaction: a move is undone",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      expectThrown(
        storage,
        "stop",
        () => storage.move({ due: 1, id: "a" }, row(5, "a", { named: true, payload: "new" })),
      );
      expectSame(all(storage), [row(1, "a", { named: true })], "a row that was moved is back at its place");
      expectSame(storage.find("a")?.due, 1, "and is found there by its id");
    },
  },
  {
    name: "transaction: a change in place is undone",
    run(storage) {
      storage.insert(row(1, "a"));
      expectThrown(storage, "stop", () => storage.move({ due: 1, id: "a" }, row(1, "a", { payload: "new" })));
      expectSame(all(storage), [row(1, "a")], "a payload that was changed is back");
    },
  },
  {
    name: "transaction: everything is undone, the first change as well as the last",
    run(storage) {
      for (const due of [1, 2, 3]) storage.insert(row(due, `r${due}`));
      const before = all(storage);
      expectThrown(storage, "stop", () => {
        storage.insert(row(9, "first"));
        storage.take({ due: 1, id: "r1" });
        storage.move({ due: 2, id: "r2" }, row(1, "r2"));
        storage.take({ due: 1, id: "r2" });
        storage.insert(row(1, "r1", { payload: "another" }));
        storage.insert(row(0, "last"));
      });
      expectSame(all(storage), before, "nothing of a transaction that threw is left");
    },
  },
  {
    name: "transaction: sees its own writes",
    run(storage) {
      storage.insert(row(5, "a"));
      storage.transaction(() => {
        storage.insert(row(1, "b", { named: true }));
        storage.take({ due: 5, id: "a" });
        expectSame(storage.get({ due: 1, id: "b" })?.id, "b", "get sees what was inserted inside");
        expectSame(storage.find("b")?.due, 1, "find sees what was inserted inside");
        expectSame(firstKey(storage), { due: 1, id: "b" }, "first sees what was inserted inside");
        expectSame(ids(storage.due(9, 9)), ["b"], "due sees what was taken inside");
        expectSame(storage.count(0, 9), 1, "count sees both");
      });
    },
  },
  {
    name: "transaction: no read sees what was undone",
    run(storage) {
      storage.insert(row(5, "a"));
      expectThrown(storage, "stop", () => {
        storage.insert(row(1, "b", { named: true }));
        // Two more and one less: what is undone must not come out even.
        storage.insert(row(2, "c"));
        storage.take({ due: 5, id: "a" });
        // Read inside, so that a cache filled there is caught.
        storage.first();
        storage.find("b");
        storage.get({ due: 5, id: "a" });
        storage.due(9, 9);
        storage.count(0, 9);
      });
      expectSame(firstKey(storage), { due: 5, id: "a" }, "first reads what is there");
      expectSame(storage.find("b"), undefined, "find reads what is there");
      expectSame(storage.get({ due: 5, id: "a" }), row(5, "a"), "get reads what is there");
      expectSame(ids(storage.due(9, 9)), ["a"], "due reads what is there");
      expectSame(storage.count(0, 9), 1, "count reads what is there");
    },
  },
  {
    name: "transaction: a key and an id that were undone are free",
    run(storage) {
      expectThrown(storage, "stop", () => storage.insert(row(1, "a", { named: true })));
      storage.insert(row(1, "a", { named: true, payload: "second" }));
      expectSame(storage.find("a")?.payload, "second", "the key and the id can be used");
    },
  },
  {
    name: "transaction: an id whose take was undone stays taken",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      expectThrown(storage, "stop", () => storage.take({ due: 1, id: "a" }));
      expectDuplicate(() => storage.insert(row(2, "a", { named: true })), "the id is in use again");
    },
  },
  {
    name: "transaction: works again after one that threw",
    run(storage) {
      expectThrown(storage, "stop", () => storage.insert(row(1, "a")));
      storage.transaction(() => storage.insert(row(2, "b")));
      expectSame(ids(all(storage)), ["b"], "the next transaction is kept");
      expectThrown(storage, "stop", () => storage.insert(row(3, "c")));
      expectSame(ids(all(storage)), ["b"], "and the one after it is undone alone");
    },
  },
  {
    name: "transaction: a refused insert, caught inside, spoils nothing",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.transaction(() => {
        storage.insert(row(2, "b"));
        expectDuplicate(() => storage.insert(row(1, "a", { payload: "second" })), "a key is used once");
        storage.insert(row(3, "c"));
      });
      expectSame(all(storage), [row(1, "a"), row(2, "b"), row(3, "c")], "the rest of the transaction is kept");
    },
  },
  {
    name: "transaction: a refused insert, not caught, undoes the rest",
    run(storage) {
      storage.insert(row(1, "a"));
      expectDuplicate(() =>
        storage.transaction(() => {
          storage.insert(row(2, "b"));
          storage.insert(row(1, "a"));
        }), "the error reaches the caller");
      expectSame(all(storage), [row(1, "a")], "nothing of the transaction is left");
    },
  },
  {
    name: "transaction: a row taken inside can be put back",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      storage.transaction(() => {
        const taken = storage.take({ due: 1, id: "a" });
        if (taken !== undefined) storage.insert(taken);
      });
      expectSame(all(storage), [row(1, "a", { named: true })], "the row is there once");
      expectSame(storage.find("a")?.due, 1, "and is found by its id");
    },
  },
  {
    name: "transaction: a row inserted inside can be taken inside",
    run(storage) {
      storage.transaction(() => {
        storage.insert(row(1, "a", { named: true }));
        expectSame(storage.take({ due: 1, id: "a" })?.id, "a", "the row is there to take");
      });
      expectSame(all(storage), [], "nothing is left of it");
    },
  },
];
