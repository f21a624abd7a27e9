import { assert, assertEquals, assertThrows } from "@std/assert";
import { compareKeys, DEAD_DUE, InvalidIdError, MAX_DUE, PAUSED_DUE, type RowKey } from "@doze/fetch";
import fc from "fast-check";
import { checkId } from "../../core/alarms/row_id.ts";

/** Any well-formed text, with what orders differ on: astral characters and those just below them. */
const id = fc.array(fc.constantFrom("", "a", "b", "é", "\uD7FF", "\uE000", "\uFFFD", "😀", "\u{10FFFF}", "\u0000")).map(
  (parts) => parts.join(""),
);
const key = fc.record({ due: fc.integer({ min: -3, max: 3 }), id });

/** The order in the words of the port: by due, then byte by byte. */
function compareBytes(a: RowKey, b: RowKey): number {
  if (a.due !== b.due) return a.due - b.due;
  const [left, right] = [a, b].map((each) => new TextEncoder().encode(each.id));
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    if (left[at] !== right[at]) return left[at] - right[at];
  }
  return left.length - right.length;
}

Deno.test("compareKeys orders by due, then by the UTF-8 bytes of the id", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      assertEquals(Math.sign(compareKeys(a, b)), Math.sign(compareBytes(a, b)));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("compareKeys is an order: antisymmetric and transitive", () => {
  fc.assert(fc.property(key, key, key, (a, b, c) => {
    assertEquals(Math.sign(compareKeys(a, b)), -Math.sign(compareKeys(b, a)) + 0);
    if (compareKeys(a, b) <= 0 && compareKeys(b, c) <= 0) assert(compareKeys(a, c) <= 0);
  }));
});

Deno.test("compareKeys gives 0 only for the same key", () => {
  fc.assert(fc.property(key, key, (a, b) => {
    assertEquals(compareKeys(a, b) === 0, a.due === b.due && a.id === b.id);
  }));
});

Deno.test("compareKeys holds at both ends of time", () => {
  assert(compareKeys({ due: -Infinity, id: "z" }, { due: -MAX_DUE, id: "" }) < 0);
  assert(compareKeys({ due: Infinity, id: "" }, { due: DEAD_DUE, id: "z" }) > 0);
  assertEquals(compareKeys({ due: Infinity, id: "a" }, { due: Infinity, id: "a" }), 0);
});

Deno.test("PAUSED_DUE and DEAD_DUE are whole numbers after every date", () => {
  assertEquals(new Date(MAX_DUE).getTime(), MAX_DUE);
  assert(MAX_DUE < PAUSED_DUE && PAUSED_DUE < DEAD_DUE && Number.isSafeInteger(DEAD_DUE));
  assert(Number.isNaN(new Date(PAUSED_DUE).getTime()));
});

Deno.test("checkId refuses the texts that no row may hold", () => {
  for (const id of ["a\u0000b", "\u0000", "a\uD800", "\uDC00b"]) assertThrows(() => checkId(id), InvalidIdError);
  for (const id of ["a b", "😀", "\u0001", "\uFFFD"]) assertEquals(checkId(id), id);
});
