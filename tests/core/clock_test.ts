import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../core/clock.ts";

Deno.test("systemClock.now() is the time in milliseconds", () => {
  const before = Date.now();
  const now = systemClock.now();
  assert(before <= now && now <= Date.now());
});

Deno.test("systemClock.setTimeout() fires once, unless it is cancelled", async () => {
  const fired: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = systemClock.setTimeout(() => fired.push("cancelled"), 0);
  cancel();
  cancel();
  systemClock.setTimeout(() => {
    fired.push("fired");
    resolve();
  }, 1);
  await promise;
  assertEquals(fired, ["fired"]);
});

Deno.test("systemClock.setTimeout() does not fire at once for a delay that no timer holds", async () => {
  let fired = false;
  const cancel = systemClock.setTimeout(() => fired = true, 2 ** 40);
  await new Promise((resolve) => setTimeout(resolve, 5));
  cancel();
  assertEquals(fired, false);
});

Deno.test("systemClock.random() is at least 0 and less than 1", () => {
  for (let i = 0; i < 100; i++) {
    const random = systemClock.random();
    assert(random >= 0 && random < 1);
  }
});
