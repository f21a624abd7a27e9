import {
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { InvalidOptionError, TimeoutTooLongError } from "../../../core/errors.ts";
import type { Job } from "../../../core/job.ts";
import { RequestSync } from "../../../core/serializer/request_sync.ts";
import { stringify } from "../../../core/serializer/stringify.ts";
import { type AutoCandidate, AutoExecutor, type AutoQuery } from "../../../core/strategies/auto.ts";
import { AutoHistory } from "../../../core/strategies/auto_history.ts";
import { type FakeClock, fakeClock } from "../../../testing/fake_clock.ts";

class Recorder implements AutoCandidate {
  readonly jobs: Job[] = [];
  readonly aborted: [id: string, token: string][] = [];
  readonly maxTimeout: number;
  readonly #maxLength: number;

  constructor(maxTimeout = Infinity, maxLength = Infinity) {
    this.maxTimeout = maxTimeout;
    this.#maxLength = maxLength;
  }

  fits(job: Job): boolean {
    return job.request.length <= this.#maxLength;
  }

  dispatch(job: Job): void {
    this.jobs.push(job);
  }

  abort(id: string, token: string): void {
    this.aborted.push([id, token]);
  }
}

interface Bench {
  readonly clock: FakeClock;
  readonly direct: Recorder;
  readonly worker: Recorder;
  readonly queue: Recorder;
  readonly auto: AutoExecutor;
}

function bench(history?: AutoHistory): Bench {
  const clock = fakeClock();
  const [direct, worker, queue] = [new Recorder(), new Recorder(25_000), new Recorder(870_000, 500)];
  const auto = new AutoExecutor({ direct, worker, queue }, history === undefined ? { clock } : { clock, history });
  return { clock, direct, worker, queue, auto };
}

let ids = 0;

function job(clock: FakeClock, parts: Partial<Job> = {}, init: { method?: string; body?: string } = {}): Job {
  return {
    v: 1,
    id: `id-${ids++}`,
    due: clock.now() + 30_000,
    token: "token",
    attempt: 1,
    request: stringify(new RequestSync("https://a.example/x", init)),
    timeout: 10_000,
    grace: 5_000,
    policy: {},
    retry: undefined,
    carried: { epoch: "e", durability: "memory" },
    ...parts,
  };
}

/** Makes `auto` see fetches of a duration, one after the other. */
function teach({ auto, clock }: Pick<Bench, "auto" | "clock">, duration: number, times = 5): void {
  for (let i = 0; i < times; i++) {
    const taught = job(clock);
    auto.dispatch(taught);
    clock.tick(duration);
    auto.finished(taught.id);
    clock.tick(60_000);
  }
}

Deno.test("AutoExecutor sends an unknown host's fetch to the Worker", () => {
  const { auto, clock, worker } = bench();
  const sent = job(clock);
  auto.dispatch(sent);
  assertEquals(worker.jobs, [sent]);
});

Deno.test("AutoExecutor fetches a fast host directly once it knows it", () => {
  const parts = bench();
  teach(parts, 30);
  const { auto, direct, clock } = parts;
  const before = direct.jobs.length;
  auto.dispatch(job(clock));
  assertEquals(direct.jobs.length, before + 1);
  const { strategy, reason, expected, directUpTo } = auto.explain({
    host: "a.example",
    timeout: 10_000,
    durability: "memory",
  });
  assertEquals(strategy, "direct");
  assertEquals(expected, 30);
  assertGreater(directUpTo, 30);
  assertMatch(reason, /expected to take 30 ms/);
});

Deno.test("AutoExecutor takes a host with a trailing dot for the host without", () => {
  const parts = bench();
  teach(parts, 30);
  assertEquals(parts.auto.explain({ host: "a.example.", timeout: 10_000, durability: "memory" }).expected, 30);
});

Deno.test("AutoExecutor keeps a slow host elsewhere", () => {
  const parts = bench();
  teach(parts, 3_000);
  const { strategy, reason, samples } = parts.auto.explain({
    host: "a.example",
    timeout: 10_000,
    durability: "memory",
  });
  assertEquals(strategy, "worker");
  assertEquals(samples, 5);
  assertMatch(reason, /expected to take 3000 ms/);
});

Deno.test("AutoExecutor never fetches a strict request directly: it would be lost with its object", () => {
  const parts = bench();
  teach(parts, 30);
  const { auto, clock, worker } = parts;
  const before = worker.jobs.length;
  auto.dispatch(job(clock, { carried: { epoch: "e", durability: "strict" } }));
  auto.dispatch(job(clock, { carried: undefined }));
  assertEquals(worker.jobs.length, before + 2);
  const { options } = auto.explain({ host: "a.example", timeout: 10_000 });
  assertMatch(options.find(({ strategy }) => strategy === "direct")?.excluded ?? "", /lost with its object/);
});

Deno.test("AutoExecutor gives what outlasts a Worker to the queue", () => {
  const { auto, clock, queue } = bench();
  auto.dispatch(job(clock, { timeout: 40_000 }));
  assertEquals(queue.jobs.length, 1);
  const { options } = auto.explain({ host: "a.example", timeout: 40_000 });
  assertMatch(options.find(({ strategy }) => strategy === "worker")?.excluded ?? "", /25000 ms at most/);
});

Deno.test("AutoExecutor refuses a timeout that nothing bound can hold, with the remedy", () => {
  const { auto } = bench();
  const error = assertThrows(() => auto.explain({ host: "a.example", timeout: 870_001 }), TimeoutTooLongError);
  assertEquals([error.timeout, error.maximum], [870_001, 870_000]);
  const worker = new Recorder(25_000);
  const small = new AutoExecutor({ direct: new Recorder(), worker });
  assertEquals(small.maxTimeout, 25_000);
  const refused = assertThrows(() => small.dispatch(job(fakeClock(), { timeout: 40_000 })), TimeoutTooLongError);
  assertMatch(refused.message, /bind a queue consumer/);
  assertEquals(worker.jobs, []);
});

Deno.test("AutoExecutor fetches everything directly when nothing else is bound", () => {
  const clock = fakeClock();
  const direct = new Recorder();
  const auto = new AutoExecutor({ direct }, { clock });
  assertEquals(auto.maxTimeout, Infinity);
  auto.dispatch(job(clock, { timeout: 3_600_000 }, { method: "POST", body: "x" }));
  assertEquals(direct.jobs.length, 1);
});

Deno.test("AutoExecutor goes around an executor for which the job is too large", () => {
  const { auto, clock, direct, queue } = bench();
  auto.dispatch(job(clock, { timeout: 40_000 }, { method: "PUT", body: "x".repeat(1_000) }));
  assertEquals([queue.jobs.length, direct.jobs.length], [0, 1]);
});

Deno.test("AutoExecutor hands what is too large for all to one that says so", () => {
  const clock = fakeClock();
  const queue = new Recorder(870_000, 10);
  new AutoExecutor({ queue }, { clock }).dispatch(job(clock));
  assertEquals(queue.jobs.length, 1);
});

Deno.test("AutoExecutor takes the orchestrator only where nothing cheaper can hold the fetch", () => {
  const orchestrated = new Recorder(1_800_000);
  const auto = new AutoExecutor({ worker: new Recorder(25_000), queue: new Recorder(870_000), orchestrated });
  const choice = (timeout: number): string => auto.explain({ host: "a.example", timeout }).strategy;
  assertEquals([choice(25_000), choice(870_000), choice(1_800_000)], ["worker", "queue", "orchestrated"]);
});

Deno.test("AutoExecutor refuses to begin without any executor", () => {
  assertThrows(() => new AutoExecutor({}), InvalidOptionError);
});

Deno.test("AutoExecutor passes an abort to whoever has the job, given its token", () => {
  const { auto, clock, worker, queue } = bench();
  const sent = job(clock);
  auto.dispatch(sent);
  auto.abort(sent.id, "guess");
  assertEquals(worker.aborted, []);
  auto.abort(sent.id, "token");
  auto.abort("unknown", "token");
  assertEquals([worker.aborted, queue.aborted], [[[sent.id, "token"]], []]);
});

Deno.test("AutoExecutor passes on what its executor throws", () => {
  const failure = new InvalidOptionError("x", 1, "do not");
  const worker = {
    maxTimeout: 25_000,
    dispatch(): void {
      throw failure;
    },
  };
  const error = assertThrows(() => new AutoExecutor({ worker }).dispatch(job(fakeClock())));
  assertStrictEquals(error, failure);
});

Deno.test("AutoExecutor sends a job that it cannot read where it is cheapest", () => {
  const { auto, clock, worker } = bench();
  auto.dispatch(job(clock, { request: "no request" }));
  assertEquals(worker.jobs.length, 1);
});

Deno.test("AutoExecutor.finished takes a duration that is better known", () => {
  const parts = bench();
  const sent = job(parts.clock);
  parts.auto.dispatch(sent);
  parts.clock.tick(9_000);
  parts.auto.finished(sent.id, 40);
  parts.auto.finished(sent.id, 9_999);
  parts.auto.finished("unknown");
  const { expected, samples } = parts.auto.explain({ host: "a.example", timeout: 1_000 });
  assertEquals([expected, samples], [40, 1]);
});

Deno.test("AutoExecutor lets go of fetches whose end it never hears of", () => {
  const { auto, clock, worker } = bench();
  for (let i = 0; i < 300; i++) auto.dispatch(job(clock, { id: `lost-${i}` }));
  clock.tick(30_001);
  auto.dispatch(job(clock));
  auto.abort("lost-1", "token");
  assertEquals(worker.aborted, []);
});

Deno.test("AutoExecutor shares what it learns through its history", () => {
  const history = new AutoHistory();
  teach(bench(history), 30);
  assertEquals(
    bench(history).auto.explain({ host: "a.example", timeout: 10_000, durability: "memory" }).strategy,
    "direct",
  );
});

Deno.test("AutoExecutor.explain changes nothing and agrees with dispatch", () => {
  const step = fc.record({ duration: fc.nat({ max: 5_000 }), gap: fc.nat({ max: 60_000 }), long: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const parts = bench();
    const { auto, clock } = parts;
    for (const { duration, gap, long } of steps) {
      const timeout = long ? 60_000 : 10_000;
      const query = { host: "a.example", timeout, durability: "memory" } as const;
      const first = auto.explain(query);
      assertEquals(auto.explain(query), first);
      const sent = job(clock, { timeout });
      auto.dispatch(sent);
      const executor = parts[first.strategy as "direct" | "worker" | "queue"];
      assertInstanceOf(executor, Recorder);
      assertStrictEquals(executor.jobs.at(-1), sent);
      clock.tick(duration);
      auto.finished(sent.id);
      clock.tick(gap);
    }
  }));
});

