import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseRetryAfter } from "../../../core/fetch/retry_after.ts";

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);

Deno.test("parseRetryAfter reads whole seconds", () => {
  assertEquals(parseRetryAfter("0", NOW), 0);
  assertEquals(parseRetryAfter("120", NOW), 120_000);
  assertEquals(parseRetryAfter(" 7 ", NOW), 7_000);
  assertEquals(parseRetryAfter("00000000000000000007", NOW), 7_000);
  assertEquals(parseRetryAfter("9".repeat(20), NOW), 1e23);
  assertEquals(parseRetryAfter("9".repeat(400), NOW), Infinity);
});

Deno.test("parseRetryAfter reads the three forms of an HTTP date", () => {
  assertEquals(parseRetryAfter("Sat, 21 Nov 2026 12:00:30 GMT", NOW), 30_000);
  assertEquals(parseRetryAfter("Saturday, 21-Nov-26 12:01:00 GMT", NOW), 60_000);
  assertEquals(parseRetryAfter("Sat Nov 21 13:00:00 2026", NOW), 3_600_000);
  assertEquals(parseRetryAfter("Tue Dec  1 12:00:00 2026", NOW), 10 * 86_400_000);
});

Deno.test("parseRetryAfter takes a date already past for now, and an old two-digit year for the past", () => {
  assertEquals(parseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", NOW), 0);
  assertEquals(parseRetryAfter("Sunday, 06-Nov-94 08:49:37 GMT", NOW), 0);
});

Deno.test("parseRetryAfter reads nothing else", () => {
  const wrong = [
    null,
    "",
    "soon",
    "-1",
    "1.5",
    "1e3",
    "+5",
    "0x10",
    "2026-11-21T12:00:30Z",
    "Sat, 21 Nov 2026 12:00:30",
    "Sat, 21 Nov 2026 12:00:30 UTC",
    "Sat, 31 Feb 2026 12:00:30 GMT",
    "Sat, 21 Nov 2026 25:00:30 GMT",
    "Sat, 21 Nov 2026 12:60:30 GMT",
    "Sat, 21 Xyz 2026 12:00:30 GMT",
    "Sat, 21 ovD 2026 12:00:30 GMT",
    "120, 240",
    "Sat, 29 Feb 2026 12:00:30 GMT",
    "Sat Nov 31 13:00:00 2026",
    "SATURDAY, 21 Nov 2026 12:00:30 GMT",
  ];
  for (const value of wrong) assertEquals(parseRetryAfter(value, NOW), undefined, String(value));
});

Deno.test("parseRetryAfter reads every date that toUTCString writes", () => {
  fc.assert(fc.property(fc.date({ min: new Date(0), max: new Date(253402300799000), noInvalidDate: true }), (date) => {
    const seconds = Math.floor(date.getTime() / 1000) * 1000;
    assertEquals(parseRetryAfter(date.toUTCString(), 0), seconds);
  }));
});
