import { assertEquals, assertThrows } from "@std/assert";
import { PayloadVersionError } from "../../../core/errors.ts";
import { encodePayload } from "../../../core/alarms/row_payload.ts";
import { CRON_DUE } from "../../../core/alarms/row_table.ts";
import { isSchedule, toSchedule } from "../../../core/alarms/schedule.ts";
import { PAUSED_DUE } from "../../../core/storage.ts";

const ONCE = { due: 50, id: "a", kind: "once", payload: "1\nbody", named: false } as const;
const CRON = {
  ...{ due: CRON_DUE + 70, id: "c", kind: "cron", named: false } as const,
  payload: encodePayload("body", { pattern: "@daily", timeZone: "UTC", runCount: 2, previousRun: 9 }),
};

Deno.test("toSchedule() reads a one-shot", () => {
  assertEquals(toSchedule(ONCE), {
    ...{ id: "a", kind: "once", state: "scheduled", due: 50, nextRun: 50, continuation: "body", failures: 0 },
    ...{ error: undefined, retry: undefined, pattern: undefined, timeZone: undefined, missed: undefined },
    ...{ previousRun: undefined, runCount: undefined },
  });
});

Deno.test("toSchedule() reads a cron schedule, with what stands where nothing was said", () => {
  assertEquals(toSchedule(CRON), {
    ...{ id: "c", kind: "cron", state: "scheduled", due: 70, nextRun: 70, continuation: "body", failures: 0 },
    ...{ error: undefined, retry: undefined, pattern: "@daily", timeZone: "UTC", missed: "once" },
    ...{ previousRun: 9, runCount: 2 },
  });
  const fresh = toSchedule({ ...CRON, payload: encodePayload("body", { pattern: "@daily" }) });
  assertEquals([fresh.runCount, fresh.previousRun], [0, undefined]);
});

Deno.test("toSchedule() tells that a schedule waits for another try", () => {
  const error = { name: "E", message: "m", at: 3 };
  const retrying = toSchedule({ ...ONCE, due: 80, payload: encodePayload("body", { failures: 2, due: 50, error }) });
  assertEquals([retrying.state, retrying.due, retrying.nextRun], ["retrying", 80, 80]);
  assertEquals([retrying.failures, retrying.error], [2, error]);
});

Deno.test("toSchedule() tells when a paused schedule was to run, and that it will not", () => {
  const paused = toSchedule({ ...ONCE, due: PAUSED_DUE, payload: encodePayload("body", { due: 50 }) });
  assertEquals([paused.state, paused.due, paused.nextRun], ["paused", 50, undefined]);
});

Deno.test("toSchedule() refuses a row that a newer release wrote", () => {
  assertThrows(() => toSchedule({ ...ONCE, payload: "2\nbody" }), PayloadVersionError);
});

Deno.test("isSchedule() tells schedules from other rows", () => {
  assertEquals([isSchedule(ONCE), isSchedule(CRON)], [true, true]);
  assertEquals([isSchedule({ ...ONCE, kind: "request" }), isSchedule(undefined)], [false, false]);
});