Deno.test("AutoExecutor.explain refuses a question that is none", () => {
  const { auto } = bench();
  const wrong: [option: string, query: unknown][] = [
    ["query", undefined],
    ["query", "a.example"],
    ["host", {}],
    ["host", { host: 5, timeout: "x" }],
    ["timeout", { host: "a.example" }],
    ["timeout", { host: "a.example", timeout: "x" }],
    ["timeout", { host: "a.example", timeout: 0 }],
    ["durability", { host: "a.example", timeout: 1, durability: "soft" }],
    ["idempotent", { host: "a.example", timeout: 1, idempotent: 1 }],
    ["persistAfter", { host: "a.example", timeout: 1, persistAfter: -1 }],
    ["durabilty", { host: "a.example", timeout: 1, durabilty: "memory" }],
  ];
  for (const [option, query] of wrong) {
    assertEquals(assertThrows(() => auto.explain(query as AutoQuery), InvalidOptionError).option, option);
  }
});

Deno.test("AutoExecutor.plan says which way a job will go, and whether it may wait there", () => {
  const { auto, clock } = bench();
  assertEquals(auto.plan(job(clock)), { via: { strategy: "worker" }, durable: false });
  assertEquals(auto.plan(job(clock, { timeout: 40_000 })), { via: { strategy: "queue" }, durable: true });
});

