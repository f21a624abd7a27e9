import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { DozeError } from "../../../core/errors.ts";
import {
  CronUnavailableError,
  InvalidCronError,
  InvalidTimeZoneError,
  NoNextRunError,
  QuarantinedError,
  UnknownRowKindError,
} from "../../../core/alarms/schedule_errors.ts";

const CAUSE = new RangeError("parser");

const CASES: readonly (readonly [DozeError, string, Record<string, unknown>, RegExp])[] = [
  [new InvalidCronError("x y", { cause: CAUSE }), "INVALID_CRON", { pattern: "x y" }, /got "x y"$/],
  [new NoNextRunError("0 0 30 2 *"), "NO_NEXT_RUN", { pattern: "0 0 30 2 *" }, /in the future, got "0 0 30 2 \*"$/],
  [new InvalidTimeZoneError("Mars", { cause: CAUSE }), "INVALID_TIME_ZONE", { timeZone: "Mars" }, /got "Mars"$/],
  [new CronUnavailableError("@daily"), "CRON_UNAVAILABLE", { pattern: "@daily" }, /import "@doze\/fetch\/cron" once/],
  [new UnknownRowKindError("fax"), "UNKNOWN_ROW_KIND", { kind: "fax" }, /got "fax"$/],
  [
    new QuarantinedError("a", 3),
    "QUARANTINED",
    { id: "a", deaths: 3 },
    /"a" again: its object is known to have died 3 times/,
  ],
];

for (const [error, code, fields, message] of CASES) {
  Deno.test(`${error.constructor.name} has its code, its fields, and a message that ends with value or remedy`, () => {
    assertInstanceOf(error, DozeError);
    assertEquals([error.code, error.name], [code, error.constructor.name]);
    for (const [name, value] of Object.entries(fields)) assertEquals(Reflect.get(error, name), value);
    assertMatch(error.message, message);
    assertMatch(error.message, /^Cannot [^.]*[^.]$/);
  });
}

Deno.test("errors of a parser keep what it threw as their cause", () => {
  for (const error of [CASES[0][0], CASES[2][0]]) assertEquals(error.cause, CAUSE);
});
