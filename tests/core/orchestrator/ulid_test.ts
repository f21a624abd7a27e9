import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { timeOfUlid, UlidSource } from "../../../core/orchestrator/ulid.ts";

Deno.test("UlidSource makes ids that sort as they were made, whatever the clock does", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 200 }), (steps) => {
    const source = new UlidSource();
    let now = 1_750_000_000_000;
    const ids = steps.map((step) => source.next(now += step));
    assertEquals(ids.toSorted(), ids);
    assertEquals(new Set(ids).size, ids.length);
  }));
});

Deno.test("UlidSource goes on after the last id before a restart", () => {
  const last = new UlidSource().next(5_000);
  const next = new UlidSource(last).next(4_000);
  assert(next > last);
  assertEquals(timeOfUlid(next), 5_001);
});

Deno.test("UlidSource writes 26 characters of Crockford's base 32, the time first", () => {
  const id = new UlidSource().next(1_469_918_176_385);
  assertMatch(id, /^01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/);
  assertEquals(timeOfUlid(id), 1_469_918_176_385);
});
