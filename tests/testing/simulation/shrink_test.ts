import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { shrink } from "../../../testing/simulation/shrink.ts";

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, nth) => nth);
}

Deno.test("shrink leaves what a failure needs, and nothing else", async () => {
  const needed = [3, 57, 99];
  const fails = (list: readonly number[]) => Promise.resolve(needed.every((number) => list.includes(number)));
  assertEquals(await shrink(numbers(100), fails, 10_000), needed);
});

Deno.test("shrink gives back what still fails, whatever it is", async () => {
  await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.nat(60), { minLength: 1 }), async (needed) => {
    const fails = (list: readonly number[]) => Promise.resolve(needed.every((number) => list.includes(number)));
    const shortest = await shrink(numbers(61), fails, 10_000);
    assertEquals(shortest.length, needed.length);
    assert(await fails(shortest));
  }));
});

Deno.test("shrink keeps within its budget", async () => {
  let tries = 0;
  const fails = (list: readonly number[]) => {
    tries++;
    return Promise.resolve(list.includes(1));
  };
  assert((await shrink(numbers(1_000), fails, 7)).includes(1));
  assertEquals(tries, 7);
});

Deno.test("shrink never tries an empty list", async () => {
  const fails = (list: readonly number[]) => {
    assert(list.length > 0);
    return Promise.resolve(true);
  };
  assertEquals((await shrink(numbers(9), fails)).length, 1);
});
