/**
 * Cases for `first`, `due` and `count`: the order of rows, and which of them a sweep sees.
 *
 * @module
 */
import { DEAD_DUE, MAX_DUE, PAUSED_DUE, type RowKey } from "../../core/storage.ts";
import { all, expectSame, firstKey, ids, row, type StorageCase } from "../storage_case.ts";

/** Ids in the order of their UTF-8 bytes, which is neither that of UTF-16 units, nor of numbers, nor of any language. */
const ORDERED_IDS = [
  "",
  " ",
  "10",
  "9",
  "B",
  "Z",
  "_",
  "a",
  "a ",
  "aa",
  "b",
  "z",
  "é",
  "中",
  "\uE000",
  "\uFFFD",
  "😀",
  "🚀",
];

/** The cases, in the order in which a new storage passes them. */
export const ORDER_CASES: readonly StorageCase[] = [
  {
    name: "first: undefined when empty",
    run(storage) {
      expectSame(storage.first(), undefined, "an empty storage has no first row");
    },
  },
  {
    name: "first: the earliest, whatever the order of inserts",
    run(storage) {
      for (const due of [5, 9, 3, 7]) storage.insert(row(due, `r${due}`));
      expectSame(firstKey(storage), { due: 3, id: "r3" }, "the earliest row is first");
    },
  },
  {
    name: "first: of equal dues, the least id",
    run(storage) {
      for (const id of ["b", "c", "a"]) storage.insert(row(1, id));
      expectSame(firstKey(storage), { due: 1, id: "a" }, "rows with one due are ordered by id");
    },
  },
  {
    name: "first: the next after a take",
    run(storage) {
      for (const due of [1, 2]) storage.insert(row(due, `r${due}`));
      storage.take({ due: 1, id: "r1" });
      expectSame(firstKey(storage), { due: 2, id: "r2" }, "the next row is first");
      storage.take({ due: 2, id: "r2" });
      expectSame(storage.first(), undefined, "an emptied storage has no first row");
    },
  },
  {
    name: "first: a paused row too, when there is no other",
    run(storage) {
      storage.insert(row(PAUSED_DUE, "a"));
      expectSame(firstKey(storage), { due: PAUSED_DUE, id: "a" }, "first leaves no row out");
    },
  },
  {
    name: "due: up to and at the instant",
    run(storage) {
      for (const due of [1, 2, 3]) storage.insert(row(due, `r${due}`));
      expectSame(ids(storage.due(2, 10)), ["r1", "r2"], "a row due at the instant is due, a later one is not");
      expectSame(storage.due(0, 10), [], "nothing is due before the first row");
    },
  },
  {
    name: "due: whole rows",
    run(storage) {
      storage.insert(row(1, "a", { named: true, kind: "cron" }));
      expectSame(storage.due(1, 1), [row(1, "a", { named: true, kind: "cron" })], "rows come as they were inserted");
    },
  },
  {
    name: "due: ordered by due as a number",
    run(storage) {
      const dues = [-5, 0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 1_700_000_000_000, MAX_DUE];
      for (const due of [...dues].reverse()) storage.insert(row(due, "a"));
      expectSame(all(storage).map((each) => each.due), dues, "dues are ordered as numbers, negative ones first");
    },
  },
  {
    name: "due: ordered by due before id",
    run(storage) {
      storage.insert(row(2, "a"));
      storage.insert(row(1, "b"));
      expectSame(ids(all(storage)), ["b", "a"], "the due counts more than the id");
    },
  },
  {
    name: "due: of equal dues, ordered by the UTF-8 bytes of the id",
    run(storage) {
      for (const id of [...ORDERED_IDS].reverse()) storage.insert(row(1, id));
      expectSame(ids(all(storage)), ORDERED_IDS, "ids are ordered by their UTF-8 bytes");
    },
  },
  {
    name: "due: the limit keeps the earliest",
    run(storage) {
      for (const due of [3, 1, 2]) storage.insert(row(due, `r${due}`));
      expectSame(ids(storage.due(10, 2)), ["r1", "r2"], "the earliest rows are kept");
      expectSame(storage.due(10, 0), [], "a limit of 0 gives no row");
      expectSame(ids(storage.due(10, Infinity)), ["r1", "r2", "r3"], "a limit of Infinity gives all rows");
    },
  },
  {
    name: "due: the rows stay",
    run(storage) {
      storage.insert(row(1, "a"));
      storage.due(1, 1);
      expectSame(ids(storage.due(1, 1)), ["a"], "listing rows does not remove them");
    },
  },
  {
    name: "due: after a key, without it",
    run(storage) {
      for (const id of ["a", "b", "c"]) storage.insert(row(1, id));
      expectSame(ids(storage.due(1, 10, { due: 1, id: "a" })), ["b", "c"], "rows after the key, not the key's own");
    },
  },
  {
    name: "due: after a key that is not there",
    run(storage) {
      for (const [due, id] of [[1, "a"], [1, "c"], [2, "a"]] as const) storage.insert(row(due, id));
      expectSame(all(storage).length, 3, "three rows are stored");
      const after = storage.due(9, 10, { due: 1, id: "b" }).map((each) => [each.due, each.id]);
      expectSame(after, [[1, "c"], [2, "a"]], "rows after the place where the key would be");
      expectSame(storage.due(9, 10, { due: 2, id: "b" }), [], "nothing is after the last row");
    },
  },
  {
    name: "due: after a key and up to an instant",
    run(storage) {
      for (const due of [1, 2, 3, 4]) storage.insert(row(due, `r${due}`));
      expectSame(ids(storage.due(3, 10, { due: 1, id: "r1" })), ["r2", "r3"], "both ends hold");
      expectSame(storage.due(1, 10, { due: 2, id: "" }), [], "nothing is after a key that is past the end");
    },
  },
  {
    name: "due: pages through ties give each row once",
    run(storage) {
      const expected: string[] = [];
      for (let index = 100; index < 125; index++) expected.push(`r${index}`);
      for (const id of [...expected].reverse()) storage.insert(row(7, id));
      const seen: string[] = [];
      let after: RowKey | undefined;
      // A storage that repeats rows would never come to the end.
      while (seen.length <= expected.length) {
        const page = storage.due(7, 4, after);
        if (page.length === 0) break;
        seen.push(...ids(page));
        after = page[page.length - 1];
      }
      expectSame(seen, expected, "each row is on one page, in order");
    },
  },
  {
    name: "due: taking the rows of a page while reading it",
    run(storage) {
      for (let due = 1; due <= 6; due++) storage.insert(row(due, `r${due}`));
      const taken: string[] = [];
      for (const each of storage.due(4, 10)) taken.push(storage.take(each)?.id ?? "nothing");
      expectSame(taken, ["r1", "r2", "r3", "r4"], "a page is not changed by taking its rows");
      expectSame(ids(all(storage)), ["r5", "r6"], "only the page's rows are gone");
    },
  },
  {
    name: "due: paused rows and dead letters are after every date",
    run(storage) {
      for (const [due, id] of [[DEAD_DUE, "dead"], [PAUSED_DUE, "paused"], [MAX_DUE, "last"]] as const) {
        storage.insert(row(due, id));
      }
      expectSame(ids(storage.due(MAX_DUE, 10)), ["last"], "a sweep up to the last date meets neither");
      expectSame(ids(storage.due(PAUSED_DUE, 10, { due: MAX_DUE, id: "last" })), ["paused"], "paused rows are listed");
      expectSame(ids(storage.due(Infinity, 10)), ["last", "paused", "dead"], "each due keeps its last digit");
    },
  },
  {
    name: "count: both ends included",
    run(storage) {
      for (const due of [1, 2, 3, 4]) storage.insert(row(due, "a"));
      expectSame(storage.count(2, 3), 2, "rows from 2 to 3, both included");
      expectSame(storage.count(-Infinity, Infinity), 4, "all rows");
    },
  },
  {
    name: "count: nothing in an empty span",
    run(storage) {
      expectSame(storage.count(0, MAX_DUE), 0, "an empty storage counts 0");
      storage.insert(row(5, "a"));
      expectSame(storage.count(6, 9), 0, "no row is in the span");
      expectSame(storage.count(9, 1), 0, "a span that ends before it starts has no row");
    },
  },
  {
    name: "count: rows with one due, by due alone",
    run(storage) {
      for (const id of ["a", "b", "c"]) storage.insert(row(PAUSED_DUE, id));
      storage.insert(row(DEAD_DUE, "d"));
      expectSame(storage.count(PAUSED_DUE, PAUSED_DUE), 3, "paused rows are counted");
      expectSame(storage.count(DEAD_DUE, DEAD_DUE), 1, "dead letters are counted");
    },
  },
  {
    name: "count: follows insert, move and take",
    run(storage) {
      for (const due of [1, 2, 3]) storage.insert(row(due, "a"));
      storage.move({ due: 1, id: "a" }, row(9, "a"));
      storage.take({ due: 2, id: "a" });
      expectSame([storage.count(1, 3), storage.count(0, 10)], [1, 2], "a moved or taken row is not counted");
    },
  },
  {
    name: "due: 2,000 rows inserted in any order come in order",
    needs: "manyRows",
    run(storage) {
      // 7 and 2,000 have no common divisor, so that each due comes once.
      for (let index = 0; index < 2_000; index++) storage.insert(row((index * 7) % 2_000, `r${index}`));
      const dues = all(storage).map((each) => each.due);
      expectSame(dues.every((due, index) => due === index), true, "rows come in order");
      expectSame([dues.length, storage.count(0, 1_999)], [2_000, 2_000], "no row is missing");
    },
  },
];
