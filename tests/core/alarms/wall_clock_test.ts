import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidTimeZoneError } from "../../../core/alarms/schedule_errors.ts";
import { wallClock } from "../../../core/alarms/wall_clock.ts";

const HOUR = 3_600_000;
const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"];

/** Instants and wall times, both as milliseconds. */
function at(text: string): number {
  return Date.parse(`${text}Z`);
}

Deno.test("WallClock.at() shows what the zone's clock shows", () => {
  assertEquals(wallClock("UTC").at(at("2026-07-01T12:00:00.123")), at("2026-07-01T12:00:00.123"));
  assertEquals(wallClock("Europe/Berlin").at(at("2026-07-01T12:00:00.123")), at("2026-07-01T14:00:00.123"));
  assertEquals(wallClock("Europe/Berlin").at(at("2026-01-01T12:00")), at("2026-01-01T13:00"));
  assertEquals(wallClock("Asia/Kolkata").at(at("2026-01-01T00:00")), at("2026-01-01T05:30"));
});

Deno.test("WallClock.at() knows midnight, which some formats call 24 o'clock", () => {
  assertEquals(wallClock("America/New_York").at(at("2026-01-01T05:00")), at("2026-01-01T00:00"));
});

Deno.test("WallClock.firstAt() finds the instant of every wall time that is shown once", () => {
  const instant = fc.integer({ min: at("1990-01-01T00:00") / 1_000, max: at("2040-01-01T00:00") / 1_000 });
  fc.assert(fc.property(instant, fc.constantFrom(...ZONES), (seconds, zone) => {
    const clock = wallClock(zone);
    const found = clock.firstAt(clock.at(seconds * 1_000));
    // At the latest the instant itself; earlier where the clock was put back since.
    assertEquals(found <= seconds * 1_000 && found >= seconds * 1_000 - HOUR, true);
    assertEquals(clock.at(found), clock.at(seconds * 1_000));
  }));
});

Deno.test("WallClock.firstAt() takes the first of the two instants of an hour that comes twice", () => {
  const clock = wallClock("Europe/Berlin");
  assertEquals(clock.firstAt(at("2026-10-25T02:30")), at("2026-10-25T00:30"));
  assertEquals(clock.firstAt(at("2026-10-25T03:00")), at("2026-10-25T02:00"));
});

Deno.test("WallClock.firstAt() takes the end of the gap for a time that never comes, to the millisecond", () => {
  const clock = wallClock("Europe/Berlin");
  for (const wall of ["02:00", "02:30", "02:59:59.999", "03:00"]) {
    assertEquals(clock.firstAt(at(`2026-03-29T${wall}`)), at("2026-03-29T01:00"));
  }
  assertEquals(clock.firstAt(at("2026-03-29T01:59:59.999")), at("2026-03-29T00:59:59.999"));
  assertEquals(wallClock("Pacific/Apia").firstAt(at("2011-12-30T15:00")), at("2011-12-30T10:00"));
});

Deno.test("WallClock.latestUpTo() is what the clock shows, but for the hour that it shows again", () => {
  const clock = wallClock("Europe/Berlin");
  assertEquals(clock.latestUpTo(at("2026-10-25T00:59:59")), at("2026-10-25T02:59:59"));
  assertEquals(clock.latestUpTo(at("2026-10-25T01:00:00")), at("2026-10-25T02:59:59.999"));
  assertEquals(clock.latestUpTo(at("2026-10-25T01:30:00")), at("2026-10-25T02:59:59.999"));
  assertEquals(clock.latestUpTo(at("2026-10-25T02:00:00")), at("2026-10-25T03:00:00"));
  assertEquals(clock.latestUpTo(at("2026-03-29T01:00:00")), at("2026-03-29T03:00:00"));
});

Deno.test("wallClock() keeps a zone's clock at hand, and forgets rather than keeping every one", () => {
  assertEquals(wallClock("Europe/Berlin"), wallClock("Europe/Berlin"));
  const zones = Intl.supportedValuesOf("timeZone").slice(0, 130);
  for (const zone of zones) assertEquals(wallClock(zone).firstAt(wallClock(zone).at(0)) <= 0, true, zone);
});

Deno.test("wallClock() refuses a zone that the runtime does not know, by code", () => {
  for (const zone of ["", "Mars/Olympus", "Europe/Berlin "]) {
    const error = assertThrows(() => wallClock(zone), InvalidTimeZoneError, "Cannot schedule: pass an IANA time zone");
    assertEquals([error.code, error.timeZone], ["INVALID_TIME_ZONE", zone]);
  }
});
