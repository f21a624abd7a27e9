import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidOptionError } from "../../../core/errors.ts";
import {
  fetchRetryDelay,
  type FetchRetryOptions,
  fetchRetryPolicy,
  isIdempotent,
} from "../../../core/fetch/fetch_retry.ts";

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

Deno.test("fetchRetryDelay is at least what the server asks, cut at the cap, and never beyond both limits", () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (seconds, failures, random) => {
        const policy = fetchRetryPolicy({ maxDelay: 20_000, maxRetryAfter: 30_000 });
        const delay = fetchRetryDelay(policy, failures, String(seconds), 0, random);
        const asked = Math.min(seconds * 1_000, 30_000);
        assert(delay >= asked && delay <= Math.max(asked, 20_000), `${delay}`);
      },
    ),
  );
  assertEquals(fetchRetryDelay(fetchRetryPolicy({ backoff: 0 }), 1, "Thu, 01 Jan 1970 00:00:05 GMT", 2_000, 0), 3_000);
  assertEquals(fetchRetryDelay(fetchRetryPolicy({ backoff: 0 }), 1, "soon", 0, 0), 0);
});
