import { assertEquals, assertStrictEquals } from "@std/assert";
import { type CronEngine, registerCron, registeredCron } from "../../../core/alarms/cron_engine.ts";

Deno.test("registerCron() makes an engine the one that is found, in the place of the one before", () => {
  const before = registeredCron();
  const engines: CronEngine[] = [{ next: () => 1 }, { next: () => 2 }];
  for (const engine of engines) {
    registerCron(engine);
    assertStrictEquals(registeredCron(), engine);
  }
  if (before !== undefined) registerCron(before);
  assertEquals(registeredCron() !== undefined, true);
});
