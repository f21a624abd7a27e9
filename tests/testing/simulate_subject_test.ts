import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MemoryStorage } from "../../adapters/memory.ts";
import type { SqliteStorage } from "../../adapters/sqlite.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import type { Storage } from "../../core/storage.ts";
import {
  type CallStep,
  simulate,
  type SimulatedContext,
  type SimulateResult,
  type SimulationReport,
} from "../../testing/simulate.ts";
import {
  AsyncCounter,
  CarelessCounter,
  Counter,
  DoubleCounter,
  ForgetfulCounter,
  LastingStorage,
  openReplies,
  RowCounter,
  TardyCounter,
} from "./counter.ts";
import { ListStorage } from "./list_storage.ts";

type CounterType = new (ctx: SimulatedContext<SqliteStorage>) => Counter;

/** Simulates one of the counters over SQLite: it must have counted what has committed. */
function counted(type: CounterType, seed: number, enough = (count: number, commits: number) => count === commits) {
  return simulate({
    ...{ seed, steps: 100, storage: openReplies },
    origin: (context) => new type(context),
    call: (counter) => counter.ask(),
    check(counter, { commits }) {
      assert(enough(counter.count(), commits), `${counter.count()} counted, ${commits} committed`);
    },
  });
}

/** The first finding within some seeds. */
async function hunt(run: (seed: number) => Promise<SimulateResult>, seeds = 10): Promise<[number, SimulateResult]> {
  for (let seed = 1; seed <= seeds; seed++) {
    const result = await run(seed);
    if (!result.ok) return [seed, result];
  }
  throw new RangeError(`nothing was found within ${seeds} seeds`);
}

Deno.test("simulate finds nothing wrong with an object that counts in its own transaction", async () => {
  let requests = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const result = await counted(Counter, seed);
    assertEquals(result.violations, [], result.replay);
    requests += result.requests;
  }
  assert(requests > 300, String(requests));
});

Deno.test("simulate finds nothing wrong with an asynchronous handler, which may count twice but never too few", async () => {
  let twice = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const result = await counted(AsyncCounter, seed, (count, commits) => count >= commits);
    assertEquals(result.violations, [], result.replay);
    if (!(await counted(AsyncCounter, seed)).ok) twice++;
  }
  assert(twice > 0, "an asynchronous handler that is not idempotent must be found to count twice");
});

for (const type of [ForgetfulCounter, DoubleCounter, TardyCounter, CarelessCounter]) {
  Deno.test(`simulate finds the bug of a ${type.name}, within few seeds and few steps`, async () => {
    const [seed, { violations, plan, trace, replay }] = await hunt((seed) => counted(type, seed));
    assertStringIncludes(violations[0], "counted");
    assert(plan.length > 0 && plan.length <= 8, JSON.stringify(plan));
    assertStringIncludes(trace.join("\n"), "VIOLATION the check");
    assertEquals(replay, `simulate({ ...yours, seed: ${seed}, steps: 100 })`);
  });
}

Deno.test("simulate replays a finding from its plan", async () => {
  const options = {
    ...{ storage: openReplies, origin: (context: SimulatedContext<SqliteStorage>) => new TardyCounter(context) },
    call: (counter: TardyCounter) => counter.ask(),
    check: (counter: TardyCounter, { commits }: SimulationReport) => assertEquals(counter.count(), commits),
  };
  const [seed, found] = await hunt((seed) => simulate({ ...options, seed, steps: 100 }));
  const again = await simulate({ ...options, seed, plan: found.plan });
  assertEquals([again.violations, again.trace, again.plan], [found.violations, found.trace, found.plan]);
});

/** Simulates an object that extends nothing, with requests and schedules of every sort, over any storage. */
async function rows(seed: number, storage: () => Storage): Promise<[SimulateResult, SimulationReport]> {
  const reports: SimulationReport[] = [];
  const result = await simulate({
    ...{ seed, steps: 100, storage, settings: { timeout: 5_000 } },
    origin: (context) => new RowCounter(context.storage),
    call(_counter, { nth, random, ctn, proxyFetch, alarms, requests }) {
      const options = {
        durability: random() < 0.5 ? "strict" : "deferred",
        ...(random() < 0.2 && { id: `job ${nth}` }),
      } as const;
      const id = proxyFetch(`https://api.example/${nth}`, ctn().onReply(nth, ctn().$result), options);
      if (random() < 0.2) requests.cancel(id);
      if (random() < 0.5) alarms.schedule(random() * 10, ctn().onTick(nth));
      if (random() < 0.2) alarms.cancelSchedule(alarms.schedule(5, ctn().onTick(nth)).id);
    },
    check(counter, report) {
      const ran = report.schedules.reduce((sum, { commits }) => sum + commits, 0);
      assertEquals(counter.count(), report.commits + ran);
      reports.push(report);
    },
  });
  return [result, reports[reports.length - 1]];
}

for (
  const [name, storage] of [
    ["memory", () => new MemoryStorage()],
    ["SQLite", openReplies],
    ["a storage of one's own", () => new ListStorage()],
  ] as const
) {
  Deno.test(`simulate runs handlers of one's own over ${name}: requests, schedules, cancellations`, async () => {
    const phases = new Set<string>();
    for (let seed = 1; seed <= 15; seed++) {
      const [result, report] = await rows(seed, storage);
      assertEquals(result.violations, [], result.replay);
      assertEquals(report.ended, true);
      for (const { phase } of report.requests) phases.add(phase);
    }
    assert(phases.has("committed") && phases.has("cancelled") && phases.has("dead"), [...phases].join());
    assert(!phases.has("open"), "at the end nothing is under way");
  });
}

