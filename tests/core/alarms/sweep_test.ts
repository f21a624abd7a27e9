import { assert, assertEquals, assertRejects } from "@std/assert";
import { HandlerError, stage } from "../alarm_stage.ts";

Deno.test("Alarms.onAlarm() runs what is due, in order, and nothing that is not", async () => {
  const { alarms, actor, ctn, advance } = stage();
  for (const delay of [3, 1, 2, 9]) alarms.schedule(delay, ctn.say(`${delay}`));
  await advance(3_000);
  assertEquals(actor.log, ["1", "2", "3"]);
});

Deno.test("Alarms.onAlarm() arms for the later rows before it runs anything", async () => {
  const { alarms, actor, ctn, clock, storage, advance } = stage();
  const later = alarms.schedule(60, ctn.say("later"));
  let armed: number | undefined;
  actor.onAct = () => armed = storage.armedAt();
  alarms.schedule(1, ctn.act("look"));
  await advance(1_000);
  assertEquals([armed, clock.now() < later.due], [later.due, true]);
});

Deno.test("Alarms.onAlarm() that comes early runs nothing and arms again", async () => {
  const { alarms, actor, ctn, storage } = stage();
  const { due } = alarms.schedule(5, ctn.say("x"));
  storage.disarm();
  await alarms.onAlarm();
  assertEquals([actor.log, storage.armedAt()], [[], due]);
});

Deno.test("Alarms.onAlarm() that comes twice, or when nothing waits, does nothing more", async () => {
  const { alarms, actor, ctn, storage, advance } = stage();
  alarms.schedule(1, ctn.say("x"));
  await advance(1_000);
  await alarms.onAlarm();
  await alarms.onAlarm();
  assertEquals([actor.log, storage.armedAt()], [["x"], undefined]);
});

Deno.test("Alarms.onAlarm() leaves no alarm in the past for a host that did not unset it", async () => {
  const { alarms, clock, ctn, storage } = stage();
  alarms.schedule(1, ctn.say("x"));
  clock.tick(1_000);
  await alarms.onAlarm();
  assertEquals(storage.armedAt(), undefined);
});

Deno.test("one throwing task starves nobody: the others run in the same alarm, and it is tried again by itself", async () => {
  const { alarms, actor, ctn, advance } = stage();
  alarms.schedule(1, ctn.fail("bad", 9));
  for (let i = 0; i < 5; i++) alarms.schedule(1.001 + i / 1_000, ctn.say(`good ${i}`));
  await advance(1_500);
  assertEquals(actor.log, ["bad#1", "good 0", "good 1", "good 2", "good 3", "good 4"]);
  await advance(60_000);
  assertEquals([actor.log.slice(6), alarms.getDeadLetters().length], [["bad#2", "bad#3"], 1]);
});

Deno.test("a handler that cancels, moves or pauses a later row of the same sweep is obeyed", async () => {
  const { alarms, actor, ctn, clock, advance } = stage();
  actor.onAct = () => {
    alarms.cancelSchedule("cancelled");
    alarms.pause("paused");
    alarms.schedule(5, ctn.say("moved"), { id: "moved" });
    alarms.schedule(new Date(clock.now() + 9_000), ctn.say("replaced by this"), { id: "replaced" });
  };
  alarms.schedule(1, ctn.act("first"));
  for (const id of ["cancelled", "paused", "moved", "replaced"]) {
    alarms.schedule(1.5, ctn.say(`${id} as it was`), { id });
  }
  clock.tick(2_000);
  await advance(20_000);
  assertEquals(actor.log, ["first", "moved", "replaced by this"]);
});

Deno.test("a handler that schedules its own id again is run again, as it says", async () => {
  const { alarms, actor, ctn, advance } = stage();
  actor.onAct = () => {
    if (actor.log.length < 3) alarms.schedule(1, ctn.act("again"), { id: "self" });
  };
  alarms.schedule(1, ctn.act("again"), { id: "self" });
  await advance(10_000);
  assertEquals([actor.log.length, alarms.getSchedule("self")], [3, undefined]);
});

