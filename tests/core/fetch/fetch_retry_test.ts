import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Clock } from "../../../core/clock.ts";
import { InvalidOptionError } from "../../../core/errors.ts";
import { type FetchRetryOptions, fetchRetryPolicy, isIdempotent, nextTryIn } from "../../../core/fetch/fetch_retry.ts";
import { ResponseSync } from "../../../core/serializer/mod.ts";

Deno.test("fetchRetryPolicy tries once when nothing is given, and three times by default when something is", () => {
  assertEquals(fetchRetryPolicy(undefined).attempts, 1);
  assertEquals(fetchRetryPolicy({}), {
    attempts: 3,
    backoff: 500,
    maxDelay: 30_000,
    jitter: 1,
    statuses: [408, 425, 429, 500, 502, 503, 504],
    network: true,
    maxRetryAfter: 60_000,
  });
  assertEquals(fetchRetryPolicy({ statuses: [404], network: false, attempts: 9 }).statuses, [404]);
});

Deno.test("fetchRetryPolicy refuses what is out of its range", () => {
  const wrong: Record<string, unknown>[] = [
    { attempts: 0 },
    { backoff: -1 },
    { maxDelay: NaN },
    { jitter: 2 },
    { statuses: [42] },
    { statuses: [600] },
    { statuses: ["503"] },
    { statuses: 503 },
    { network: "yes" },
    { maxRetryAfter: -1 },
    { maxRetryAfter: Infinity },
  ];
  for (const options of wrong) {
    const error = assertThrows(() => fetchRetryPolicy(options as FetchRetryOptions), InvalidOptionError);
    assertEquals(error.option, `retry.${Object.keys(options)[0]}`);
  }
});

Deno.test("isIdempotent goes by method, in any case, and by Idempotency-Key", () => {
  for (const method of ["GET", "head", "OPTIONS", "PUT", "Delete"]) {
    assert(isIdempotent({ method, headers: new Headers() }), method);
  }
  for (const method of ["POST", "PATCH", "QUERY2"]) {
    assert(!isIdempotent({ method, headers: new Headers() }), method);
    assert(isIdempotent({ method, headers: new Headers({ "Idempotency-Key": "k" }) }), method);
  }
});

/** A clock that stands at `now` and always draws `random`. */
function stopped(now: number, random = 0): Clock {
  return { now: () => now, random: () => random, setTimeout: () => () => {} };
}

function busy(retryAfter?: string): ResponseSync {
  return new ResponseSync("", { status: 503, headers: retryAfter === undefined ? {} : { "retry-after": retryAfter } });
}

const ENDED = { failures: 1, idempotent: true, left: Infinity };

Deno.test("nextTryIn is at least what the server asks, cut at the cap, and never beyond both limits", () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (seconds, failures, random) => {
        const policy = fetchRetryPolicy({ attempts: 99, maxDelay: 20_000, maxRetryAfter: 30_000 });
        const wait = nextTryIn(policy, busy(String(seconds)), { ...ENDED, failures }, stopped(0, random)) ?? NaN;
        const asked = Math.min(seconds * 1_000, 30_000);
        assert(wait >= asked && wait <= Math.max(asked, 20_000), `${wait}`);
      },
    ),
  );
  const policy = fetchRetryPolicy({ backoff: 0 });
  assertEquals(nextTryIn(policy, busy("Thu, 01 Jan 1970 00:00:05 GMT"), ENDED, stopped(2_000)), 3_000);
  assertEquals(nextTryIn(policy, busy("soon"), ENDED, stopped(0)), 0);
});

Deno.test("nextTryIn waits with back-off after what may pass", () => {
  const policy = fetchRetryPolicy({ attempts: 3, backoff: 100, jitter: 0 });
  assertEquals(nextTryIn(policy, busy(), ENDED, stopped(0)), 100);
  assertEquals(nextTryIn(policy, { code: "NETWORK" }, { ...ENDED, failures: 2 }, stopped(0)), 200);
});

Deno.test("nextTryIn lets an outcome stand that another try cannot better", () => {
  const policy = fetchRetryPolicy({ attempts: 3, backoff: 100, jitter: 0 });
  const clock = stopped(0);
  assertEquals(nextTryIn(policy, new ResponseSync("", { status: 404 }), ENDED, clock), undefined);
  assertEquals(nextTryIn(policy, { code: "TIMEOUT" }, ENDED, clock), undefined);
  assertEquals(nextTryIn({ ...policy, network: false }, { code: "NETWORK" }, ENDED, clock), undefined);
  assertEquals(nextTryIn(policy, busy(), { ...ENDED, failures: 3 }, clock), undefined);
  assertEquals(nextTryIn(policy, busy(), { ...ENDED, idempotent: false }, clock), undefined);
  assertEquals(nextTryIn(fetchRetryPolicy(undefined), busy(), ENDED, clock), undefined);
  assertEquals(nextTryIn(policy, busy(), { ...ENDED, left: 100 }, clock), undefined);
  assertEquals(nextTryIn(policy, busy(), { ...ENDED, left: 101 }, clock), 100);
});
