/**
 * Cases for what rows may hold: any text, whole, and every millisecond.
 *
 * @module
 */
import { MAX_DUE } from "../../core/storage.ts";
import { expectDuplicate, expectSame, ids, row, type StorageCase } from "../storage_case.ts";

const HOSTILE_TEXTS = [
  "'; DROP TABLE doze_rows; --",
  '"quoted" \\ back`slash',
  "line\nbreak\r\n\ttab",
  "?1 :name $name @name",
  "%_*[a-z]",
  "😀 中文 العربية e\u0301",
  "\uFEFFbyte order mark",
  " leading and trailing ",
];

/** The cases, in the order in which a new storage passes them. */
export const VALUE_CASES: readonly StorageCase[] = [
  {
    name: "values: any payload comes back to the letter",
    run(storage) {
      HOSTILE_TEXTS.forEach((payload, index) => storage.insert(row(index, "a", { payload })));
      const payloads = storage.due(100, 100).map((each) => each.payload);
      expectSame(payloads, HOSTILE_TEXTS, "a payload is not interpreted");
    },
  },
  {
    name: "values: any id is found to the letter",
    run(storage) {
      HOSTILE_TEXTS.forEach((id, index) => storage.insert(row(index, id, { named: true })));
      HOSTILE_TEXTS.forEach((id, index) => {
        expectSame(storage.find(id)?.due, index, "an id is not interpreted by find");
        expectSame(storage.take({ due: index, id })?.id, id, "an id is not interpreted by take");
      });
    },
  },
  {
    name: "values: empty texts stay empty texts",
    run(storage) {
      storage.insert({ due: 1, id: "", kind: "", payload: "", named: true });
      const stored = { due: 1, id: "", kind: "", payload: "", named: true };
      expectSame(storage.find(""), stored, "an empty text is neither null nor missing");
    },
  },
  {
    name: "values: texts that look like numbers stay texts",
    run(storage) {
      const texts = ["0", "007", "1e3", "1.0", "-0", "0x10", "null", "true"];
      for (const text of texts) storage.insert(row(1, text, { kind: text, payload: text }));
      const stored = storage.due(1, 100).map((each) => [each.id, each.kind, each.payload]);
      expectSame(stored.length, texts.length, "no two of these ids are the same");
      expectSame(stored.every(([id, kind, payload]) => id === kind && id === payload), true, "texts stay texts");
      expectSame(storage.get({ due: 1, id: "7" }), undefined, `"7" is not "007"`);
      expectSame(storage.get({ due: 1, id: "007" })?.payload, "007", `"007" is found`);
    },
  },
  {
    name: "values: ids differ by case, accents and spaces",
    run(storage) {
      const texts = ["a", "A", "á", "a\u0301", "a ", " a"];
      for (const text of texts) storage.insert(row(1, text, { named: true, payload: text }));
      for (const text of texts) expectSame(storage.find(text)?.payload, text, "an id is found by its own letters");
      expectDuplicate(() => storage.insert(row(2, "á", { named: true })), "the same letters are the same id");
    },
  },
  {
    name: "values: an id of 512 characters, told apart by the last",
    run(storage) {
      const long = "é".repeat(511);
      storage.insert(row(1, `${long}b`, { named: true }));
      storage.insert(row(1, `${long}a`, { named: true }));
      expectSame(ids(storage.due(1, 2)), [`${long}a`, `${long}b`], "a long id counts to its last letter");
      expectSame(storage.find(`${long}b`)?.id, `${long}b`, "a long id is found");
    },
  },
  {
    name: "values: neighbouring milliseconds are told apart",
    run(storage) {
      const dues = [MAX_DUE - 1, MAX_DUE, 1_767_225_600_000, 1_767_225_600_001];
      for (const due of dues) storage.insert(row(due, "a", { payload: String(due) }));
      for (const due of dues) {
        expectSame(storage.get({ due, id: "a" })?.payload, String(due), `the row due at ${due} has its own place`);
      }
      expectSame(storage.due(MAX_DUE - 1, 10).length, 3, "the last millisecond of all is told apart");
    },
  },
  {
    name: "values: dues before 1970",
    run(storage) {
      for (const due of [-1, 0, -MAX_DUE]) storage.insert(row(due, "a"));
      expectSame(storage.due(0, 10).map((each) => each.due), [-MAX_DUE, -1, 0], "negative dues come first");
      expectSame(storage.take({ due: -MAX_DUE, id: "a" })?.due, -MAX_DUE, "the first date of all is a key");
    },
  },
  {
    name: "values: a payload of 1 MB, whole",
    needs: "largePayloads",
    run(storage) {
      const payload = "0123456789abcdef".repeat(65_536);
      storage.insert(row(1, "a", { payload }));
      const stored = storage.take({ due: 1, id: "a" })?.payload;
      expectSame(stored?.length, payload.length, "no letter of a large payload is lost");
      expectSame(stored === payload, true, "a large payload comes back to the letter");
    },
  },
];
