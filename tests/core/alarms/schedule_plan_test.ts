import { assert, assertEquals, assertThrows } from "@std/assert";
import { cron } from "../../../core/cron.ts";
import {
  DozeError,
  InvalidDateError,
  InvalidDelayError,
  InvalidIdError,
  InvalidOptionError,
} from "../../../core/errors.ts";
import { dueOfId } from "../../../core/alarms/row_id.ts";
import { decodePayload, encodePayload } from "../../../core/alarms/row_payload.ts";
import { CRON_DUE } from "../../../core/alarms/row_table.ts";
import type { ScheduleOptions, When } from "../../../core/alarms/schedule.ts";
import {
  CronUnavailableError,
  InvalidCronError,
  InvalidTimeZoneError,
  NoNextRunError,
} from "../../../core/alarms/schedule_errors.ts";
import { isSameSchedule, type Planner, planSchedule } from "../../../core/alarms/schedule_plan.ts";
import { MAX_DUE, type Row } from "../../../core/storage.ts";
import { fakeClock } from "../../../testing/fake_clock.ts";
import { HandlerError, seededIds } from "../alarm_stage.ts";

const NOW = Date.UTC(2026, 0, 1);
const PLANNER: Planner = {
  ...{ clock: fakeClock({ now: NOW }), floor: () => 0, timeZone: "UTC", cron: () => cron, ids: seededIds() },
  retry: { attempts: 3, backoff: 1, maxDelay: 2, jitter: 0 },
};

function plan(when: When, options: ScheduleOptions = {}, planner: Partial<Planner> = {}): Row {
  return planSchedule(when, () => "body", options, { ...PLANNER, ...planner });
}

Deno.test("planSchedule() takes a Date as the due time, to the millisecond", () => {
  assertEquals(plan(new Date(NOW + 1_234)).due, NOW + 1_234);
  assertEquals(plan(new Date(MAX_DUE)).due, MAX_DUE);
});

Deno.test("planSchedule() takes a past Date as it is, and one before 1970 as 1970", () => {
  assertEquals([plan(new Date(NOW - 5)).due, plan(new Date(-5)).due], [NOW - 5, 0]);
});

Deno.test("planSchedule() takes a number as a delay in seconds, rounded to milliseconds", () => {
  assertEquals([0, 1, 1.5, 0.0004, 0.0006].map((delay) => plan(delay).due - NOW), [0, 1_000, 1_500, 0, 1]);
});

Deno.test("planSchedule() takes a string as a cron pattern, in its zone", () => {
  const daily = plan("0 9 * * *", { timeZone: "Asia/Kolkata", missed: "all" });
  assertEquals([daily.kind, daily.due, daily.named], ["cron", CRON_DUE + NOW + 3.5 * 3_600_000, false]);
  const { meta } = decodePayload(daily.payload);
  assertEquals([meta.pattern, meta.timeZone, meta.missed], ["0 9 * * *", "Asia/Kolkata", "all"]);
});

Deno.test("planSchedule() takes the planner's zone for a pattern that names none", () => {
  assertEquals(decodePayload(plan("@daily", {}, { timeZone: "Asia/Kolkata" }).payload).meta.timeZone, "Asia/Kolkata");
});

Deno.test("planSchedule() lets nothing be due before the floor", () => {
  for (const when of [0, new Date(NOW - 9), new Date(0)]) {
    assertEquals(plan(when, {}, { floor: () => NOW + 7 }).due, NOW + 7);
  }
  assertEquals(plan("* * * * *", {}, { floor: () => NOW + 60_001 }).due, CRON_DUE + NOW + 120_000);
  assertEquals(plan("* * * * *", {}, { floor: () => NOW + 60_000 }).due, CRON_DUE + NOW + 60_000);
});

Deno.test("planSchedule() makes a row that is found by its id without an index, unless the id is the caller's", () => {
  const made = plan(1);
  assertEquals([dueOfId(made.id), made.named], [made.due, false]);
  const own = plan(1, { id: "mine" });
  assertEquals([own.id, own.named], ["mine", true]);
  assertEquals([plan("@daily", { id: "mine" }).id, plan("@daily", { id: "mine" }).named], ["mine", false]);
});

Deno.test("planSchedule() writes no meta for a plain one-shot", () => {
  assertEquals([plan(1).payload, plan(1, { id: "a" }).payload], ["1\nbody", "1\nbody"]);
  assertEquals(decodePayload(plan(1, { retry: { attempts: 2 } }).payload).meta, { retry: { attempts: 2 } });
});

