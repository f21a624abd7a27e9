import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { IdSource } from "../../../core/alarms/row_id.ts";
import { CRON_DUE, dueOf, MARK_DUE, MAX_CRON_DUE, RowTable } from "../../../core/alarms/row_table.ts";
import { DEAD_DUE, MAX_DUE, PAUSED_DUE, type Row } from "../../../core/storage.ts";

const source = new IdSource();

function row(due: number, id: string, named = false): Row {
  return { due, id, kind: due >= CRON_DUE ? "cron" : "once", payload: "1\n", named };
}

function tableOf(...rows: Row[]): { storage: MemoryStorage; table: RowTable } {
  const storage = new MemoryStorage();
  for (const each of rows) storage.insert(each);
  return { storage, table: new RowTable(storage) };
}

function ids(rows: Iterable<Row>): string[] {
  return [...rows].map(({ id }) => id);
}

Deno.test("the groups of rows lie apart, each in numbers that a double holds", () => {
  const groups = [0, MAX_DUE, PAUSED_DUE, DEAD_DUE, MARK_DUE, CRON_DUE, CRON_DUE + MAX_CRON_DUE];
  assertEquals(groups, groups.toSorted((a, b) => a - b));
  assertEquals(new Set(groups).size, groups.length);
  assertEquals(CRON_DUE + MAX_CRON_DUE, Number.MAX_SAFE_INTEGER);
});

Deno.test("dueOf() tells when a row runs, and of those that wait for nothing that they do not", () => {
  const at = (due: number) => dueOf({ due, id: "a" });
  assertEquals([at(0), at(7), at(MAX_DUE), at(CRON_DUE + 7)], [0, 7, MAX_DUE, 7]);
  assertEquals([at(PAUSED_DUE), at(DEAD_DUE), at(MARK_DUE)], [undefined, undefined, undefined]);
});

Deno.test("RowTable.nextDue() is the earliest of one-shots and cron", () => {
  assertEquals(tableOf().table.nextDue(), Infinity);
  assertEquals(tableOf(row(5, "a"), row(CRON_DUE + 3, "c")).table.nextDue(), 3);
  assertEquals(tableOf(row(2, "a"), row(CRON_DUE + 3, "c")).table.nextDue(), 2);
  assertEquals(tableOf(row(CRON_DUE, "c")).table.nextDue(), 0);
});

Deno.test("RowTable.nextDue() passes over rows that wait for nothing", () => {
  assertEquals(tableOf(row(PAUSED_DUE, "p"), row(DEAD_DUE, "d"), row(MARK_DUE, "m")).table.nextDue(), Infinity);
  assertEquals(tableOf(row(PAUSED_DUE, "p"), row(CRON_DUE + 9, "c")).table.nextDue(), 9);
});

Deno.test("RowTable.nextDueAfter() leaves out what is due at the instant itself", () => {
  const { table } = tableOf(row(5, "a"), row(8, "b"), row(CRON_DUE + 5, "c"), row(CRON_DUE + 7, "d"));
  assertEquals([4, 5, 7, 8].map((instant) => table.nextDueAfter(instant)), [5, 7, 8, Infinity]);
});

Deno.test("RowTable.nextDue() asks once whether there is cron, and again once it hears of one", () => {
  const { storage, table } = tableOf(row(5, "a"));
  let looks = 0;
  const due = storage.due.bind(storage);
  storage.due = (...args) => {
    looks++;
    return due(...args);
  };
  assertEquals([table.nextDue(), table.nextDue(), table.nextDueAfter(6), looks], [5, 5, Infinity, 2]);
  table.noteCron({ due: CRON_DUE + 3, id: "c" });
  assertEquals(table.nextDue(), 5);
  storage.insert(row(CRON_DUE + 3, "c"));
  assertEquals([table.nextDue(), table.nextDueAfter(2), table.locate("c")?.due], [3, 3, CRON_DUE + 3]);
});

Deno.test("RowTable.nextDue() finds a cron row that a transaction has brought back", () => {
  const { storage, table } = tableOf(row(5, "a"), row(CRON_DUE + 3, "c"));
  try {
    storage.transaction(() => {
      const found = table.locate("c");
      if (found !== undefined) storage.take(found);
      assertEquals(table.nextDue(), 5);
      throw new RangeError("undo");
    });
  } catch { /* what is asserted comes after it */ }
  assertEquals([table.nextDue(), table.nextDueAfter(0)], [3, 3]);
});

Deno.test("RowTable.nextDue() agrees with the rows, whatever is written, taken, undone and asked in between", () => {
  const steps = fc.array(
    fc.record({
      cron: fc.boolean(),
      due: fc.nat(20),
      what: fc.constantFrom("insert" as const, "take" as const, "ask" as const),
      undo: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  fc.assert(fc.property(steps, (all) => {
    const { storage, table } = tableOf();
    for (const { cron, due, what, undo } of all) {
      const place = row(cron ? CRON_DUE + due : due, `${cron} ${due}`, !cron);
      try {
        storage.transaction(() => {
          if (cron && what === "insert") table.noteCron(place);
          const found = table.locate(place.id);
          if (what === "take" && found !== undefined) storage.take(found);
          if (what === "insert" && found === undefined) storage.insert(place);
          if (what === "ask") table.nextDue();
          if (undo) throw new RangeError("undo");
        });
      } catch { /* what is asserted comes after it */ }
      const dues = storage.due(Number.MAX_SAFE_INTEGER, 100).map((each) => dueOf(each) ?? Infinity);
      assertEquals(table.nextDue(), Math.min(Infinity, ...dues));
    }
  }));
});

Deno.test("RowTable.due() merges one-shots and cron by their due times, across pages", () => {
  const instants = fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 200 });
  fc.assert(fc.property(instants, fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }), (dues, cron) => {
    const { table } = tableOf(...dues.map((due, i) => row(cron[i] ? CRON_DUE + due : due, `${due}`)));
    const sorted = dues.toSorted((a, b) => a - b);
    assertEquals(ids(table.due(150)), sorted.filter((due) => due <= 150).map(String));
    assertEquals(ids(table.due(MAX_DUE, 100)), sorted.filter((due) => due >= 100).map(String));
  }));
});

