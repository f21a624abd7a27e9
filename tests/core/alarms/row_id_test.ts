import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidIdError } from "../../../core/errors.ts";
import { checkId, dueOfId, IdSource } from "../../../core/alarms/row_id.ts";
import { MAX_DUE } from "../../../core/storage.ts";

const source = new IdSource();

Deno.test("IdSource.generate() makes ids that carry their due time, whatever it is", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: MAX_DUE }), (due) => {
    assertEquals(dueOfId(source.generate(due)), due);
  }));
});

Deno.test("IdSource.generate() makes another id each time", () => {
  const ids = new Set(Array.from({ length: 10_000 }, () => source.generate(1_767_225_600_000)));
  assertEquals(ids.size, 10_000);
});

Deno.test("dueOfId() knows the ids that nobody generated, or cannot tell", () => {
  for (const id of ["", "a", "daily", "report-7", "A1-abc", "mhzq3k1c", "-abc", "mhzq3k1c-", "cron_x-abc!"]) {
    const due = dueOfId(id);
    assert(due === undefined || Number.isSafeInteger(due), `${id}: ${due}`);
  }
  assertEquals(dueOfId("Daily-report"), undefined);
});

Deno.test("IdSource draws from what it is given, many words at a time, and never the same word twice", () => {
  let filled = 0;
  let word = 0;
  const source = new IdSource((words) => {
    filled++;
    for (let i = 0; i < words.length; i++) words[i] = word++;
  });
  const ids = Array.from({ length: 300 }, () => source.generate(36));
  assertEquals([new Set(ids).size, filled], [300, 3]);
  assertEquals(ids[0], "10-00000001");
  assertEquals(dueOfId(ids[0]), 36);
});

Deno.test("IdSource gives the same ids for the same randomness", () => {
  const make = () => new IdSource((words) => words.fill(7)).generate(5);
  assertEquals(make(), make());
  assertNotEquals(make(), new IdSource((words) => words.fill(8)).generate(5));
});

Deno.test("IdSource.token() tells no due time", () => {
  const source = new IdSource();
  for (let i = 0; i < 1_000; i++) assertEquals(dueOfId(source.token()), undefined);
});

Deno.test("IdSource spreads its ids evenly enough that two due at once do not meet", () => {
  const source = new IdSource();
  const heads = new Map<string, number>();
  for (let i = 0; i < 3_600; i++) {
    const last = source.token().at(-1) ?? "";
    heads.set(last, (heads.get(last) ?? 0) + 1);
  }
  assertEquals(heads.size, 36);
  for (const [head, count] of heads) assert(count > 40 && count < 200, `${head}: ${count}`);
});

Deno.test("checkId() lets every text of 1 to 512 characters pass", () => {
  for (const id of ["a", "Größe 7 😀", "x".repeat(512), "a/b c"]) assertEquals(checkId(id), id);
});

Deno.test("checkId() refuses what no database keeps as it is, by code", () => {
  for (const id of ["", "x".repeat(513), "a\uD800", "a\u0000b", 7, null, undefined, {}, ["a"]]) {
    const error = assertThrows(() => checkId(id), InvalidIdError, "1 to 512 characters");
    assertEquals([error.code, error.value], ["INVALID_ID", id]);
  }
});
