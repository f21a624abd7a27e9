import { assert, assertEquals, assertInstanceOf, assertMatch, assertNotMatch } from "@std/assert";
import * as errors from "../../core/errors.ts";

/** One of each class in the module, with hostile or typical values. */
const SAMPLES: readonly errors.DozeError[] = [
  new errors.InvalidUrlError("not a url"),
  new errors.UrlForbiddenError("http://127.0.0.1/", "loopback address"),
  new errors.InvalidTimeoutError("timeout", NaN),
  new errors.TimeoutTooLongError(60_000, 25_000, "bind a queue"),
  new errors.InvalidDelayError(-1),
  new errors.InvalidDateError(),
  new errors.InvalidIdError(""),
  new errors.DuplicateIdError("taken"),
  new errors.InvalidOptionError("retry.attempts", 0, "pass an integer of 1 or more"),
  new errors.NotAContinuationError({}),
  new errors.UnknownMethodError("onReply", "Agent"),
  new errors.ContinuationTooLargeError("operations", 64, 65),
  new errors.PayloadVersionError("continuation", 2, 1),
  new errors.RowTooLargeError("request", 2_000_000, 3_000_000),
];

Deno.test("DozeError has a sample of each of its subclasses here", () => {
  const classes = Object.entries(errors).filter(([name]) => name.endsWith("Error") && name !== "DozeError");
  assertEquals(SAMPLES.map((sample) => sample.name).sort(), classes.map(([name]) => name).sort());
});

for (const sample of SAMPLES) {
  Deno.test(`${sample.name} has a stable name and code, and says what to do`, () => {
    assertInstanceOf(sample, errors.DozeError);
    assertInstanceOf(sample, Error);
    assertMatch(sample.code, /^[A-Z]+(_[A-Z]+)*$/);
    assertMatch(sample.message, /^Cannot /);
    assertNotMatch(sample.message, /\.$/);
    assertMatch(String(sample), new RegExp(`^${sample.name}: `));
  });
}

Deno.test("DozeError codes are one per class", () => {
  assertEquals(new Set(SAMPLES.map((sample) => sample.code)).size, SAMPLES.length);
});

Deno.test("quote() shows any value in few characters and never throws", () => {
  const hostile = {
    toString(): never {
      throw new RangeError("trap");
    },
  };
  const values = [hostile, Object.create(null), [], new Date(NaN), () => {}, Symbol("s"), 5n, null, undefined, NaN];
  for (const value of values) assert(errors.quote(value).length <= 90);
  assertEquals(errors.quote("a".repeat(100)), `"${"a".repeat(80)}…"`);
  assertEquals(errors.quote('say "x"'), '"say \\"x\\""');
});
