/**
 * Cases for `insert` and `get`: what is stored, and what is refused.
 *
 * @module
 */
import { all, expectDuplicate, expectSame, row, type StorageCase } from "../storage_case.ts";

/** The cases, in the order in which a new storage passes them. */
export const INSERT_CASES: readonly StorageCase[] = [
  {
    name: "get: an empty storage has no row",
    run(storage) {
      expectSame(storage.get({ due: 1, id: "a" }), undefined, "an empty storage has no row");
    },
  },
  {
    name: "insert: a row is got back, field by field",
    run(storage) {
      const stored = row(1_700_000_000_000, "a", { kind: "cron", payload: '{"v":1}' });
      storage.insert(stored);
      expectSame(storage.get({ due: stored.due, id: "a" }), stored, "a row is got back as it was inserted");
    },
  },
  {
    name: "insert: named comes back as a boolean",
    run(storage) {
      storage.insert(row(1, "plain"));
      storage.insert(row(1, "named", { named: true }));
      expectSame(storage.get({ due: 1, id: "plain" })?.named, false, "named is false");
      expectSame(storage.get({ due: 1, id: "named" })?.named, true, "named is true");
    },
  },
  {
    name: "get: only the row at just that due and id",
    run(storage) {
      storage.insert(row(5, "a"));
      storage.insert(row(6, "b"));
      expectSame(storage.get({ due: 5, id: "b" }), undefined, "the due of one row with the id of another is no key");
      expectSame(storage.get({ due: 6, id: "a" }), undefined, "the id of one row with the due of another is no key");
      expectSame(storage.get({ due: 6, id: "b" }), row(6, "b"), "the right key finds the row");
    },
  },
  {
    name: "get: the row stays",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.get({ due: 1, id: "a" });
      expectSame(storage.get({ due: 1, id: "a" }), row(1, "a"), "getting a row does not remove it");
    },
  },
  {
    name: "get: a whole row may serve as the key",
    run(storage) {
      storage.insert(row(1, "a"));
      expectSame(storage.get(row(1, "a", { payload: "other" })), row(1, "a"), "only due and id identify a row");
    },
  },
  {
    name: "insert: a key that is taken is refused",
    run(storage) {
      storage.insert(row(1, "a"));
      expectDuplicate(() => storage.insert(row(1, "a", { payload: "second" })), "a key is used once");
    },
  },
  {
    name: "insert: a refused row leaves the first as it was",
    run(storage) {
      storage.insert(row(1, "a"));
      expectDuplicate(() => storage.insert(row(1, "a", { payload: "second", kind: "cron" })), "a key is used once");
      expectSame(all(storage), [row(1, "a")], "a refused insert changes nothing");
    },
  },
  {
    name: "insert: rows that are not named may share an id",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.insert(row(2, "a"));
      expectSame(all(storage), [row(1, "a"), row(2, "a")], "an unnamed id is unique only with its due");
    },
  },
  {
    name: "insert: a second named row with the id is refused at any due",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      expectDuplicate(() => storage.insert(row(2, "a", { named: true })), "a named id is used once");
    },
  },
  {
    name: "insert: a refused named row leaves nothing behind",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      expectDuplicate(() => storage.insert(row(2, "a", { named: true })), "a named id is used once");
      expectSame(storage.get({ due: 2, id: "a" }), undefined, "a refused row is not stored");
      expectSame(all(storage), [row(1, "a", { named: true })], "the first row stays");
    },
  },
  {
    name: "insert: a named row may share its id with rows that are not",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.insert(row(2, "a", { named: true }));
      storage.insert(row(3, "a"));
      expectSame(all(storage).map((each) => each.named), [false, true, false], "only named ids exclude each other");
    },
  },
  {
    name: "insert: a named row is refused at the key of one that is not",
    run(storage) {
      storage.insert(row(1, "a"));
      expectDuplicate(() => storage.insert(row(1, "a", { named: true })), "a key is used once, named or not");
      expectSame(storage.find("a"), undefined, "a refused row is not found by its id");
    },
  },
  {
    name: "insert: changing the object afterwards changes nothing stored",
    run(storage) {
      const given = { ...row(1, "a") };
      storage.insert(given);
      given.payload = "changed";
      expectSame(storage.get({ due: 1, id: "a" })?.payload, "payload of a", "a storage keeps a copy");
    },
  },
];
