import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError, NotAContinuationError, UnknownMethodError } from "../../../core/errors.ts";
import { RequestSync } from "../../../core/serializer/mod.ts";
import { FAULTS } from "../../../testing/simulation/plan.ts";
import type { SimulatedCall, Subject } from "../../../testing/simulation/subject.ts";
import { RowCounter } from "../counter.ts";
import { answer, subjectStage } from "./subject_stage.ts";

function calling(call: (given: SimulatedCall<RowCounter>) => unknown): Subject<RowCounter> {
  return { origin: ({ storage }) => new RowCounter(storage), call: (_counter, given) => call(given) };
}

function ask({ nth, ctn, proxyFetch }: SimulatedCall<RowCounter>, options = {}): string {
  return proxyFetch("https://a.example/", ctn().onReply(nth, ctn().$result), options);
}

Deno.test("WatchedRequests notes each request of a call, with what was said of it", async () => {
  const it = subjectStage(calling((given) => {
    ask(given);
    given.proxyFetch(
      new RequestSync("https://a.example/", { method: "POST" }),
      given.ctn().onReply(1, given.ctn().$result),
      {
        durability: "deferred",
        timeout: 7_000,
        grace: 0,
        id: "mine",
        onAmbiguous: "run",
        onLate: given.ctn().onTick(1),
      },
    );
  }));
  await it.call(4);
  const steps = [...it.book.stories.values()].map(({ step: { takes: _takes, ...step } }) => step);
  const common = { step: "call", breaks: false, manner: "plain" } as const;
  assertEquals(steps, [
    {
      ...{ ...common, request: 4, durability: "strict", method: "GET", timeout: 20_000, grace: 10_000 },
      ...{ onAmbiguous: "drop", onLate: false, named: false },
    },
    {
      ...{ ...common, request: 4.001, durability: "deferred", method: "POST", timeout: 7_000, grace: 0 },
      ...{ onAmbiguous: "run", onLate: true, named: true },
    },
  ]);
});

Deno.test("WatchedRequests refuses what the ledger refuses, and notes none of it", async () => {
  const wrong: [
    (given: SimulatedCall<RowCounter>) => unknown,
    typeof InvalidOptionError | typeof UnknownMethodError,
  ][] = [
    [
      (given) => given.proxyFetch("https://a.example/", (given.ctn() as never as { none(): void }).none()),
      UnknownMethodError,
    ],
    [(given) => ask(given, { durability: "sometimes" }), InvalidOptionError],
    [(given) => given.proxyFetch("https://a.example/", given.ctn().onTick(1), null as never), InvalidOptionError],
  ];
  for (const [call, type] of wrong) {
    const errors: unknown[] = [];
    const it = subjectStage(calling((given) => errors.push(assertThrows(() => call(given), type))));
    await it.call(0);
    assertEquals([errors.length, it.book.stories.size, it.disk.first(), it.book.violations], [1, 0, undefined, []]);
  }
  const it = subjectStage(
    calling(({ proxyFetch }) =>
      void assertThrows(() => proxyFetch("https://a.example/", "onReply"), NotAContinuationError)
    ),
  );
  await it.call(0);
  assertEquals(it.book.violations, []);
});

Deno.test("WatchedRequests knows a request that was undone with its transaction", async () => {
  const it = subjectStage({
    origin: ({ storage }) => Object.assign(new RowCounter(storage), { storage }),
    call(counter, given) {
      assertThrows(() =>
        counter.storage.transaction(() => {
          ask(given);
          throw new RangeError("undone");
        }), RangeError);
    },
  });
  await it.call(2);
  assertEquals(it.report().requests.map(({ call, phase, commits }) => [call, phase, commits]), [[2, "undone", 0]]);
  assertEquals([it.jobs.length, it.judge()], [0, []]);
});

Deno.test("WatchedRequests knows what the subject cancels, but not whether a transaction keeps it", async () => {
  const it = subjectStage({
    origin: ({ storage }) => Object.assign(new RowCounter(storage), { storage }),
    call(counter, given) {
      const id = ask(given);
      if (given.nth === 0) given.requests.cancel(id);
      else counter.storage.transaction(() => given.requests.cancel(id));
      assertEquals(given.requests.cancel("none"), undefined);
    },
  });
  await it.call(0);
  await it.call(1);
  assertEquals([...it.book.stories.values()].map(({ cancelled }) => cancelled), [true, "maybe"]);
  assertEquals(it.report().requests.map(({ phase }) => phase), ["cancelled", "cancelled"]);
  assertEquals(it.judge(), []);
});

Deno.test("WatchedRequests runs onLate past the witness", async () => {
  const it = subjectStage(calling((given) => {
    given.requests.cancel(ask(given, { onLate: given.ctn().onTick(9), durability: "deferred" }));
    ask(given, { onLate: given.ctn().onTick(9), timeout: 10, grace: 0 });
  }));
  await it.call(0);
  await it.pass(100);
  assertEquals(await it.host.arrive(answer(it.jobs[0])), "late");
  assertEquals(it.book.trace.filter((line) => line.includes("late outcome")).length, 1);
  assertEquals(it.judge(), []);
});

Deno.test("WatchedRequests draws for a request what it would draw for it without the others", async () => {
  const drawn = async (calls: readonly number[]) => {
    const it = subjectStage(calling((given) => [ask(given), ask(given)]), FAULTS);
    for (const nth of calls) await it.call(nth);
    return [...it.book.stories.values()].filter(({ step }) => Math.floor(step.request) === 8).map(({ step }) => step);
  };
  assertEquals(await drawn([1, 5, 8]), await drawn([8]));
});

Deno.test("WatchedRequests knows a request for cancelled that was redriven under another id", async () => {
  class Failing {
    onReply(): void {
      throw new RangeError("no");
    }
  }
  const it = subjectStage({
    origin: () => new Failing(),
    settings: { alarms: { retry: { attempts: 1 } }, timeout: 10, grace: 0 },
    call(_failing, { nth, ctn, proxyFetch, alarms, requests }) {
      if (nth < 2) {
        return void proxyFetch("https://a.example/", ctn().onReply(), { id: "mine", timeout: nth * 1_000 + 10 });
      }
      const id = alarms.redrive("mine") ?? "";
      assertEquals([id === "mine", requests.cancel(id)?.id], [false, id]);
    },
  });
  await it.call(0);
  await it.pass(100);
  await it.call(1);
  await it.call(2);
  assertEquals(it.report().requests.map(({ phase }) => phase), ["cancelled", "open"]);
  assertEquals(it.judge(), []);
});
