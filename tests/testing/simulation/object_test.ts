import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { FetchError } from "../../../core/fetch/fetch_error.ts";
import { ResponseSync } from "../../../core/serializer/mod.ts";
import { Book, type RequestStory } from "../../../testing/simulation/book.ts";
import { Disk } from "../../../testing/simulation/disk.ts";
import { HandlerFailedError, labelOf, readLog, SimulatedObject, UNDONE } from "../../../testing/simulation/object.ts";
import type { CallStep } from "../../../testing/simulation/plan.ts";
import { LEASE_MS } from "../../../testing/simulation/silence.ts";
import { fakeClock } from "../../../testing/fake_clock.ts";

const OK = new ResponseSync("", { headers: { "x-attempt": "1" } });
const TIMEOUT = new FetchError("TIMEOUT", "https://server.example/1");

function open(step: Partial<CallStep> = {}, delivering = true) {
  const clock = fakeClock({ now: 1_000 });
  const [storage, book] = [new Disk(), new Book(() => 0, false)];
  const plain: CallStep = {
    ...{ step: "call", request: 1, durability: "strict", method: "GET", timeout: 100, grace: 50, takes: 1 },
    ...{ breaks: false, manner: "plain", onLate: false, onAmbiguous: "drop", named: false },
  };
  book.begin({ ...plain, ...step }, "id", 1_000);
  const object = new SimulatedObject({ storage, clock, book, delivering: () => delivering, setBack: () => false });
  const story = book.byId("id") as RequestStory;
  return { clock, storage, book, object, story };
}

Deno.test("SimulatedObject logs what it is given, each time anew", () => {
  const { object, storage, book } = open();
  object.onReply(1, OK);
  object.onReply(1, TIMEOUT);
  assertEquals(readLog(storage, "log/1"), ["ok/1", "TIMEOUT"]);
  object.onLate(1, OK);
  assertEquals(readLog(storage, "late/1"), ["ok/1"]);
  assertEquals(book.violations, []);
});

Deno.test("SimulatedObject throws once or always, after it has written", () => {
  const once = open({ manner: "throwOnce" });
  assertThrows(() => once.object.onReply(1, OK), HandlerFailedError);
  once.object.onReply(1, OK);
  assertEquals(readLog(once.storage, "log/1"), [UNDONE, "ok/1"]);
  const always = open({ manner: "throwAlways" });
  for (let nth = 0; nth < 3; nth++) assertThrows(() => always.object.onReply(1, OK), HandlerFailedError);
});

Deno.test("SimulatedObject takes its time, or never ends", async () => {
  const { object, clock, storage } = open({ manner: "async" });
  const running = object.onReply(1, OK);
  assertEquals(readLog(storage, "log/1"), []);
  await clock.tickAsync(1_000);
  await running;
  assertEquals(readLog(storage, "log/1"), ["ok/1"]);
  const failing = open({ manner: "asyncThrowOnce" });
  const failed = assertRejects(async () => await failing.object.onReply(1, OK), HandlerFailedError);
  await failing.clock.tickAsync(1_000);
  await failed;
  const hanging = open({ manner: "hang" });
  let ended = false;
  hanging.object.onReply(1, OK)?.then(() => ended = true);
  await hanging.clock.tickAsync(100_000);
  assertEquals(ended, false);
});

const WRONG: [string, unknown, (rig: ReturnType<typeof open>) => void, boolean, string][] = [
  ["a stale outcome", OK, ({ story }) => story.dispatched = 2, true, "ok/1 was accepted after dispatch 2"],
  ["a timeout before its time", TIMEOUT, () => {}, false, "timed out 150 ms too early"],
  [
    "a timeout after its answer",
    TIMEOUT,
    ({ clock, story }) => {
      clock.tick(200);
      story.arrived = true;
    },
    false,
    "timed out after its answer had been taken in",
  ],
  [
    "an executor that counts as lost too early",
    new FetchError("EXECUTOR_LOST", ""),
    ({ clock }) => clock.tick(LEASE_MS - 1),
    false,
    "counts as lost 1 ms too early",
  ],
];

Deno.test("SimulatedObject finds a silence that nobody has noticed, and a loss that need not have been", () => {
  for (const code of ["TIMEOUT", "EXECUTOR_LOST"] as const) {
    const rig = open({ timeout: 30_000 }, false);
    rig.clock.tick(LEASE_MS + 101);
    rig.object.onReply(1, new FetchError(code, ""));
    const said = code === "TIMEOUT" ? "before anybody noticed" : "counts as lost after 1 dispatches";
    assertStringIncludes(rig.book.violations.join(), said);
  }
});

Deno.test("SimulatedObject tells while an asynchronous handler of it runs", async () => {
  const { object, clock, story } = open({ manner: "async" });
  const running = object.onReply(1, OK);
  assertEquals(story.running, true);
  await clock.tickAsync(1_000);
  await running;
  assertEquals(story.running, false);
  const hanging = open({ manner: "hang" });
  void hanging.object.onReply(1, OK);
  assertEquals(hanging.story.running, true);
});

for (const [name, result, prepare, delivering, said] of WRONG) {
  Deno.test(`SimulatedObject finds ${name}`, () => {
    const rig = open({}, delivering);
    prepare(rig);
    rig.object.onReply(1, result);
    assertStringIncludes(rig.book.violations.join(), said);
  });
}

Deno.test("SimulatedObject finds a continuation that nobody has asked for", () => {
  const { object, book } = open();
  object.onReply(2, OK);
  assertStringIncludes(book.violations.join(), "request 2: a continuation runs that nobody has asked for");
});

Deno.test("labelOf says in a word what an outcome is", () => {
  assertEquals([OK, TIMEOUT, "text"].map(labelOf), ["ok/1", "TIMEOUT", "unreadable"]);
});