Deno.test("a handler that schedules for now, or for the past, waits for the next alarm and starves nobody", async () => {
  const { alarms, actor, ctn, clock, advance } = stage();
  const dues: number[] = [];
  actor.onAct = () => {
    if (dues.length === 50) return;
    dues.push(alarms.schedule(dues.length % 2 === 0 ? 0 : new Date(0), ctn.act("loop")).due - clock.now());
  };
  alarms.schedule(1, ctn.act("loop"));
  alarms.schedule(1, ctn.say("other"));
  await advance(1_000);
  assertEquals(actor.log.toSorted(), ["loop", "other"]);
  await advance(100);
  assertEquals([actor.log.length, new Set(dues)], [52, new Set([1])]);
});

Deno.test("a handler that fires the alarm, or triggers it, runs nothing inside of itself", async () => {
  const { alarms, actor, ctn, advance } = stage();
  const inside: unknown[] = [];
  actor.onAct = () => {
    void alarms.onAlarm().then(() => inside.push("alarm"));
    void alarms.triggerAlarms().then((ids) => inside.push(ids));
  };
  for (let i = 0; i < 3; i++) alarms.schedule(1, ctn.act(`${i}`));
  await advance(1_000);
  assertEquals([actor.log.length, inside.length, inside.filter(Array.isArray).flat()], [3, 6, []]);
});

Deno.test("a backlog yields after maxRunsPerAlarm rows, and goes on at once", async () => {
  const { alarms, actor, ctn, storage, clock, advance } = stage({ maxRunsPerAlarm: 10 });
  for (let i = 0; i < 35; i++) alarms.schedule(i / 1_000, ctn.say(`${i}`));
  clock.tick(100);
  const counts: number[] = [];
  while (storage.armedAt() !== undefined) {
    storage.disarm();
    await alarms.onAlarm();
    counts.push(actor.log.length);
    clock.tick(1);
  }
  assertEquals(counts, [10, 20, 30, 35]);
  await advance(1);
});

Deno.test("a backlog yields after the time slice, one row at least", async () => {
  const { alarms, actor, ctn, clock, storage, advance } = stage({ timeSlice: 100 });
  actor.onAct = () => clock.tick(60);
  for (let i = 0; i < 5; i++) alarms.schedule(i / 1_000, ctn.act(`${i}`));
  clock.tick(10);
  storage.disarm();
  await alarms.onAlarm();
  assertEquals([actor.log.length, storage.armedAt()], [2, clock.now() + 1]);
  await advance(1_000);
  assertEquals(actor.log.length, 5);
});

Deno.test("an asynchronous handler keeps the alarm's handler waiting, and delays no other row", async () => {
  const { alarms, actor, ctn, clock, storage, advance } = stage();
  alarms.schedule(1, ctn.wait("slow"));
  alarms.schedule(1.001, ctn.say("same sweep"));
  alarms.schedule(5, ctn.say("later"));
  await advance(1_001);
  assertEquals(actor.log, ["slow begins", "same sweep"]);
  await advance(4_000);
  assertEquals(actor.log.slice(2), ["later"]);
  actor.end("slow");
  await clock.tickAsync(0);
  assertEquals(storage.first(), undefined);
});

Deno.test("an asynchronous handler that never ends delays nobody, those scheduled since included", async () => {
  const { alarms, actor, ctn, advance } = stage({ watchdog: 10_000 });
  alarms.schedule(1, ctn.wait("forever"), { id: "forever" });
  alarms.schedule("*/20 * * * * *", ctn.say("cron"));
  await advance(2_000);
  alarms.schedule(1, ctn.say("since"));
  await advance(60_000);
  assertEquals(actor.log, ["forever begins", "since", "cron", "cron", "cron"]);
  assertEquals(alarms.getSchedule("forever")?.state, "scheduled");
});

Deno.test("an asynchronous handler that dies with its object runs again within the watchdog's time", async () => {
  const { storage, actor, ctn, clock, advance, ...it } = stage({ watchdog: 10_000 });
  it.alarms.schedule(1, ctn.wait("slow"));
  it.alarms.schedule(3_600, ctn.say("an hour later"));
  await advance(1_000);
  assertEquals(storage.armedAt(), clock.now() + 10_000);
  // The platform fires what is armed; the object is another one.
  it.restart();
  await advance(10_000);
  assertEquals(actor.log, ["slow begins", "slow begins"]);
});

