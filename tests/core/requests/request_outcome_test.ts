import { assert, assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidOutcomeError, storedOutcome, verdict } from "../../../core/requests/request_outcome.ts";
import type { StoredRequest } from "../../../core/requests/request_row.ts";
import { parse, ResponseSync, SerializerError, stringify } from "../../../core/serializer/mod.ts";
import { reply } from "../ledger_host.ts";
import { errorIn, responseIn } from "../unruly_server.ts";

const STORED: StoredRequest = {
  ...{ token: "t", attempt: 2, continuation: "c", url: "https://api.example/pay", idempotent: false },
  ...{ timeout: 20_000, grace: 10_000 },
};
const TIME = { due: 130_000, now: 125_000 };

Deno.test("storedOutcome keeps the text as it came, and where it came from", () => {
  for (const delivered of [true, false]) {
    const outcome = storedOutcome(reply("hello"), delivered);
    assertEquals([outcome.delivered, outcome.text()], [delivered, reply("hello")]);
  }
});

Deno.test("storedOutcome reads a new value each time, so that one try cannot spoil the next", () => {
  const outcome = storedOutcome(reply("hello", 201), true);
  const first = responseIn(outcome.value());
  first.headers.set("x-spoiled", "yes");
  const second = responseIn(outcome.value());
  assertNotStrictEquals(first, second);
  assertEquals([second.status, second.text(), second.headers.has("x-spoiled")], [201, "hello", false]);
});

Deno.test("storedOutcome reads nothing until it is asked, and then says what is wrong", () => {
  const outcome = storedOutcome("nonsense", true);
  assertEquals(outcome.text(), "nonsense");
  assertThrows(() => outcome.value(), SerializerError);
});

Deno.test("storedOutcome refuses what can be read and is no outcome, by code", () => {
  for (const value of [{ status: 200 }, "ok", null, undefined, 7, new Date(0), new Error("plain"), [reply()]]) {
    const outcome = storedOutcome(stringify(value), true);
    const error = assertThrows(() => outcome.value(), InvalidOutcomeError, "a ResponseSync or a FetchError");
    assertEquals([error.code, error.name], ["INVALID_OUTCOME", "InvalidOutcomeError"]);
  }
});

Deno.test("verdict is the origin's own, and says what it knows", () => {
  const outcome = verdict("EXECUTOR_LOST", STORED, TIME);
  assertEquals(outcome.delivered, false);
  const error = errorIn(outcome.value());
  assertEquals([error.code, error.url, error.attempt], ["EXECUTOR_LOST", STORED.url, 2]);
  assertEquals(error.timings, { start: 100_000, total: 25_000 });
  assertEquals(error.status, undefined);
});

Deno.test("verdict is the same as text and as value", () => {
  for (const code of ["TIMEOUT", "EXECUTOR_LOST", "EXECUTOR_UNREACHABLE"] as const) {
    const outcome = verdict(code, STORED, TIME);
    assertEquals(stringify(parse(outcome.text())), stringify(outcome.value()));
    assert(!(outcome.value() instanceof ResponseSync));
  }
});

Deno.test("verdict calls ambiguous what the server may have done and must not do twice", () => {
  const ambiguous = (idempotent: boolean, refused?: boolean) =>
    errorIn(verdict("EXECUTOR_UNREACHABLE", { ...STORED, idempotent }, TIME, refused).value()).ambiguous;
  assertEquals(ambiguous(false), true);
  assertEquals(ambiguous(false, false), true);
  assertEquals(ambiguous(true), false);
  assertEquals(ambiguous(false, true), false);
  assertEquals(ambiguous(true, true), false);
});

Deno.test("verdict says that its cause may pass", () => {
  for (const code of ["TIMEOUT", "EXECUTOR_LOST", "EXECUTOR_UNREACHABLE"] as const) {
    assertEquals(errorIn(verdict(code, STORED, TIME).value()).retryable, true);
  }
});

Deno.test("verdict names the budget that a timeout has used up, and no other code does", () => {
  assertEquals(errorIn(verdict("TIMEOUT", STORED, TIME).value()).detail, "20000 ms");
  assertEquals(errorIn(verdict("EXECUTOR_LOST", STORED, TIME).value()).detail, undefined);
});

Deno.test("verdict never reports a negative time, whatever the clock did", () => {
  fc.assert(fc.property(fc.nat(1e9), fc.nat(1e9), (due, now) => {
    const { start, total } = errorIn(verdict("TIMEOUT", STORED, { due, now }).value()).timings;
    assertEquals(start, due - 30_000);
    assertEquals(total, Math.max(0, now - start));
  }));
});
