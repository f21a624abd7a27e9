import { assertEquals } from "@std/assert";
import { Book, type RequestStory } from "../../../testing/simulation/book.ts";
import type { CallStep } from "../../../testing/simulation/plan.ts";

const STEP: CallStep = {
  ...{ step: "call", request: 1, durability: "deferred", method: "GET", timeout: 100, grace: 100, takes: 10 },
  ...{ breaks: false, manner: "plain", onLate: false, onAmbiguous: "drop", named: false },
};

function open(step: Partial<CallStep> = {}, tracing = false): Book {
  const book = new Book(() => 1_000, tracing);
  book.begin({ ...STEP, ...step }, "id", 1_000);
  return book;
}

const NOTHING = { isStored: () => false, isLogged: () => false };

Deno.test("Book finds a story by number and by id", () => {
  const book = open();
  assertEquals(book.stories.get(1), book.byId("id"));
  assertEquals(book.byId("other"), undefined);
});

Deno.test("Book excuses what is lost before it was written down, unless it is strict or the faults are over", () => {
  const book = open();
  book.lose(NOTHING);
  assertEquals(book.byId("id")?.lostEarly, true);
  const strict = open({ durability: "strict" });
  strict.lose(NOTHING);
  assertEquals(strict.byId("id")?.lostEarly, false);
  const stored = open();
  stored.lose({ ...NOTHING, isStored: () => true });
  assertEquals(stored.byId("id")?.lostEarly, false);
  const resting = open();
  resting.resting = true;
  resting.lose(NOTHING);
  assertEquals(resting.byId("id")?.lostEarly, false);
});

Deno.test("Book notes what was decided when the object was lost", () => {
  const book = open();
  book.lose({ ...NOTHING, isLogged: () => true });
  assertEquals([book.byId("id")?.lostEarly, book.byId("id")?.lostDecided], [false, true]);
  const undecided = open();
  undecided.lose(NOTHING);
  assertEquals(undecided.byId("id")?.lostDecided, false);
});

Deno.test("Book finds a late outcome of which nobody was told", () => {
  const book = open();
  book.byId("id")?.outcomes.set(1, "ok/1");
  book.answer(book.byId("id"), 1, "late");
  assertEquals(book.violations.length, 1);
  book.byId("id")?.told.add(1);
  book.answer(book.byId("id"), 1, "late");
  assertEquals(book.violations.length, 1);
});

Deno.test("Book remembers which dispatches were acknowledged as settled", () => {
  const book = open();
  book.answer(book.byId("id"), 2, "settled");
  book.answer(book.byId("other"), 2, "settled");
  assertEquals([...(book.byId("id")?.settled ?? [])], [2]);
});

Deno.test("Book tells requests that share an id apart by their tokens, and forgives events about either", () => {
  const book = open();
  const first = book.byToken("a", "id") as RequestStory;
  book.bind("a", first);
  assertEquals(first.shared, false);
  book.begin({ ...STEP, request: 2 }, "id", 2_000);
  const second = book.byToken("b", "id");
  assertEquals([second?.step.request, book.byToken("a", "id") === first, book.byToken("c", "none")], [
    2,
    true,
    undefined,
  ]);
  assertEquals([first.shared, second?.shared], [true, true]);
  first.outcomes.set(1, "ok/1");
  book.answer(first, 1, "late");
  assertEquals(book.violations, []);
});

Deno.test("Book knows from the plan whose handlers are asynchronous", () => {
  const manners = ["plain", "throwOnce", "throwAlways", "async", "asyncThrowOnce", "hang"] as const;
  const known = manners.map((manner) => open({ manner }).byId("id")?.asynchronous);
  assertEquals(known, [false, false, false, true, true, true]);
});

Deno.test("Book keeps a trace only when it is asked to", () => {
  let asked = 0;
  const line = () => `line ${++asked}`;
  open().note(line);
  assertEquals(asked, 0);
  const book = open({}, true);
  book.note(line);
  book.violate("broken");
  assertEquals(book.trace.map((text) => text.trim()), ["0 ms  line 1", "0 ms  VIOLATION broken"]);
});

Deno.test("Book stops counting after 20 violations", () => {
  const book = open();
  for (let nth = 0; nth < 30; nth++) book.violate(String(nth));
  assertEquals(book.violations.length, 20);
});

Deno.test("Book knows when an executor was last heard of, how late alarms were since, and what was forgotten", () => {
  const book = open();
  const story = book.byId("id") as RequestStory;
  const known = () => [story.sign - story.start, story.lateness, story.forgot];
  assertEquals(known(), [0, 0, "nothing"]);
  book.delay(30);
  book.hear(story, story.start + 500, true);
  assertEquals(known(), [500, 0, "nothing"]);
  story.running = true;
  book.lose({ isStored: () => true, isLogged: () => false });
  book.delay(30);
  book.delay(10);
  assertEquals([...known(), story.running], [500, 40, "signs", false]);
  book.hear(story, story.start + 600, false);
  assertEquals(known(), [600, 0, "signs"]);
  book.hear(story, story.start + 700, true);
  book.lose({ isStored: () => true, isLogged: () => false });
  assertEquals(known(), [700, 0, "earlier"]);
});