const REFUSED: readonly (readonly [string, When, ScheduleOptions, new (...args: never[]) => DozeError, string])[] = [
  ["an invalid Date", new Date(NaN), {}, InvalidDateError, "INVALID_DATE"],
  ["a negative delay", -1, {}, InvalidDelayError, "INVALID_DELAY"],
  ["a NaN delay", NaN, {}, InvalidDelayError, "INVALID_DELAY"],
  ["an endless delay", Infinity, {}, InvalidDelayError, "INVALID_DELAY"],
  ["a delay past the last date", 1e13, {}, InvalidDelayError, "INVALID_DELAY"],
  ["a pattern that cannot be read", "soon", {}, InvalidCronError, "INVALID_CRON"],
  ["a pattern that never comes", "0 0 30 2 *", {}, NoNextRunError, "NO_NEXT_RUN"],
  ["an unknown zone", "@daily", { timeZone: "Mars" }, InvalidTimeZoneError, "INVALID_TIME_ZONE"],
  ["an empty zone", "@daily", { timeZone: "" }, InvalidTimeZoneError, "INVALID_TIME_ZONE"],
  ["an empty id", 1, { id: "" }, InvalidIdError, "INVALID_ID"],
  ["an id that is too long", 1, { id: "x".repeat(513) }, InvalidIdError, "INVALID_ID"],
  ["a zone without a pattern", 1, { timeZone: "UTC" }, InvalidOptionError, "INVALID_OPTION"],
  ["missed runs without a pattern", new Date(0), { missed: "once" }, InvalidOptionError, "INVALID_OPTION"],
  ["no attempts", 1, { retry: { attempts: 0 } }, InvalidOptionError, "INVALID_OPTION"],
  ["a negative back-off", 1, { retry: { backoff: -1 } }, InvalidOptionError, "INVALID_OPTION"],
];

for (const [what, when, options, type, code] of REFUSED) {
  Deno.test(`planSchedule() refuses ${what} with ${code}, before the continuation is written`, () => {
    let written = 0;
    const write = () => `${written++}`;
    const error = assertThrows(() => planSchedule(when, write, options, PLANNER), type);
    assert(error instanceof DozeError);
    assertEquals([error.code, written], [code, 0]);
  });
}

Deno.test("planSchedule() refuses what only untyped callers pass, each by code", () => {
  const calls: [() => unknown, string][] = [
    [() => Reflect.apply(plan, undefined, [null]), "INVALID_DELAY"],
    [() => Reflect.apply(plan, undefined, [{ seconds: 5 }]), "INVALID_DELAY"],
    [() => Reflect.apply(plan, undefined, [1n]), "INVALID_DELAY"],
    [() => Reflect.apply(plan, undefined, [1, { id: 7 }]), "INVALID_ID"],
    [() => Reflect.apply(plan, undefined, [1, { onConflict: "merge" }]), "INVALID_OPTION"],
    [() => Reflect.apply(plan, undefined, ["@daily", { missed: "twice" }]), "INVALID_OPTION"],
    [() => Reflect.apply(plan, undefined, ["@daily", { timeZone: 7 }]), "INVALID_TIME_ZONE"],
  ];
  for (const [call, code] of calls) assertEquals(assertThrows(call, DozeError).code, code);
});

Deno.test("planSchedule() refuses options that are none, and options that nobody knows, by name", () => {
  const wrong: [option: string, options: unknown][] = [
    ["options", []],
    ["options", null],
    ["options", "daily"],
    ["onConflct", { onConflct: "throw" }],
    ["retry", { retry: 5 }],
    ["retry", { retry: [] }],
    ["retry.atempts", { retry: { atempts: 2 } }],
  ];
  for (const [option, options] of wrong) {
    const error = assertThrows(() => plan(5, options as ScheduleOptions), InvalidOptionError);
    assertEquals(error.option, option);
  }
  const every: Required<ScheduleOptions> = {
    ...{ id: "a", onConflict: "throw", timeZone: "UTC", missed: "all" },
    retry: { attempts: 2, backoff: 1, maxDelay: 1, jitter: 0 },
  };
  assertEquals(plan("@daily", every).id, "a");
});

Deno.test("planSchedule() refuses patterns where nobody can read them, and says what to import", () => {
  const error = assertThrows(() => plan("@daily", {}, { cron: () => undefined }), CronUnavailableError);
  assertEquals([error.code, error.pattern], ["CRON_UNAVAILABLE", "@daily"]);
});

Deno.test("planSchedule() lets what the continuation throws through", () => {
  const write = () => {
    throw new HandlerError("no continuation");
  };
  for (const when of [1, "@daily"]) assertThrows(() => planSchedule(when, write, {}, PLANNER), HandlerError);
});

Deno.test("isSameSchedule() compares what the caller asked for, not what has become of it", () => {
  const once = plan(5, { id: "a" });
  assertEquals(isSameSchedule(once, plan(5, { id: "a" })), true);
  assertEquals(
    isSameSchedule({ ...once, due: 9, payload: encodePayload("body", { failures: 1, due: once.due }) }, once),
    true,
  );
  assertEquals(isSameSchedule(once, plan(6, { id: "a" })), false);
  assertEquals(isSameSchedule(once, plan(5, { id: "a", retry: { attempts: 9 } })), false);
  assertEquals(isSameSchedule(once, { ...once, payload: encodePayload("other") }), false);
  const daily = plan("@daily", { id: "a" });
  const later = { ...daily, due: daily.due + 1, payload: daily.payload.replace("{", '{"runCount":4,') };
  assertEquals(isSameSchedule(later, daily), true);
  assertEquals(isSameSchedule(daily, once), false);
  for (
    const other of [plan("@hourly"), plan("@daily", { timeZone: "Asia/Kolkata" }), plan("@daily", { missed: "all" })]
  ) {
    assertEquals(isSameSchedule(daily, { ...other, id: "a" }), false);
  }
});
