import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { UlidSource } from "../../../core/orchestrator/ulid.ts";

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
  for (const now of [4_000, 5_000, 6_000]) {
    const [early, last] = [new UlidSource().next(4_500), new UlidSource().next(5_000)];
    const source = new UlidSource();
    source.follow(last);
    source.follow(early);
    const next = source.next(now);
    assert(next > last);
    assertEquals(next.slice(0, 10) === last.slice(0, 10), now <= 5_000);
  }
});

Deno.test("UlidSource counts on where the time stands still, over all digits of chance", () => {
  const source = new UlidSource();
  source.follow("000000004S0ZZZZZZZZZZZZZZZ");
  assertEquals(source.next(0), "000000004S1000000000000000");
});

Deno.test("UlidSource writes 26 characters of Crockford's base 32, the time first", () => {
  const id = new UlidSource().next(1_469_918_176_385);
  assertMatch(id, /^01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/);
});
