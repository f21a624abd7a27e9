import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { chance, dice, pick } from "../../../testing/simulation/chance.ts";

const part = fc.oneof(fc.string(), fc.integer());

Deno.test("chance gives a number in [0, 1) that depends on its arguments alone", () => {
  fc.assert(fc.property(fc.array(part), (parts) => {
    const value = chance(...parts);
    assert(value >= 0 && value < 1);
    assertEquals(chance(...parts), value);
  }));
});

Deno.test("chance tells apart what is divided differently", () => {
  assert(chance("ab", "c") !== chance("a", "bc"));
  assert(chance(1, 2) !== chance(2, 1));
});

Deno.test("chance is spread evenly", () => {
  const tenths = new Array<number>(10).fill(0);
  for (let nth = 0; nth < 20_000; nth++) tenths[Math.floor(chance("spread", nth) * 10)]++;
  for (const count of tenths) assert(count > 1_800 && count < 2_200, String(tenths));
});

Deno.test("dice gives the same sequence for the same seed, and another for another", () => {
  const [a, b, c] = [dice("x", 1), dice("x", 1), dice("x", 2)];
  const [first, same, other] = [a, b, c].map((roll) => Array.from({ length: 20 }, roll));
  assertEquals(first, same);
  assert(first.join() !== other.join());
  assert(first.every((value) => value >= 0 && value < 1));
});

Deno.test("pick takes each value, also at the ends", () => {
  assertEquals(pick(0, ["a", "b", "c"]), "a");
  assertEquals(pick(0.5, ["a", "b", "c"]), "b");
  assertEquals(pick(0.999_999, ["a", "b", "c"]), "c");
  assertEquals(pick(1, ["a", "b", "c"]), "c");
});
