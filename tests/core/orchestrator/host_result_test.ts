import { assert, assertEquals } from "@std/assert";
import { FetchError } from "../../../core/fetch/fetch_error.ts";
import { hostResult } from "../../../core/orchestrator/host_result.ts";
import { ResponseSync } from "../../../core/serializer/mod.ts";

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
