import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
import { stage } from "../alarm_stage.ts";

Deno.test("Alarms.getOverdue() counts what should have run, one-shots and cron, and how late the first is", () => {
  const { alarms, clock, ctn } = stage();
  const now = clock.now();
  for (const seconds of [10, 20, 300]) alarms.schedule(seconds, ctn.say("x"));
  alarms.schedule("* * * * *", ctn.say("cron"));
  assertEquals(alarms.getOverdue(), { count: 0, longest: 0 });
  clock.tick(90_000);
  assertEquals(alarms.getOverdue(), { count: 2, longest: clock.now() - now - 10_000 });
  assertEquals(alarms.getOverdue(0), { count: 3, longest: 80_000 });
  assertEquals(alarms.getOverdue(75_000), { count: 1, longest: 80_000 });
  assertEquals(alarms.getOverdue(80_001), { count: 0, longest: 0 });
});

Deno.test("Alarms.getOverdue() counts a row that is late by the span to the millisecond", () => {
  const { alarms, clock, ctn } = stage();
  alarms.schedule(1, ctn.say("x"));
  clock.tick(1_000);
  assertEquals(alarms.getOverdue(0), { count: 1, longest: 0 });
});

Deno.test("Alarms.getOverdue() leaves out what is paused or dead", async () => {
  const { alarms, advance, ctn, clock } = stage({ retry: { attempts: 1 } });
  alarms.schedule(1, ctn.fail("dies", 9));
  alarms.pause(alarms.schedule(1, ctn.say("x")).id);
  await advance(2_000);
  clock.tick(500_000);
  assertEquals(alarms.getOverdue(0), { count: 0, longest: 0 });
});

Deno.test("Alarms.getOverdue() is nothing once the alarm has caught up", async () => {
  const { alarms, clock, ctn, advance } = stage();
  alarms.schedule(1, ctn.say("x"));
  clock.tick(500_000);
  assertEquals(alarms.getOverdue().count, 1);
  await advance(1);
  assertEquals(alarms.getOverdue(0).count, 0);
});

Deno.test("Alarms.getOverdue() refuses a span that is negative or NaN, by code", () => {
  for (const by of [-1, NaN]) {
    const error = assertThrows(() => stage().alarms.getOverdue(by), InvalidOptionError, 'Cannot use "by"');
    assertEquals(error.code, "INVALID_OPTION");
  }
});
