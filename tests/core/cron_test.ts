import { assert, assertEquals, assertThrows } from "@std/assert";
import { cron } from "../../core/cron.ts";
import { registeredCron } from "../../core/alarms/cron_engine.ts";
import { InvalidCronError, InvalidTimeZoneError } from "../../core/alarms/schedule_errors.ts";
import { notation, type PlainPattern, WallTape } from "./cron_oracle.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Instants near which the zone's clock is changed, both ways, by half hours, at midnight, and by a whole day. */
const CHANGES: readonly (readonly [zone: string, near: string])[] = [
  ["America/New_York", "2026-03-08T07:00Z"],
  ["America/New_York", "2026-11-01T06:00Z"],
  ["Europe/Berlin", "2026-03-29T01:00Z"],
  ["Europe/Berlin", "2026-10-25T01:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T15:30Z"],
  ["America/Santiago", "2026-04-05T03:00Z"],
  ["America/Santiago", "2026-09-06T04:00Z"],
  ["Africa/Casablanca", "2026-02-15T02:00Z"],
  ["Africa/Casablanca", "2026-03-22T02:00Z"],
  ["Asia/Beirut", "2026-03-28T22:00Z"],
  ["Asia/Beirut", "2026-10-24T21:00Z"],
  ["Pacific/Apia", "2011-12-30T10:00Z"],
  ["Pacific/Apia", "2012-03-31T14:00Z"],
  ["Asia/Kolkata", "2026-03-08T07:00Z"],
  ["Asia/Kolkata", "2026-11-01T06:00Z"],
];
const PER_CHANGE = 250;

/** Numbers from a seed, so that a failure can be repeated. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 4_294_967_296 * below);
  };
}

function list(random: (below: number) => number, from: number, size: number, most: number): number[] {
  return Array.from({ length: 1 + random(most) }, () => from + random(size)).sort((a, b) => a - b);
}

function pattern(random: (below: number) => number): PlainPattern {
  return {
    minutes: random(4) === 0 ? undefined : list(random, 0, 60, 4),
    hours: random(3) === 0 ? undefined : list(random, 0, random(2) === 0 ? 5 : 24, 3),
    days: random(6) === 0 ? list(random, 1, 31, 4) : undefined,
    weekdays: random(6) === 0 ? list(random, 0, 7, 3) : undefined,
  };
}

Deno.test("cron.next() agrees with an independent oracle on 4,000 patterns, zones and dates around clock changes", () => {
  const random = seeded(2026);
  const zones = new Set<string>();
  let checked = 0;
  let ran = 0;
  for (const [zone, near] of CHANGES) {
    const change = Date.parse(near);
    const tape = new WallTape(zone, change - 3 * DAY, change + 4 * DAY);
    for (let i = 0; i < PER_CHANGE; i++) {
      const plain = pattern(random);
      const after = change - 26 * HOUR + random(52 * 60) * 60_000 + random(3) * 30_000;
      const expected = tape.next(plain, after);
      const actual = cron.next(notation(plain), zone, after);
      const label = `${notation(plain)} in ${zone} after ${new Date(after).toISOString()}`;
      if (expected === undefined) assert(actual === undefined || actual > change + 4 * DAY, label);
      else assertEquals(actual, expected, label);
      checked++;
      if (expected !== undefined) ran++;
    }
    zones.add(zone);
  }
  assertEquals([checked, zones.size], [4_000, 8]);
  assert(ran > 3_000, `only ${ran} of the patterns run within the days looked at`);
});

/** The runs of a pattern within a day or so. */
function runs(text: string, zone: string, from: string, to: string): string[] {
  const found: string[] = [];
  for (let at = Date.parse(from); found.length < 200;) {
    const next = cron.next(text, zone, at);
    if (next === undefined || next > Date.parse(to)) return found;
    found.push(new Date(next).toISOString().slice(5, 16));
    at = next;
  }
  return found;
}

Deno.test("cron.next() runs 02:30 once on the spring day that has none, when the clock jumps past it", () => {
  assertEquals(runs("30 2 * * *", "America/New_York", "2026-03-07T12:00Z", "2026-03-09T12:00Z"), [
    "03-08T07:00",
    "03-09T06:30",
  ]);
});

