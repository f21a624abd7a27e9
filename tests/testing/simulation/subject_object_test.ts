import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
import type { LedgerEvent } from "../../../core/requests.ts";
import { StorageFullError } from "../../../testing/simulation/shaky_storage.ts";
import type { SimulatedContext, Subject } from "../../../testing/simulation/subject.ts";
import { settle } from "../../../testing/simulation/time.ts";
import { LocalObject } from "../../../adapters/local.ts";
import { RowCounter } from "../counter.ts";
import { answer, subjectStage } from "./subject_stage.ts";

/** Counts replies, and asks once for each call. */
const COUNTING: Subject<RowCounter> = {
  origin: ({ storage }) => new RowCounter(storage),
  call: (_counter, { nth, ctn, proxyFetch }) => proxyFetch("https://a.example/", ctn().onReply(nth, ctn().$result)),
};

Deno.test("SubjectObject makes the object anew for each instantiation, over the same storage", async () => {
  const made: RowCounter[] = [];
  const it = subjectStage({ ...COUNTING, origin: ({ storage }) => made[made.push(new RowCounter(storage)) - 1] });
  await it.call(0);
  it.host.evict();
  assertEquals(await it.host.arrive(answer(it.jobs[0])), "settled");
  assertEquals([made.length, made[1].count()], [2, 1]);
  assertThrows(() => made[0].count());
});

Deno.test("SubjectObject takes an object that attaches itself, and leaves its base's methods out of reach", async () => {
  class Agent extends LocalObject {
    constructor(ctx: SimulatedContext) {
      super(ctx, undefined);
    }
    ask(): void {
      this.proxyFetch("https://a.example/", this.ctn().onReply());
    }
    onReply(): void {}
  }
  const it = subjectStage({ origin: (context) => new Agent(context), call: (agent: Agent) => agent.ask() });
  await it.call(0);
  assertEquals([it.book.violations, it.jobs.length], [[], 1]);
  assertEquals(await it.host.arrive(answer(it.jobs[0])), "settled");
  assertEquals(it.report().commits, 1);
});

Deno.test("SubjectObject gives each call its number, and the same chance for the same seed", async () => {
  const seen: [number, number][] = [];
  const subject: Subject<RowCounter> = { ...COUNTING, call: (_counter, { nth, random }) => seen.push([nth, random()]) };
  const it = subjectStage(subject);
  for (const nth of [4, 9, 4]) await it.call(nth);
  assertEquals(seen.map(([nth]) => nth), [4, 9, 4]);
  assertEquals(seen[0], seen[2]);
  assert(seen[0][1] !== seen[1][1]);
  await subjectStage(subject, [], 2).call(4);
  assert(seen[3][1] !== seen[0][1]);
});

Deno.test("SubjectObject finds what a call throws, but for what the simulation has done to it", async () => {
  const throwing = async (error: unknown) => {
    const call = () => {
      throw error;
    };
    const it = subjectStage({ ...COUNTING, call });
    await it.call(7);
    return it.book.violations;
  };
  assertEquals(await throwing(new RangeError("a slip")), ["call 7 threw RangeError: a slip"]);
  assertEquals(await throwing("text"), ["call 7 threw text"]);
  assertEquals(await throwing(new StorageFullError()), []);
  assertEquals(await throwing(new RangeError("wrapped", { cause: new StorageFullError() })), []);
});

Deno.test("SubjectObject excuses whatever a call throws once its object is lost", async () => {
  const it = subjectStage({
    ...COUNTING,
    call(counter: RowCounter) {
      try {
        counter.onTick(1);
      } catch {
        throw new RangeError("made of it");
      }
    },
  });
  it.host.state.crashIn = 1;
  await it.call(0);
  assertEquals(it.book.violations, []);
  assertStringIncludes(it.book.trace.join("\n"), "made of it");
});

Deno.test("SubjectObject is busy while a call's promise is pending, and finds its rejection", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  const it = subjectStage({ ...COUNTING, call: () => promise });
  await it.call(3);
  assertEquals(it.host.isBusy, true);
  reject(new RangeError("later"));
  await settle();
  assertEquals([it.host.isBusy, it.book.violations], [false, ["call 3 threw RangeError: later"]]);
});

Deno.test("SubjectObject passes settings on: defaults, retries, and who listens", async () => {
  const events: string[] = [];
  const it = subjectStage({
    ...COUNTING,
    settings: {
      ...{ timeout: 3_000, grace: 100, alarms: { retry: { attempts: 1 } } },
      onEvent: (event) => void events.push(`${event.type} ${(event as LedgerEvent).attempt}`),
    },
  });
  await it.call(0);
  assertEquals([it.jobs[0].timeout, it.jobs[0].grace], [3_000, 100]);
  await it.host.arrive(answer(it.jobs[0]));
  assertEquals(events, ["dispatched 1", "settled 1"]);
  assertThrows(() => subjectStage({ ...COUNTING, settings: { timeout: -1 } }).report());
});

Deno.test("SubjectObject notes what a check throws, and refuses a check that waits", () => {
  const checked = (check: Subject<RowCounter>["check"]) => {
    const it = subjectStage({ ...COUNTING, ...(check && { check }) });
    it.host.visit((object) => object.inspect?.(false));
    it.host.visit((object) => object.inspect?.(true));
    return it.book.violations;
  };
  assertEquals([checked(undefined), checked(() => {})], [[], []]);
  const thrown = checked((_counter, { ended }) => {
    throw new RangeError(`ended: ${ended}`);
  });
  assertEquals(thrown, [
    "the check at a quiet point threw RangeError: ended: false",
    "the check at the end threw RangeError: ended: true",
  ]);
  const error = assertThrows(() => checked((() => Promise.resolve()) as () => void), InvalidOptionError);
  assertEquals([error.code, error.option], ["INVALID_OPTION", "check"]);
});