Deno.test("AutoExecutor goes the way that a job asks for", () => {
  const { auto, clock, direct, worker, queue } = bench();
  const via = { strategy: "direct" } as const;
  const long = job(clock, { timeout: 3_600_000, via });
  assertEquals(auto.plan(long), { via, durable: false });
  auto.dispatch(long);
  auto.dispatch(job(clock, { via: { strategy: "queue" } }));
  assertEquals([direct.jobs.length, worker.jobs.length, queue.jobs.length], [1, 0, 1]);
});

Deno.test("AutoExecutor.plan refuses a way that is not bound, or that cannot hold the timeout", () => {
  const { auto, clock } = bench();
  const error = assertThrows(() => auto.plan(job(clock, { via: { strategy: "orchestrated" } })), InvalidOptionError);
  assertMatch(error.message, /direct, worker, queue/);
  const long = job(clock, { timeout: 40_000, via: { strategy: "worker" } });
  const refused = assertThrows(() => auto.plan(long), TimeoutTooLongError);
  assertEquals(refused.maximum, 25_000);
  assertMatch(refused.message, /leave out "via"/);
  const longer = job(clock, { timeout: 870_001, via: { strategy: "queue" } });
  assertMatch(assertThrows(() => auto.plan(longer), TimeoutTooLongError).message, /shorten it/);
});

Deno.test("AutoExecutor.plan lets the executor of choice look at the job", () => {
  const failure = new InvalidOptionError("x", 1, "do not");
  const queue = {
    maxTimeout: 870_000,
    dispatch(): void {},
    check(): void {
      throw failure;
    },
  };
  assertStrictEquals(assertThrows(() => new AutoExecutor({ queue }).plan(job(fakeClock()))), failure);
});
