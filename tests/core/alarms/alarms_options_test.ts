import { assertEquals, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { Alarms } from "../../../core/alarms.ts";
import { alarmLimits, type AlarmsOptions, DEFAULT_RETRY } from "../../../core/alarms/alarms_options.ts";
import { retryDelay } from "../../../core/backoff.ts";
import { InvalidOptionError, InvalidTimeoutError } from "../../../core/errors.ts";

function options(given: Partial<AlarmsOptions> = {}): AlarmsOptions {
  return { storage: new MemoryStorage(), origin: {}, ...given };
}

Deno.test("alarmLimits() fills in what the documentation says", () => {
  assertEquals(alarmLimits(options()), { maxRuns: 1_000, timeSlice: 5_000, watchdog: 60_000, missedAfter: 60_000 });
});

Deno.test("alarmLimits() takes what it is given, zero and endless included", () => {
  const given = options({ maxRunsPerAlarm: 1, timeSlice: 0, watchdog: 5, missedAfter: Infinity });
  assertEquals(alarmLimits(given), { maxRuns: 1, timeSlice: 0, watchdog: 5, missedAfter: Infinity });
});

Deno.test("alarmLimits() refuses a number of runs that is none, by code", () => {
  for (const maxRunsPerAlarm of [0, -1, 1.5, NaN, Infinity]) {
    const error = assertThrows(() => alarmLimits(options({ maxRunsPerAlarm })), InvalidOptionError);
    assertEquals([error.code, error.option, error.value], ["INVALID_OPTION", "maxRunsPerAlarm", maxRunsPerAlarm]);
  }
});

Deno.test("alarmLimits() refuses a duration that is none, by code", () => {
  for (const option of ["timeSlice", "watchdog", "missedAfter"]) {
    for (const value of [-1, NaN]) {
      const error = assertThrows(() => alarmLimits(options({ [option]: value })), InvalidTimeoutError);
      assertEquals([error.code, error.option], ["INVALID_TIMEOUT", option]);
    }
  }
});

Deno.test("new Alarms() refuses options out of their range, and writes nothing", () => {
  const storage = new MemoryStorage();
  assertThrows(() => new Alarms(options({ storage, maxRunsPerAlarm: 0 })), InvalidOptionError);
  assertThrows(() => new Alarms(options({ storage, retry: { attempts: 0 } })), InvalidOptionError);
  assertThrows(() => new Alarms(options({ storage, watchdog: -1 })), InvalidTimeoutError);
  assertEquals([storage.first(), storage.armedAt()], [undefined, undefined]);
});

Deno.test("DEFAULT_RETRY waits 1, 2, 4 and 8 s at most before its five tries are over", () => {
  const delays = [1, 2, 3, 4].map((failures) => retryDelay(DEFAULT_RETRY, failures, 0));
  assertEquals([DEFAULT_RETRY.attempts, ...delays], [5, 1_000, 2_000, 4_000, 8_000]);
  assertEquals(retryDelay(DEFAULT_RETRY, 60, 0), 3_600_000);
});
