import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
import { readRoute } from "../../../core/requests/route.ts";

Deno.test("readRoute takes a strategy or a route, and leaves auto to the executor", () => {
  assertEquals(readRoute(undefined), undefined);
  assertEquals(readRoute("auto"), undefined);
  assertEquals(readRoute("queue"), { strategy: "queue" });
  const route = { strategy: "orchestrated", priority: "high", shard: "eu" };
  assertEquals(readRoute(route), route);
});

Deno.test("readRoute refuses what names no way", () => {
  for (const via of ["fast", "", 1, null, {}, { strategy: "auto" }, { strategy: "queue", priority: "urgent" }]) {
    assertThrows(() => readRoute(via), InvalidOptionError);
  }
  for (const shard of ["", 1]) assertThrows(() => readRoute({ strategy: "orchestrated", shard }), InvalidOptionError);
});
