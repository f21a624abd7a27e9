import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../adapters/memory.ts";
import { openSqlite } from "../../adapters/sqlite.ts";
import { Alarms, type AlarmsOptions } from "../../core/alarms.ts";
import { systemClock } from "../../core/clock.ts";
import { continuation } from "../../core/continuation.ts";
import { registerCron, registeredCron } from "../../core/alarms/cron_engine.ts";
import { InvalidOptionError, UnknownMethodError } from "../../core/errors.ts";
import { dueOfId } from "../../core/alarms/row_id.ts";
import { Actor, HandlerError, stage } from "./alarm_stage.ts";

Deno.test("schedule(), cancelSchedule() and their kin return values, never promises", () => {
  const { alarms, ctn } = stage();
  const { id } = alarms.schedule(5, ctn.say("x"));
  const returned = [
    alarms.schedule("@daily", ctn.say("x")),
    ...[alarms.getSchedule(id), alarms.getSchedules(), alarms.pause(id), alarms.resume(id), alarms.cancelSchedule(id)],
    ...[alarms.getDeadLetters(), alarms.redrive(id), alarms.purge(), alarms.getOverdue(), alarms.repair()],
  ];
  assertEquals(returned.filter((value) => value instanceof Promise), []);
});

Deno.test("Alarms refuse to be made without a storage or an origin, and with a retry that nobody knows", () => {
  const parts = { storage: new MemoryStorage(), origin: {} };
  const wrong: [option: string, options: unknown][] = [
    ["options", undefined],
    ["storage", {}],
    ["storage", { ...parts, storage: null }],
    ["origin", { ...parts, origin: undefined }],
    ["retry", { ...parts, retry: 5 }],
    ["retry.atempts", { ...parts, retry: { atempts: 5 } }],
  ];
  for (const [option, options] of wrong) {
    assertEquals(assertThrows(() => new Alarms(options as AlarmsOptions), InvalidOptionError).option, option);
  }
});

Deno.test("Alarms run a synchronous handler exactly once, whatever dies around it", async () => {
  const { storage, actor, ctn, advance, ...it } = stage();
  for (let i = 0; i < 20; i++) it.alarms.schedule(i / 10, ctn.say(`${i}`));
  for (let i = 0; i < 30; i++) {
    await advance(100);
    it.restart();
  }
  assertEquals(actor.log, Array.from({ length: 20 }, (_, i) => `${i}`));
  assertEquals([storage.first(), storage.armedAt()], [undefined, undefined]);
});

Deno.test("a handler's own rows are one transaction with the removal of its schedule", async () => {
  const { alarms, storage, actor, ctn, advance } = stage();
  let tries = 0;
  actor.onAct = () => {
    alarms.schedule(600, ctn.say(`written by try ${++tries}`));
    if (tries === 1) throw new HandlerError("after it has written");
  };
  alarms.schedule(1, ctn.act("x"));
  await advance(1_000);
  assertEquals([tries, storage.count(0, Number.MAX_SAFE_INTEGER)], [1, 1]);
  await advance(10_000);
  assertEquals([tries, storage.count(0, Number.MAX_SAFE_INTEGER)], [2, 1]);
});

