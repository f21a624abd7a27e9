import { assertEquals, assertThrows } from "@std/assert";
import { NO_CALL, Rolls } from "../../../testing/simulation/rolls.ts";

Deno.test("Rolls numbers what a call asks for by the call, whatever other calls did", () => {
  const all = new Rolls();
  const numbers = [3, 5, 3].map((call) => all.during(call, () => [all.next(), all.next()]));
  assertEquals(numbers, [[3, 3.001], [5, 5.001], [3.002, 3.003]]);
  const alone = new Rolls();
  assertEquals(alone.during(5, () => [alone.next(), alone.next()]), [5, 5.001]);
});

Deno.test("Rolls counts what a request's handler asks for as its call's, and the rest as nobody's", () => {
  const rolls = new Rolls();
  assertEquals(rolls.during(3, () => rolls.next()), 3);
  assertEquals(rolls.during(3.001, () => rolls.during(3, () => rolls.next())), 3.001);
  assertEquals([rolls.next(), rolls.next()], [NO_CALL, NO_CALL + 0.001]);
});

Deno.test("Rolls goes back to the call before, also after an error", () => {
  const rolls = new Rolls();
  rolls.during(1, () => {
    assertThrows(() =>
      rolls.during(2, () => {
        throw new RangeError("no");
      }), RangeError);
    assertEquals(rolls.current, 1);
  });
  assertEquals(rolls.current, NO_CALL);
});

Deno.test("Rolls gives a thousand numbers to a call without meeting the next call's", () => {
  const rolls = new Rolls();
  const numbers = rolls.during(7, () => Array.from({ length: 1_000 }, () => rolls.next()));
  assertEquals([new Set(numbers).size, numbers.at(-1)], [1_000, 7.999]);
});
