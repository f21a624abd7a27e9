import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { startOf, tell } from "../../../core/requests/request_context.ts";
import { LedgerParts } from "../ledger_parts.ts";

const KEY = { due: 0, id: "r1" };

Deno.test("startOf counts back from the deadline", () => {
  fc.assert(fc.property(fc.nat(), fc.nat(), fc.nat(), (start, timeout, grace) => {
    assertEquals(startOf(start + timeout + grace, { timeout, grace }), start);
  }));
});

Deno.test("tell says what happened, to which dispatch, when, and how long after the call", () => {
  const parts = new LedgerParts();
  const { stored, job } = parts.make("a", { attempt: 2 });
  parts.clock.tick(1_500);
  tell(parts.context, "lost", job, stored);
  assertEquals(parts.events, [
    { type: "lost", id: job.id, at: parts.start + 1_500, attempt: 2, elapsed: 1_500 },
  ]);
});

Deno.test("tell hands on what else there is to know", () => {
  const parts = new LedgerParts();
  const { stored, job } = parts.make("a");
  const error = new DOMException("gone", "AbortError");
  tell(parts.context, "unreachable", job, stored, { error });
  assertEquals(parts.events[0].error, error);
  assertEquals("outcome" in parts.events[0], false);
});

Deno.test("tell reports no time before the call, whatever the clock did", () => {
  const parts = new LedgerParts();
  tell(parts.context, "settled", { ...KEY, due: parts.start + 90_000 }, { attempt: 1, timeout: 5, grace: 5 });
  assertEquals(parts.events[0].elapsed, 0);
});

Deno.test("tell does not invent how long ago the call was when nobody knows, in memory or read from a row", () => {
  const parts = new LedgerParts();
  const unknown = { attempt: 1, timeout: NaN, grace: NaN };
  tell(parts.context, "settled", KEY, unknown);
  tell(parts.context, "settled", KEY, JSON.parse(JSON.stringify(unknown)));
  assertEquals(parts.events.map(({ elapsed }) => elapsed), [undefined, undefined]);
});

Deno.test("tell puts nothing together when nobody listens", () => {
  const parts = new LedgerParts({ listen: false });
  const unread = {
    get attempt(): number {
      throw new DOMException("read without need");
    },
    timeout: 0,
    grace: 0,
  };
  tell(parts.context, "settled", KEY, unread);
  assertEquals(parts.events, []);
});
