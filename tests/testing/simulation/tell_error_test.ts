import { assertEquals } from "@std/assert";
import { tellError } from "../../../testing/simulation/tell_error.ts";

Deno.test("tellError names an error and says its message, and shows any other value", () => {
  assertEquals(tellError(new RangeError("too far")), "RangeError: too far");
  assertEquals([tellError("text"), tellError(7), tellError(undefined)], ["text", "7", "undefined"]);
});

Deno.test("tellError cuts long texts, and survives values that cannot be shown", () => {
  assertEquals(tellError("x".repeat(1_000)).length, 601);
  const hostile = {
    toString(): string {
      throw new RangeError("no");
    },
  };
  assertEquals(tellError(hostile), "an error that cannot be shown");
  assertEquals(tellError(Object.create(null)), "an error that cannot be shown");
});
