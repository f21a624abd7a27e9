/**
 * Cases for `move`: a row changes its place and its text, and nothing else does.
 *
 * @module
 */
import { PAUSED_DUE } from "../../core/storage.ts";
import { all, expectDuplicate, expectSame, firstKey, ids, row, type StorageCase } from "../storage_case.ts";

/** The cases, in the order in which a new storage passes them. */
export const MOVE_CASES: readonly StorageCase[] = [
  {
    name: "move: to another due, gone from the old one",
    run(storage) {
      storage.insert(row(1, "a"));
      expectSame(storage.move({ due: 1, id: "a" }, row(5, "a")), true, "there was a row to move");
      expectSame(storage.get({ due: 1, id: "a" }), undefined, "the old key is empty");
      expectSame(storage.get({ due: 5, id: "a" }), row(5, "a"), "the row is at the new key");
    },
  },
  {
    name: "move: kind and payload change with it",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.move({ due: 1, id: "a" }, row(2, "a", { kind: "dead", payload: "new" }));
      expectSame(all(storage), [row(2, "a", { kind: "dead", payload: "new" })], "the new row is in its place");
    },
  },
  {
    name: "move: in place, only kind and payload change",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      const changed = row(1, "a", { named: true, kind: "retry", payload: "new" });
      expectSame(storage.move({ due: 1, id: "a" }, changed), true, "a row can be moved to its own key");
      expectSame(all(storage), [changed], "the row has changed in place");
    },
  },
  {
    name: "move: to its own key, unchanged, keeps it",
    run(storage) {
      storage.insert(row(1, "a"));
      expectSame(storage.move({ due: 1, id: "a" }, row(1, "a")), true, "a row can be moved to its own key");
      expectSame(all(storage), [row(1, "a")], "the row is there once");
    },
  },
  {
    name: "move: a key that is not there writes nothing",
    run(storage) {
      storage.insert(row(1, "b"));
      expectSame(storage.move({ due: 1, id: "a" }, row(2, "a")), false, "there was no row to move");
      expectSame(all(storage), [row(1, "b")], "nothing has been written");
    },
  },
  {
    name: "move: onto another row is refused",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.insert(row(2, "a", { payload: "other" }));
      expectDuplicate(() => storage.move({ due: 1, id: "a" }, row(2, "a")), "a key is used once");
      expectSame(all(storage), [row(1, "a"), row(2, "a", { payload: "other" })], "both rows stay as they were");
    },
  },
  {
    name: "move: a named row is found at its new due",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      storage.move({ due: 1, id: "a" }, row(8, "a", { named: true, payload: "moved" }));
      expectSame(
        storage.find("a"),
        row(8, "a", { named: true, payload: "moved" }),
        "a named row is found after a move",
      );
    },
  },
  {
    name: "move: a named id stays taken",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      storage.move({ due: 1, id: "a" }, row(8, "a", { named: true }));
      expectDuplicate(() => storage.insert(row(1, "a", { named: true })), "a moved row keeps its id");
    },
  },
  {
    name: "move: the old key can be used again",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.move({ due: 1, id: "a" }, row(2, "a"));
      storage.insert(row(1, "a", { payload: "second" }));
      expectSame(all(storage).map((each) => each.payload), ["second", "payload of a"], "a freed key can be used");
    },
  },
  {
    name: "move: takes its place in the order, earlier and later",
    run(storage) {
      for (const [due, id] of [[1, "a"], [2, "b"], [3, "c"]] as const) storage.insert(row(due, id));
      storage.move({ due: 1, id: "a" }, row(4, "a"));
      expectSame(ids(all(storage)), ["b", "c", "a"], "a row moved later comes later");
      storage.move({ due: 3, id: "c" }, row(0, "c"));
      expectSame(ids(all(storage)), ["c", "b", "a"], "a row moved earlier comes earlier");
      expectSame(firstKey(storage), { due: 0, id: "c" }, "first sees the move");
    },
  },
  {
    name: "move: changes no other row",
    run(storage) {
      for (const id of ["a", "b", "c"]) storage.insert(row(1, id));
      storage.move({ due: 1, id: "b" }, row(1, "b", { payload: "new" }));
      expectSame(all(storage).map((each) => each.payload), ["payload of a", "new", "payload of c"], "only b changes");
    },
  },
  {
    name: "move: out of every sweep and back",
    run(storage) {
      storage.insert(row(1, "a", { named: true }));
      storage.move({ due: 1, id: "a" }, row(PAUSED_DUE, "a", { named: true, kind: "paused" }));
      expectSame(storage.due(8_640_000_000_000_000, 10), [], "a paused row is after every date");
      storage.move({ due: PAUSED_DUE, id: "a" }, row(3, "a", { named: true }));
      expectSame(storage.due(3, 10), [row(3, "a", { named: true })], "a resumed row is due again");
    },
  },
];
