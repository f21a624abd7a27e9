import { assertEquals, assertStringIncludes } from "@std/assert";
import { Book, type RequestStory } from "../../../testing/simulation/book.ts";
import type { CallStep } from "../../../testing/simulation/plan.ts";
import { HEARTBEAT_MS, judgeLoss, judgeSilence, LEASE_MS } from "../../../testing/simulation/silence.ts";

/** What a judge finds wrong with a request that was called for at 0 and of which nothing was heard since. */
function found(judge: typeof judgeSilence, now: number, step: Partial<CallStep>, story: Partial<RequestStory>): string {
  const book = new Book(() => 0, false);
  const plain: CallStep = {
    ...{ step: "call", request: 1, durability: "strict", method: "GET", timeout: 120_000, grace: 1_000, takes: 1 },
    ...{ breaks: false, manner: "plain", onLate: false, onAmbiguous: "drop", named: false },
  };
  book.begin({ ...plain, ...step }, "id", 0);
  const known = book.byId("id") as RequestStory;
  Object.assign(known, story);
  judge(book, known, now);
  return book.violations.join();
}

const SILENT: [string, number, Partial<RequestStory>][] = [
  ["one lease in an object that forgets nothing", LEASE_MS, { forgot: "nothing" }],
  ["two leases in an object that has forgotten the signs of life", 2 * LEASE_MS, { forgot: "signs" }],
  ["one lease once a sign of life came to an object that had forgotten some", LEASE_MS, { forgot: "earlier" }],
  ["a lease from the last sign of life", LEASE_MS + 700, { sign: 700 }],
  ["a lease, and as much as alarms were late", LEASE_MS + 700, { lateness: 700 }],
];

for (const [name, patience, story] of SILENT) {
  Deno.test(`judgeSilence allows for ${name}, and for no more`, () => {
    assertEquals(found(judgeSilence, patience + 100, {}, story), "");
    assertStringIncludes(found(judgeSilence, patience + 101, {}, story), "before anybody noticed");
  });
}

const UNJUDGED: [string, Partial<CallStep>, Partial<RequestStory>][] = [
  ["a request without a row", { durability: "deferred" }, {}],
  ["a fetch that sends no heartbeats", { timeout: HEARTBEAT_MS }, {}],
  ["a clock that has jumped", {}, { jumped: true }],
  ["a handler that has been called", {}, { handled: 1 }],
];

for (const [name, step, story] of UNJUDGED) {
  Deno.test(`judgeSilence leaves ${name} alone`, () => {
    assertEquals(found(judgeSilence, 1_000_000, step, story), "");
  });
}

Deno.test("judgeLoss finds a request that was not sent again although it might have been", () => {
  assertStringIncludes(found(judgeLoss, 50_000, {}, { dispatched: 2 }), "counts as lost after 2 dispatches");
});

const LOST: [string, Partial<CallStep>, Partial<RequestStory>][] = [
  ["was sent three times", {}, { dispatched: 3 }],
  ["must not be sent twice", { method: "POST" }, {}],
  ["has no time left", { timeout: 50_000 }, {}],
  ["has no row", { durability: "memory" }, {}],
  ["lost its object, perhaps while it was dispatched", {}, { forgot: "signs" }],
  ["saw the clock jump", {}, { jumped: true }],
];

for (const [name, step, story] of LOST) {
  Deno.test(`judgeLoss accepts the loss of a request that ${name}`, () => {
    assertEquals(found(judgeLoss, 50_000, step, story), "");
  });
}
