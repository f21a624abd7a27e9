import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { encodePayload } from "../../../core/alarms/row_payload.ts";
import { PayloadVersionError } from "../../../core/errors.ts";
import { type EntryHead, type EntryMeta, OrchestratorRows } from "../../../core/orchestrator/orchestrator_rows.ts";
import { MAX_DUE, type RowKey } from "../../../core/storage.ts";
import { jobFor } from "../unruly_server.ts";
import { META } from "./stage.ts";

function head(id: string, due = 5, more: Partial<EntryMeta> = {}): EntryHead {
  return { key: { due, id }, kind: "job", meta: { ...META, ...more } };
}

/** The heads of rows that can all be read. */
function heads(rows: OrchestratorRows): EntryHead[] {
  const unreadable: RowKey[] = [];
  const found = [...rows.heads((row) => unreadable.push(row))];
  assertEquals(unreadable, []);
  return found;
}

function bytesOf(storage: MemoryStorage): number[] {
  return storage.due(MAX_DUE, 1_000).map(({ payload }) => new TextEncoder().encode(payload).byteLength);
}

Deno.test("OrchestratorRows keeps a text of any length, in rows that fit SQLite's 2 MB on Cloudflare", () => {
  for (const text of ["", "short", "x".repeat(12_000_000), "日本語😀".repeat(700_000)]) {
    const storage = new MemoryStorage();
    const rows = new OrchestratorRows(storage);
    rows.put(head("a"), text);
    assert(rows.text({ due: 5, id: "a" }) === text);
    assert(Math.max(...bytesOf(storage)) < 1_950_000);
    rows.remove({ due: 5, id: "a" });
    assertEquals(storage.count(0, MAX_DUE), 0);
  }
});

Deno.test("OrchestratorRows never cuts a character in two", () => {
  const storage = new MemoryStorage();
  const text = "x" + "😀".repeat(700_000);
  new OrchestratorRows(storage).put(head("a"), text);
  for (const { payload } of storage.due(MAX_DUE, 10)) assert(payload.isWellFormed());
});

Deno.test("OrchestratorRows.change moves a row and keeps its text", () => {
  const rows = new OrchestratorRows(new MemoryStorage());
  const text = "y".repeat(4_000_000);
  rows.put(head("a"), text);
  const moved = head("a", 5, { tries: 3 });
  rows.change(moved, 70);
  assertEquals(moved.key, { due: 70, id: "a" });
  assertEquals(rows.text({ due: 5, id: "a" }), undefined);
  assert(rows.text({ due: 70, id: "a" }) === text);
  assertEquals(heads(rows).map(({ key, meta }) => [key.due, meta.tries]), [[70, 3]]);
});

Deno.test("OrchestratorRows.change and remove do nothing about rows that are gone", () => {
  const storage = new MemoryStorage();
  const rows = new OrchestratorRows(storage);
  rows.change(head("a"), 6);
  rows.remove({ due: 5, id: "a" });
  assertEquals(storage.count(0, MAX_DUE), 0);
});

Deno.test("OrchestratorRows.replace puts one text in the place of another, leaving no piece", () => {
  const storage = new MemoryStorage();
  const rows = new OrchestratorRows(storage);
  const entry = head("a");
  rows.put(entry, "x".repeat(6_000_000));
  rows.replace(entry, 9, "small");
  assertEquals(entry, { ...head("a", 9), kind: "outcome" });
  assertEquals(heads(rows), [entry]);
  assertEquals(storage.count(0, MAX_DUE), 1);
});

Deno.test("OrchestratorRows.heads lists any number of rows in order, pieces left out", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat({ max: 10_000 }), { maxLength: 180 }), (dues) => {
    const rows = new OrchestratorRows(new MemoryStorage());
    for (const due of dues) rows.put(head(`id-${due}`, due), "text");
    assertEquals(heads(rows).map(({ key }) => key.due), dues.toSorted((a, b) => a - b));
  }));
});

Deno.test("OrchestratorRows.heads leaves out rows that it cannot read, tells of them, and goes on", () => {
  const good = encodePayload("", { ...META, pieces: 0 });
  const wrong: [kind: string, payload: string][] = [
    ["job", ""],
    ["job", "text"],
    ["job", "1\n"],
    ["job", "1{broken\n"],
    ["job", `1${JSON.stringify(META)}\n`],
    ["job", `2${JSON.stringify({ ...META, pieces: 0 })}\n`],
    ["job", encodePayload("", { ...META, pieces: 0, priority: "urgent" })],
    ["request", good],
  ];
  const storage = new MemoryStorage();
  for (const [index, [kind, payload]] of wrong.entries()) {
    storage.insert({ due: index, id: `wrong-${index}`, kind, payload, named: false });
  }
  const rows = new OrchestratorRows(storage);
  rows.put(head("good", 99), "text");
  const unreadable: string[] = [];
  const found = [...rows.heads(({ id }) => unreadable.push(id))];
  assertEquals(found, [head("good", 99)]);
  assertEquals(unreadable, wrong.map((_, index) => `wrong-${index}`));
  assertEquals(storage.count(0, MAX_DUE), wrong.length + 1);
});

Deno.test("OrchestratorRows.text refuses rows of a later version, and rows that are none of its own", () => {
  const payloads = ["", "text", "1\n", `1${JSON.stringify(META)}\n`, `2${JSON.stringify({ ...META, pieces: 0 })}\n`];
  for (const payload of payloads) {
    const storage = new MemoryStorage();
    storage.insert({ due: 5, id: "a", kind: "job", payload, named: false });
    assertThrows(() => new OrchestratorRows(storage).text({ due: 5, id: "a" }), PayloadVersionError);
    assertEquals(storage.count(0, MAX_DUE), 1);
  }
});

Deno.test("OrchestratorRows.read gives back job and outcome, and says of other texts that they are unreadable", () => {
  const rows = new OrchestratorRows(new MemoryStorage());
  const job = jobFor("https://a.example/");
  const text = JSON.stringify(job);
  const table: [text: string, expected: unknown][] = [
    [text, { job: JSON.parse(text), outcome: "" }],
    [`${text}\nout\ncome`, { job: JSON.parse(text), outcome: "out\ncome" }],
    ["", "unreadable"],
    ["{}", "unreadable"],
    ["{broken", "unreadable"],
    [JSON.stringify({ ...job, v: 2 }), "unreadable"],
  ];
  for (const [index, [written, expected]] of table.entries()) {
    rows.put(head(`${index}`), written);
    assertEquals(rows.read({ due: 5, id: `${index}` }), expected);
  }
  assertEquals(rows.read({ due: 5, id: "none" }), undefined);
});
