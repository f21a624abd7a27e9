import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  DuplicateIdError,
  InvalidDelayError,
  NotAContinuationError,
  RowTooLargeError,
  UnknownMethodError,
} from "../../../core/errors.ts";
import { IdSource } from "../../../core/alarms/row_id.ts";
import { MAX_PAYLOAD_BYTES } from "../../../core/alarms/row_payload.ts";
import type { Schedule } from "../../../core/alarms/schedule.ts";
import { type Actor, stage } from "../alarm_stage.ts";
import { onStorages } from "../ledger_host.ts";

const source = new IdSource();

/** What a storage has been asked to write since the stage was set. */
function writes(storage: { insert: unknown; take: unknown; move: unknown; arm: unknown }): string[] {
  const made: string[] = [];
  for (const name of ["insert", "take", "move", "arm"] as const) {
    const method = storage[name];
    storage[name] = (...args: unknown[]) => {
      made.push(name);
      return Reflect.apply(method as (...args: unknown[]) => unknown, storage, args);
    };
  }
  return made;
}

Deno.test("Alarms.schedule() returns the schedule, stored, with the alarm armed", () => {
  const { alarms, storage, clock, ctn } = stage();
  const schedule = alarms.schedule(2, ctn.say("x"));
  assertEquals([schedule.state, schedule.due], ["scheduled", clock.now() + 2_000]);
  assertEquals(alarms.getSchedule(schedule.id), schedule);
  assertEquals(storage.armedAt(), schedule.due);
});

Deno.test("Alarms.schedule() writes one row and sets one alarm, and no alarm where an earlier one is armed", () => {
  const { alarms, storage, ctn } = stage();
  const made = writes(storage);
  alarms.schedule(5, ctn.say("x"));
  alarms.schedule(6, ctn.say("x"));
  assertEquals(made, ["insert", "arm", "insert"]);
});

Deno.test("Alarms.schedule() stores nothing when it refuses", () => {
  const { alarms, storage, ctn } = stage();
  const missing = Reflect.get(ctn, "missing");
  assertThrows(() => alarms.schedule(-1, ctn.say("x")), InvalidDelayError);
  assertThrows(() => alarms.schedule(1, "say"), NotAContinuationError);
  assertThrows(() => alarms.schedule(1, ctn), NotAContinuationError);
  assertThrows(() => alarms.schedule(1, missing()), UnknownMethodError);
  assertThrows(() => alarms.schedule(1, missing(), { id: "a" }), UnknownMethodError);
  assertEquals([storage.first(), storage.armedAt()], [undefined, undefined]);
});

Deno.test("Alarms.schedule() stores nothing when the alarm cannot be armed", () => {
  const { alarms, storage, ctn } = stage();
  storage.arm = () => {
    throw new RangeError("no alarm");
  };
  for (const options of [{}, { id: "a" }]) assertThrows(() => alarms.schedule(1, ctn.say("x"), options), RangeError);
  assertEquals(storage.first(), undefined);
});

Deno.test("Alarms.schedule() replaces what has the id, unless told otherwise", async () => {
  const { alarms, actor, ctn, storage, advance } = stage();
  alarms.schedule(1, ctn.say("old"), { id: "a" });
  alarms.schedule(2, ctn.say("new"), { id: "a" });
  assertEquals(storage.count(0, Number.MAX_SAFE_INTEGER), 1);
  await advance(5_000);
  assertEquals(actor.log, ["new"]);
});

Deno.test("Alarms.schedule() replaces a one-shot by cron, and cron by a one-shot", () => {
  const { alarms, ctn, storage } = stage();
  const kinds: string[] = [];
  for (const when of [5, "@daily", 7, "@hourly", "@daily"]) {
    kinds.push(alarms.schedule(when, ctn.say("x"), { id: "a" }).kind);
    assertEquals(alarms.getSchedule("a")?.kind, kinds.at(-1));
    assertEquals(storage.count(0, Number.MAX_SAFE_INTEGER), 1);
  }
  assertEquals(kinds, ["once", "cron", "once", "cron", "cron"]);
});