Deno.test("an alarm that was armed for the sake of an asynchronous handler is unset when nothing is left", async () => {
  const { alarms, actor, ctn, storage, clock, advance } = stage();
  alarms.schedule(1, ctn.wait("slow"));
  await advance(1_000);
  assert(storage.armedAt() !== undefined);
  actor.end("slow");
  await clock.tickAsync(0);
  assertEquals([storage.armedAt(), clock.pending], [undefined, 0]);
});

Deno.test("Alarms.onAlarm() rejects with a platform failure, the row unchanged, the alarm armed", async () => {
  const { alarms, actor, ctn, storage, clock } = stage({ isPlatformFailure: (error) => error instanceof HandlerError });
  const bad = alarms.schedule(1, ctn.fail("reset", 1));
  alarms.schedule(60, ctn.say("later"));
  clock.tick(1_000);
  await assertRejects(() => alarms.onAlarm(), HandlerError, "reset failed");
  assertEquals([alarms.getSchedule(bad.id), storage.armedAt()], [bad, clock.now() + 2_000]);
  clock.tick(2_000);
  await alarms.onAlarm();
  assertEquals([actor.log, alarms.getSchedule(bad.id)], [["reset#1", "reset#2"], undefined]);
});

Deno.test("Alarms.onAlarm() rejects with the platform failure of an asynchronous handler", async () => {
  const { alarms, actor, ctn, clock } = stage({ isPlatformFailure: (error) => error instanceof HandlerError });
  const { id } = alarms.schedule(1, ctn.wait("slow"));
  clock.tick(1_000);
  const fired = assertRejects(() => alarms.onAlarm(), HandlerError, "reset");
  await clock.tickAsync(0);
  actor.end("slow", new HandlerError("reset"));
  await fired;
  assertEquals(alarms.getSchedule(id)?.state, "scheduled");
});

Deno.test("Alarms.triggerAlarms() runs all that is due, and tells which", async () => {
  const { alarms, actor, ctn, clock, storage } = stage();
  const ids = [1, 2, 3, 60].map((delay) => alarms.schedule(delay, ctn.say(`${delay}`)).id);
  clock.tick(3_000);
  storage.arm(clock.now() + 57_000);
  assertEquals(await alarms.triggerAlarms(), ids.slice(0, 3));
  assertEquals([actor.log, storage.armedAt()], [["1", "2", "3"], clock.now() + 57_000]);
  assertEquals(await alarms.triggerAlarms(), []);
});

Deno.test("Alarms.triggerAlarms() runs as many as it is told, due or not", async () => {
  const { alarms, actor, ctn } = stage();
  for (const delay of [30, 10, 20]) alarms.schedule(delay, ctn.say(`${delay}`));
  assertEquals((await alarms.triggerAlarms(2)).length, 2);
  assertEquals(actor.log, ["10", "20"]);
  assertEquals([await alarms.triggerAlarms(0), (await alarms.triggerAlarms(9)).length], [[], 1]);
});

Deno.test("Alarms.triggerAlarms() runs a cron schedule once, early, which counts as its next run", async () => {
  const { alarms, actor, ctn, clock } = stage();
  alarms.schedule("0 * * * *", ctn.say("x"), { id: "a" });
  await alarms.triggerAlarms(5);
  assertEquals([actor.log, alarms.getSchedule("a")?.nextRun], [["x"], clock.now() + 2 * 3_600_000]);
});

Deno.test("Alarms.triggerAlarms() waits for asynchronous handlers", async () => {
  const { alarms, actor, ctn, clock } = stage();
  const { id } = alarms.schedule(0, ctn.wait("slow"));
  const triggered = alarms.triggerAlarms();
  await clock.tickAsync(0);
  actor.end("slow");
  assertEquals([await triggered, alarms.getSchedule(id)], [[id], undefined]);
});

Deno.test("Alarms.triggerAlarms() refuses a count that is none, by code", async () => {
  const { alarms } = stage();
  for (const count of [-1, 1.5, NaN, Infinity]) {
    const error = await assertRejects(() => alarms.triggerAlarms(count));
    assertEquals(Reflect.get(Object(error), "code"), "INVALID_OPTION");
  }
});
