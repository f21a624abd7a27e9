import { assert, assertEquals } from "@std/assert";
import { FetchError } from "../../../core/fetch/fetch_error.ts";
import { hostResult, nextTryIn } from "../../../core/orchestrator/next_try.ts";
import { ResponseSync } from "../../../core/serializer/mod.ts";
import { fakeClock } from "../../../testing/fake_clock.ts";
import { jobFor } from "../unruly_server.ts";

const RETRY = { attempts: 3, backoff: 100, jitter: 0 };

Deno.test("nextTryIn waits with back-off after what may pass, and as long as Retry-After asks", () => {
  const clock = fakeClock();
  const job = jobFor("https://a.example/", { now: clock.now(), timeout: 60_000, retry: RETRY });
  assertEquals(nextTryIn(new ResponseSync("", { status: 503 }), job, 1, true, clock), 100);
  assertEquals(nextTryIn(new FetchError("NETWORK", "u"), job, 2, true, clock), 200);
  const asked = new ResponseSync("", { status: 429, headers: { "retry-after": "7" } });
  assertEquals(nextTryIn(asked, job, 1, true, clock), 7_000);
});

Deno.test("nextTryIn lets an outcome stand that another try cannot better", () => {
  const clock = fakeClock();
  const job = jobFor("https://a.example/", { now: clock.now(), timeout: 5_000, retry: RETRY });
  const busy = new ResponseSync("", { status: 503 });
  assertEquals(nextTryIn(new ResponseSync("", { status: 404 }), job, 1, true, clock), undefined);
  assertEquals(nextTryIn(new FetchError("TIMEOUT", "u"), job, 1, true, clock), undefined);
  assertEquals(nextTryIn(busy, job, 3, true, clock), undefined);
  assertEquals(nextTryIn(busy, job, 1, false, clock), undefined);
  assertEquals(nextTryIn(busy, { ...job, retry: undefined }, 1, true, clock), undefined);
  assertEquals(nextTryIn(busy, { ...job, retry: { ...RETRY, backoff: 5_000 } }, 1, true, clock), undefined);
});

Deno.test("hostResult takes any response for an answer, and only silence for a failure", () => {
  assertEquals(hostResult(new ResponseSync("", { status: 500 })), "answered");
  assertEquals(hostResult(new FetchError("BODY_TOO_LARGE", "u", { status: 200 })), "answered");
  assertEquals(hostResult(new FetchError("TIMEOUT", "u", { status: 200 })), "answered");
  assertEquals(hostResult(new FetchError("NETWORK", "u")), "failed");
  assertEquals(hostResult(new FetchError("TIMEOUT", "u")), "failed");
  for (const code of ["URL_FORBIDDEN", "CANCELLED", "INVALID_REQUEST"] as const) {
    assert(hostResult(new FetchError(code, "u")) === "unknown");
  }
});