Deno.test("Alarms take up what another process has left in the same file", async () => {
  const path = await Deno.makeTempFile({ suffix: ".sqlite" });
  try {
    const storage = openSqlite(path);
    const first = new Alarms({ storage, origin: new Actor() });
    const { id } = first.schedule(new Date(0), continuation<Actor>().say("from before"));
    first.schedule("@daily", continuation<Actor>().say("daily"), { id: "daily" });
    storage.close();
    const again = openSqlite(path);
    const actor = new Actor();
    const second = new Alarms({ storage: again, origin: actor });
    second.repair();
    assertEquals([second.getSchedule(id)?.due, second.getSchedule("daily")?.kind], [0, "cron"]);
    assertEquals([await second.triggerAlarms(), actor.log], [[id], ["from before"]]);
    again.close();
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("Alarms over the system's clock run when a real timer fires them", async () => {
  const storage = new MemoryStorage();
  const actor = new Actor();
  const alarms = new Alarms({ storage, origin: actor });
  const { due } = alarms.schedule(0, continuation<Actor>().say("x"));
  await new Promise<void>((resolve) => systemClock.setTimeout(resolve, due + 1 - systemClock.now()));
  await alarms.onAlarm();
  assertEquals(actor.log, ["x"]);
});

Deno.test("Alarms refuse a continuation of methods that stand on the base's prototype or above", () => {
  class Base {
    secret(): void {}
  }
  class Origin extends Base {
    open(): void {}
  }
  const alarms = new Alarms({ storage: new MemoryStorage(), origin: new Origin(), base: Base.prototype });
  assertEquals(alarms.schedule(5, continuation<Origin>().open()).state, "scheduled");
  assertThrows(() => alarms.schedule(5, continuation<Origin>().secret()), UnknownMethodError);
});

Deno.test("a schedule whose method a deploy has removed is tried again, then a dead letter that says so", async () => {
  const { storage, clock, ctn, advance, ...it } = stage();
  it.alarms.schedule(1, ctn.say("x"));
  const row = storage.first();
  const stored = row && storage.get(row);
  if (stored !== undefined) storage.move(stored, { ...stored, payload: stored.payload.replace("say", "gone") });
  await advance(60_000);
  assertEquals(it.alarms.getDeadLetters().map(({ error }) => error?.code), ["UNKNOWN_METHOD"]);
  assertEquals(clock.pending, 0);
});

Deno.test("Alarms report what becomes of a failing schedule, with the error itself", async () => {
  const { alarms, events, ctn, advance } = stage({ retry: { attempts: 2, jitter: 0 } });
  const { id } = alarms.schedule(1, ctn.fail("job", 9));
  await advance(60_000);
  assertEquals(events.map((event) => [event.type, event.id, "kind" in event && event.kind]), [
    ...[["retrying", id, "once"], ["dead", id, "once"]],
  ]);
  for (const event of events) assertInstanceOf("error" in event && event.error, HandlerError);
});

Deno.test("Alarms spread the tries of what fails together, by chance", async () => {
  const { alarms, ctn, clock, advance } = stage({ retry: { attempts: 9, backoff: 100_000, jitter: 1 } });
  for (let i = 0; i < 20; i++) alarms.schedule(1, ctn.fail(`${i}`, 9));
  await advance(1_000);
  const dues = alarms.getSchedules().map(({ due }) => due - clock.now());
  assertEquals(new Set(dues).size > 15 && dues.every((due) => due >= 1 && due <= 100_000), true);
});

Deno.test("Alarms use the engine that they were given, before the one that was imported", () => {
  const every = { next: (_pattern: string, _zone: string, after: number) => after + 7 };
  const { alarms, clock, ctn } = stage({ cron: every });
  assertEquals(alarms.schedule("every seven", ctn.say("x")).due, clock.now() + 7);
});

Deno.test("Alarms find the engine that is imported after them", () => {
  const imported = registeredCron();
  const alarms = new Alarms({ storage: new MemoryStorage(), origin: new Actor() });
  registerCron({ next: () => 77 });
  try {
    assertEquals(alarms.schedule("x", continuation<Actor>().say("x")).due, 77);
  } finally {
    if (imported !== undefined) registerCron(imported);
  }
});

Deno.test("Alarms.newId() makes ids that tell the due time, from the source that they were given", () => {
  const [first, second] = [stage(), stage()].map(({ alarms }) => alarms.newId(1_234));
  assertEquals([first === second, dueOfId(first)], [true, 1_234]);
});

Deno.test("Alarms.ensureArmed() arms for what is no row", () => {
  const { alarms, storage, clock } = stage();
  alarms.ensureArmed(clock.now() + 50);
  alarms.ensureArmed(clock.now() + 70);
  assertEquals(storage.armedAt(), clock.now() + 50);
});