Deno.test("simulate leaves the same rows over every storage, and the same for the same seed", async () => {
  const states = await Promise.all(
    [() => new MemoryStorage(), openReplies, () => new ListStorage(), () => new MemoryStorage()]
      .map(async (storage) => (await rows(5, storage))[0].state),
  );
  assertEquals(new Set(states).size, 1);
});

Deno.test("simulate finds a storage that undoes nothing by a handler of one's own", async () => {
  await hunt(async (seed) => (await rows(seed, () => new LastingStorage()))[0]);
});

Deno.test("simulate retries a handler that throws, and then reports a dead letter, which is no finding", async () => {
  const tries: number[] = [];
  class Failing {
    onReply(nth: number): void {
      tries.push(nth);
      if (nth % 2 === 0) throw new RangeError("never works");
    }
  }
  let last: SimulationReport | undefined;
  const result = await simulate({
    ...{ seed: 1, faults: [], settings: { alarms: { retry: { attempts: 3, backoff: 10, jitter: 0 } } } },
    plan: [0, 1].map((request) => ({ ...PLAIN, request })),
    origin: () => new Failing(),
    call: (_origin, { nth, ctn, proxyFetch }) => void proxyFetch("https://api.example/", ctn().onReply(nth)),
    check: (_origin, report) => void (last = report),
  });
  assertEquals([result.ok, tries.toSorted()], [true, [0, 0, 0, 1]]);
  assertEquals(last?.requests.map(({ call, phase, commits }) => [call, phase, commits]), [
    [0, "dead", 0],
    [1, "committed", 1],
  ]);
});

const PLAIN: CallStep = {
  ...{ step: "call", request: 0, durability: "strict", method: "GET", timeout: 1_000, grace: 500, takes: 10 },
  ...{ breaks: false, manner: "plain", onLate: false, onAmbiguous: "drop", named: false },
};

Deno.test("simulate answers with what respond returns, body and all", async () => {
  class Reader {
    readonly storage: Storage;
    readonly texts: unknown[];
    constructor(storage: Storage, texts: unknown[]) {
      this.storage = storage;
      this.texts = texts;
    }
    onReply(result: { json(): unknown; status: number }): void {
      this.texts.push([result.status, result.json()]);
    }
  }
  const texts: unknown[] = [];
  const asked: string[] = [];
  const result = await simulate({
    ...{ seed: 1, faults: [], plan: [PLAIN] },
    origin: ({ storage }) => new Reader(storage, texts),
    call: (_reader, { ctn, proxyFetch }) => void proxyFetch("https://api.example/a?b=c", ctn().onReply(ctn().$result)),
    respond(request) {
      asked.push(`${request.method} ${request.url}`);
      return Response.json({ long: "x".repeat(100_000) }, { status: 201 });
    },
  });
  assertEquals([result.ok, asked], [true, ["GET https://api.example/a?b=c"]]);
  assertEquals(texts, [[201, { long: "x".repeat(100_000) }]]);
});

Deno.test("simulate finds what a call throws, and what its promise rejects with", async () => {
  const call = (run: () => unknown) =>
    simulate({ seed: 1, faults: [], plan: [PLAIN], origin: () => new RowCounter(new MemoryStorage()), call: run });
  const thrown = await call(() => {
    throw new RangeError("a slip");
  });
  assertEquals(thrown.violations, ["call 0 threw RangeError: a slip"]);
  const rejected = await call(() => Promise.reject(new RangeError("a slip")));
  assertEquals(rejected.violations, ["call 0 threw RangeError: a slip"]);
});

Deno.test("simulate rejects with what the object's factory throws at first, and finds what it throws later", async () => {
  const origin = () => {
    throw new RangeError("no object");
  };
  await assertRejects(() => simulate({ seed: 1, origin, call() {} }), RangeError, "no object");
  const later = await simulate({
    ...{ seed: 1, faults: [], plan: [{ ...PLAIN }, { step: "evict" }, { ...PLAIN }] },
    origin({ storage }) {
      const counter = new RowCounter(storage);
      if (counter.count() > 0) throw new RangeError("cannot read what it has written");
      return counter;
    },
    call: (counter, { nth }) => counter.onTick(nth),
  });
  assertEquals(later.plan.map(({ step }) => step), ["call"]);
  assertEquals(later.violations, ["origin threw RangeError: cannot read what it has written"]);
});

Deno.test("simulate refuses a factory that returns no object, and a check that returns a promise", async () => {
  for (const made of [undefined, null, 7, "object", () => {}, Promise.resolve({})]) {
    const origin = (): object => made as object;
    const error = await assertRejects(() => simulate({ seed: 1, origin, call() {} }), InvalidOptionError);
    assertEquals([error.code, error.option], ["INVALID_OPTION", "origin"]);
  }
  const check = async () => await Promise.reject(new RangeError("unheard"));
  const options = { seed: 1, origin: () => new RowCounter(new MemoryStorage()), call() {}, check };
  const error = await assertRejects(() => simulate(options), InvalidOptionError, "a check is synchronous");
  assertEquals([error.code, error.option], ["INVALID_OPTION", "check"]);
});