Deno.test("cron.next() runs 01:30 once on the autumn day that has two, the first time", () => {
  assertEquals(runs("30 1 * * *", "America/New_York", "2026-10-31T12:00Z", "2026-11-02T12:00Z"), [
    "11-01T05:30",
    "11-02T06:30",
  ]);
});

Deno.test("cron.next() runs every local time once, whether the hour is named or not", () => {
  assertEquals(runs("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:45Z", "2026-10-25T02:30Z"), [
    ...["10-25T00:00", "10-25T00:30", "10-25T02:00", "10-25T02:30"],
  ]);
  assertEquals(runs("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15Z", "2026-03-29T02:00Z"), [
    ...["03-29T00:30", "03-29T01:00", "03-29T01:30", "03-29T02:00"],
  ]);
});

Deno.test("cron.next() follows no clock change in UTC", () => {
  assertEquals(runs("0 */6 * * *", "UTC", "2026-03-28T23:00Z", "2026-03-29T23:00Z").length, 4);
});

Deno.test("cron.next() knows seconds, names, nicknames, and the last day of a month", () => {
  const from = Date.UTC(2026, 1, 10, 10, 0, 0);
  const next = (text: string) => new Date(cron.next(text, "UTC", from) ?? 0).toISOString();
  assertEquals(next("*/10 * * * * *"), "2026-02-10T10:00:10.000Z");
  assertEquals(next("0 9 * * MON-FRI"), "2026-02-11T09:00:00.000Z");
  assertEquals(next("0 0 L * *"), "2026-02-28T00:00:00.000Z");
  assertEquals(next("@hourly"), "2026-02-10T11:00:00.000Z");
  assertEquals(next("@daily"), "2026-02-11T00:00:00.000Z");
  assertEquals(next("@weekly"), "2026-02-15T00:00:00.000Z");
  assertEquals(next("@monthly"), "2026-03-01T00:00:00.000Z");
  assertEquals(next("@yearly"), "2027-01-01T00:00:00.000Z");
});

Deno.test("cron.next() is later than the instant given, to the millisecond", () => {
  const noon = Date.UTC(2026, 0, 1, 12);
  assertEquals(cron.next("0 12 * * *", "UTC", noon - 1), noon);
  assertEquals(cron.next("0 12 * * *", "UTC", noon), noon + DAY);
  assertEquals(cron.next("0 12 * * *", "UTC", noon + 1), noon + DAY);
});

Deno.test("cron.next() takes either the day of the month or the weekday, as Unix does", () => {
  const from = Date.UTC(2026, 0, 1);
  assertEquals(new Date(cron.next("0 0 13 * FRI", "UTC", from) ?? 0).toISOString(), "2026-01-02T00:00:00.000Z");
});

Deno.test("cron.next() knows when there is no further run", () => {
  assertEquals(cron.next("0 12 30 2 *", "UTC", Date.UTC(2026, 0)), undefined);
  assertEquals(cron.next("0 0 0 1 1 * 2020", "UTC", Date.UTC(2026, 0)), undefined);
});

Deno.test("cron.next() refuses a pattern that cannot be read", () => {
  const bad = ["", "* * *", "61 * * * *", "abc", "@reboot", "2026-01-01T00:00:00", "* ".repeat(200)];
  for (const text of bad) {
    const error = assertThrows(
      () => cron.next(text, "UTC", 0),
      InvalidCronError,
      "Cannot schedule: pass a cron pattern",
    );
    assertEquals([error.code, error.pattern], ["INVALID_CRON", text]);
  }
});

Deno.test("cron.next() refuses a time zone that the runtime does not know", () => {
  const error = assertThrows(() => cron.next("* * * * *", "Mars/Olympus", 0), InvalidTimeZoneError, '"Mars/Olympus"');
  assertEquals([error.code, error.timeZone], ["INVALID_TIME_ZONE", "Mars/Olympus"]);
});

Deno.test("cron.next() forgets patterns rather than keeping every one", () => {
  for (let i = 0; i < 250; i++) {
    assertEquals(cron.next(`${i % 60} ${i % 24} * * *`, "UTC", 0), ((i % 24) * 60 + i % 60) * 60_000 || DAY);
  }
});

Deno.test("cron.next() is found by alarms that were given no engine, once it is imported", () => {
  assertEquals(registeredCron(), cron);
});
