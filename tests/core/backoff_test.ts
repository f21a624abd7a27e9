import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { retryDelay, retryPolicy } from "../../core/backoff.ts";
import { InvalidOptionError } from "../../core/errors.ts";

const DEFAULTS = { attempts: 5, backoff: 1_000, maxDelay: 60_000, jitter: 1 };

Deno.test("retryPolicy() fills in the defaults and keeps what is given", () => {
  assertEquals(retryPolicy(undefined, DEFAULTS), DEFAULTS);
  assertEquals(retryPolicy({ attempts: 1, jitter: 0 }, DEFAULTS), { ...DEFAULTS, attempts: 1, jitter: 0 });
});

Deno.test("retryPolicy() refuses members out of their range, naming them", () => {
  const bad = [
    { attempts: 0 },
    { attempts: 1.5 },
    { attempts: NaN },
    { backoff: -1 },
    { backoff: Infinity },
    { maxDelay: NaN },
    { jitter: 1.1 },
    { jitter: -0.1 },
    { jitter: NaN },
  ];
  for (const options of bad) {
    const error = assertThrows(() => retryPolicy(options, DEFAULTS), InvalidOptionError);
    assertEquals(error.code, "INVALID_OPTION");
    assertEquals(error.option, `retry.${Object.keys(options)[0]}`);
  }
});

Deno.test("retryPolicy() refuses what is no object", () => {
  for (const options of [5, "x", [], null, true]) {
    const error = assertThrows(() => retryPolicy(options as never, DEFAULTS), InvalidOptionError);
    assertEquals([error.option, error.value], ["retry", options]);
  }
});

Deno.test("retryDelay() doubles up to its maximum without jitter", () => {
  const policy = { attempts: 9, backoff: 100, maxDelay: 1_000, jitter: 0 };
  assertEquals([1, 2, 3, 4, 5, 2_000].map((n) => retryDelay(policy, n, 0.9)), [100, 200, 400, 800, 1_000, 1_000]);
});

Deno.test("retryDelay() stays between zero and the maximum for any policy", () => {
  const policies = fc.record({
    attempts: fc.integer({ min: 1, max: 99 }),
    backoff: fc.nat(),
    maxDelay: fc.nat(),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(fc.property(policies, fc.integer({ min: 1, max: 10_000 }), chance, (policy, failures, random) => {
    const delay = retryDelay(policy, failures, random);
    assert(Number.isInteger(delay) && delay >= 0 && delay <= policy.maxDelay);
  }));
});