Deno.test('Alarms.schedule() with "keep" keeps what is there, and arms for it', () => {
  const { alarms, ctn, storage } = stage();
  const first = alarms.schedule(5, ctn.say("first"), { id: "a" });
  storage.disarm();
  const kept = alarms.schedule(1, ctn.say("second"), { id: "a", onConflict: "keep" });
  assertEquals([kept, storage.armedAt()], [first, first.due]);
});

Deno.test('Alarms.schedule() with "throw" refuses an id in use, by code, and leaves the other', () => {
  const { alarms, ctn } = stage();
  const first = alarms.schedule(5, ctn.say("first"), { id: "a" });
  const again = () => alarms.schedule(6, ctn.say("first"), { id: "a", onConflict: "throw" });
  assertEquals(assertThrows(again, DuplicateIdError).code, "DUPLICATE_ID");
  assertEquals(alarms.getSchedule("a"), first);
});

Deno.test("Alarms.schedule() refuses the id of a row of another kind, whatever onConflict says", () => {
  const { alarms, ctn, storage } = stage();
  storage.insert({ due: 5, id: "r", kind: "request", payload: "1\n", named: true });
  for (const onConflict of ["replace", "keep", "throw"] as const) {
    assertThrows(() => alarms.schedule(5, ctn.say("x"), { id: "r", onConflict }), DuplicateIdError);
  }
  assertEquals([alarms.getSchedule("r"), alarms.cancelSchedule("r"), alarms.pause("r")], [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(storage.find("r")?.kind, "request");
});

Deno.test("Alarms.schedule() writes nothing for what is stored already, and arms for it", () => {
  const { alarms, ctn, clock, storage } = stage();
  const at = new Date(clock.now() + 9_000);
  const all = () => [
    alarms.schedule(at, ctn.say("x"), { id: "once" }),
    alarms.schedule("@daily", ctn.say("x"), { id: "cron", timeZone: "Asia/Kolkata", missed: "all" }),
    alarms.schedule("@daily", ctn.say("x"), { id: "retry", retry: { attempts: 9 } }),
  ];
  const before = all();
  const made = writes(storage);
  clock.tick(5_000);
  assertEquals([all(), made], [before, []]);
  storage.disarm();
  made.length = 0;
  all();
  assertEquals([storage.armedAt(), made], [at.getTime(), ["arm"]]);
});

Deno.test("Alarms.schedule() leaves the count of a cron schedule that is scheduled again as it was", async () => {
  const { alarms, ctn, advance } = stage();
  const again = () => alarms.schedule("* * * * *", ctn.say("x"), { id: "a" });
  again();
  await advance(180_000);
  assertEquals([again().runCount, alarms.schedule("* * * * *", ctn.say("y"), { id: "a" }).runCount], [3, 0]);
});

Deno.test("Alarms.schedule() leaves a paused schedule paused when the same is scheduled again", () => {
  const { alarms, ctn, clock, storage } = stage();
  const at = new Date(clock.now() + 9_000);
  const again = (): Schedule[] => [
    alarms.schedule(at, ctn.say("x"), { id: "once" }),
    alarms.schedule("@daily", ctn.say("x"), { id: "cron" }),
  ];
  for (const { id } of again()) alarms.pause(id);
  const made = writes(storage);
  assertEquals(again().map(({ state }) => state), ["paused", "paused"]);
  assertEquals(made, []);
  assertEquals(alarms.schedule(1, ctn.say("y"), { id: "once" }).state, "scheduled");
});

Deno.test("Alarms.cancelSchedule() returns the schedule to one of two callers, and it does not run", async () => {
  const { alarms, actor, ctn, advance } = stage();
  for (const when of [1, "* * * * *"]) {
    for (const id of [undefined, `own ${when}`]) {
      const schedule = alarms.schedule(when, ctn.say("x"), { id });
      assertEquals([alarms.cancelSchedule(schedule.id), alarms.cancelSchedule(schedule.id)], [schedule, undefined]);
    }
  }
  await advance(100_000);
  assertEquals(actor.log, []);
});

Deno.test("Alarms.cancelSchedule() takes nothing of another kind, even under a generated id", () => {
  const { alarms, storage, clock } = stage();
  const row = {
    due: clock.now() + 5,
    id: source.generate(clock.now() + 5),
    kind: "request",
    payload: "1\n",
    named: false,
  };
  storage.insert(row);
  assertEquals([alarms.cancelSchedule(row.id), storage.get(row)], [undefined, row]);
});

Deno.test("Alarms.cancelSchedule() and the others know no id that nobody has", () => {
  const { alarms } = stage();
  for (const id of ["", "nobody", source.generate(5), "cron_abc"]) {
    assertEquals([alarms.cancelSchedule(id), alarms.getSchedule(id)], [undefined, undefined]);
    assertEquals([alarms.pause(id), alarms.resume(id)], [undefined, undefined]);
  }
});

Deno.test("Alarms.pause() sets a schedule aside until Alarms.resume()", async () => {
  const { alarms, actor, ctn, advance } = stage();
  for (const [when, id] of [[5, "own"], [5, undefined], ["* * * * *", "cron"], ["* * * * *", undefined]] as const) {
    const schedule = alarms.schedule(when, ctn.say(`${when} ${id}`), { id });
    const paused = alarms.pause(schedule.id);
    assertEquals(paused, { ...schedule, state: "paused", nextRun: undefined });
    assertEquals([alarms.pause(schedule.id), alarms.getSchedule(schedule.id)], [paused, paused]);
    assertEquals(alarms.resume(schedule.id), schedule);
    assertEquals(alarms.resume(schedule.id), schedule);
    alarms.pause(schedule.id);
  }
  await advance(600_000);
  assertEquals(actor.log, []);
});

Deno.test("Alarms.resume() runs a one-shot at once whose time has passed", async () => {
  const { alarms, actor, ctn, advance } = stage();
  const { id } = alarms.schedule(5, ctn.say("x"));
  alarms.pause(id);
  await advance(60_000);
  alarms.resume(id);
  await advance(1);
  assertEquals(actor.log, ["x"]);
});

Deno.test("Alarms.resume() makes up for no cron run that fell in the pause, whatever missed says", async () => {
  const { alarms, actor, ctn, clock, advance } = stage();
  alarms.schedule("* * * * *", ctn.say("x"), { id: "a", missed: "all" });
  alarms.pause("a");
  await advance(600_000 + 1_000);
  assertEquals(alarms.resume("a")?.due, clock.now() + 59_000);
  await advance(59_000);
  assertEquals(actor.log, ["x"]);
});

Deno.test("Alarms.resume() removes cron that has no further run", async () => {
  const { alarms, ctn, advance } = stage();
  alarms.schedule("0 0 1 1 1 * 2026", ctn.say("x"), { id: "a" });
  alarms.pause("a");
  await advance(7_200_000);
  assertEquals([alarms.resume("a"), alarms.getSchedule("a")], [undefined, undefined]);
});

Deno.test("Alarms keep a continuation's arguments as they were at the call", async () => {
  const { alarms, actor, ctn, advance } = stage();
  const nested = ctn as ReturnType<typeof stage>["ctn"] & Actor;
  alarms.schedule(1, nested.say("first"));
  alarms.schedule(2, nested.say('quote " break \n and 😀'));
  await advance(2_000);
  assertEquals(actor.log, ["first", 'quote " break \n and 😀']);
  assert(alarms.getSchedules().length === 0);
});

onStorages("Alarms.schedule() refuses what fits no row, at the call and with nothing stored", (storage) => {
  const { alarms, ctn } = stage({ storage });
  alarms.schedule(9, ctn.say("old"), { id: "a" });
  const before = [storage.due(Number.MAX_SAFE_INTEGER, 9), storage.armedAt()];
  const large = "€".repeat(MAX_PAYLOAD_BYTES / 3);
  for (const when of [1, new Date(0), "@daily"]) {
    for (const options of [{}, { id: "a" }, { id: "b" }]) {
      const error = assertThrows(() => alarms.schedule(when, ctn.say(large), options), RowTooLargeError);
      assertEquals([error.code, error.what, error.limit], ["ROW_TOO_LARGE", "schedule", MAX_PAYLOAD_BYTES]);
    }
  }
  assertEquals([storage.due(Number.MAX_SAFE_INTEGER, 9), storage.armedAt()], before);
});