Deno.test("RowTable.due() goes on after any row of an earlier walk, even one that is gone", () => {
  const rows = [row(1, "a"), row(1, "b"), row(CRON_DUE + 1, "c"), row(CRON_DUE + 1, "d"), row(2, "e")];
  const { table } = tableOf(...rows);
  const all = ["a", "b", "c", "d", "e"];
  assertEquals(ids(table.due(9)), all);
  for (const [index, each] of rows.entries()) assertEquals(ids(table.due(9, 0, each)), all.slice(index + 1), each.id);
  assertEquals(ids(table.due(9, 0, { due: 1, id: "aa" })), all.slice(1));
  assertEquals(ids(table.due(9, 2, { due: 1, id: "a" })), ["e"]);
});

Deno.test("RowTable.locate() finds a row wherever it lies", () => {
  const id = source.generate(77);
  for (const place of [row(77, id), row(PAUSED_DUE, id), row(99, id, true), row(CRON_DUE + 5, id)]) {
    assertEquals(tableOf(place).table.locate(id), place);
  }
  for (const place of [row(5, "x", true), row(PAUSED_DUE, "x", true), row(PAUSED_DUE, "x"), row(CRON_DUE + 5, "x")]) {
    assertEquals(tableOf(row(CRON_DUE + 1, "other"), place).table.locate("x"), place);
  }
});

Deno.test("RowTable.locate() finds no dead letter, and nothing where there is nothing", () => {
  const { table } = tableOf(row(DEAD_DUE, "x"), row(7, "unnamed"));
  assertEquals(["x", "unnamed", "", source.generate(7)].map((id) => table.locate(id)), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("RowTable.locate() finds an explicit id that looks like a generated one", () => {
  const place = row(5, source.generate(1_000), true);
  assertEquals(tableOf(place).table.locate(place.id), place);
});

Deno.test("RowTable.locate() follows cron rows that others have moved, and that a transaction brings back", () => {
  const { storage, table } = tableOf(row(CRON_DUE + 1, "c"), row(CRON_DUE + 2, "d"));
  assertEquals(table.locate("c")?.due, CRON_DUE + 1);
  storage.move({ due: CRON_DUE + 1, id: "c" }, row(CRON_DUE + 9, "c"));
  assertEquals(table.locate("c")?.due, CRON_DUE + 9);
  try {
    storage.transaction(() => {
      storage.take({ due: CRON_DUE + 9, id: "c" });
      assertEquals(table.locate("c"), undefined);
      throw new RangeError("undo");
    });
  } catch { /* what is asserted comes after it */ }
  assertEquals(table.locate("c")?.due, CRON_DUE + 9);
  assertEquals(table.locate("nobody"), undefined);
});

Deno.test("RowTable.locate() reads cron rows once, however many ids there are none for", () => {
  const { storage, table } = tableOf(row(CRON_DUE + 1, "c"));
  let walks = 0;
  const due = storage.due.bind(storage);
  storage.due = (...args) => {
    walks++;
    return due(...args);
  };
  for (let i = 0; i < 100; i++) assertEquals(table.locate(`none ${i}`), undefined);
  assertEquals(walks, 1);
});

Deno.test("RowTable.noteCron() lets an id be found that was written after the others were read", () => {
  const { storage, table } = tableOf();
  assertEquals(table.locate("c"), undefined);
  table.noteCron({ due: CRON_DUE + 4, id: "c" });
  storage.insert(row(CRON_DUE + 4, "c"));
  assertEquals(table.locate("c")?.due, CRON_DUE + 4);
});

Deno.test("RowTable.relocate() moves a row to where its id leads without an index", () => {
  const id = source.generate(50);
  const { storage, table } = tableOf(row(50, id));
  const paused = table.relocate(row(50, id), PAUSED_DUE, "1\np");
  assertEquals([paused.named, table.locate(id)], [false, paused]);
  const back = table.relocate(paused, 50, "1\nq");
  assertEquals([back.named, table.locate(id), storage.count(0, Number.MAX_SAFE_INTEGER)], [false, back, 1]);
});

Deno.test("RowTable.relocate() gives a row an index whose new place its id does not tell", () => {
  const id = source.generate(50);
  const { storage, table } = tableOf(row(50, id));
  const moved = table.relocate(row(50, id), 80, "1\n");
  assertEquals([moved.named, table.locate(id), storage.count(0, MAX_DUE)], [true, moved, 1]);
});

Deno.test("RowTable.relocate() leaves a named row named", () => {
  const { table } = tableOf(row(50, "x", true));
  assertEquals(table.relocate(row(50, "x", true), PAUSED_DUE, "1\n").named, true);
  assertEquals(table.locate("x")?.due, PAUSED_DUE);
});

Deno.test("RowTable.walk() goes through more rows than a page, though they go as it walks", () => {
  const { storage, table } = tableOf(...Array.from({ length: 300 }, (_, i) => row(i, "a")));
  let walked = 0;
  for (const each of table.walk(1_000, { due: 0, id: "" })) {
    storage.take(each);
    walked++;
  }
  assertEquals([walked, storage.first()], [300, undefined]);
});
