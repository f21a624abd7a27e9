import { assertEquals, assertGreater, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidOptionError } from "../../../core/errors.ts";
import type { Durability, Job } from "../../../core/job.ts";
import { type AutoCandidate, AutoExecutor } from "../../../core/strategies/auto.ts";
import { fetchCost } from "../../../core/strategies/cost_model.ts";
import { type FakeClock, fakeClock } from "../../../testing/fake_clock.ts";
import { jobOf } from "./traffic.ts";

const CALL = { host: "a.example", timeout: 10_000 };
const QUERY = { ...CALL, durability: "memory" } as const;

interface Bench {
  readonly clock: FakeClock;
  readonly auto: AutoExecutor;
}

function bench(worker: Partial<AutoCandidate> = {}): Bench {
  const clock = fakeClock({ now: 0 });
  const direct = { maxTimeout: Infinity, dispatch: () => {} };
  const auto = new AutoExecutor({ direct, worker: { ...direct, maxTimeout: 25_000, ...worker } }, { clock });
  return { clock, auto };
}

let ids = 0;

function begin({ auto, clock }: Bench, durability: "memory" | "strict" = "memory"): Job {
  const id = `id-${ids++}`;
  const job = { ...jobOf(id, CALL, durability), due: clock.now() + 15_000 };
  const { via } = auto.plan(job);
  auto.dispatch({ ...job, via });
  return job;
}

/** One call after the other, each of a duration. */
function converse(parts: Bench, duration: number, times: number, durability: "memory" | "strict" = "memory"): void {
  for (let i = 0; i < times; i++) {
    const { id } = begin(parts, durability);
    parts.clock.tick(duration);
    parts.auto.finished(id);
    parts.clock.tick(120_000);
  }
}

/** Where a lookup goes after 33 hours of fast ones, in which one request ended in a way of its own. */
function choiceAfter(end: (job: Job, parts: Bench) => void): string {
  const parts = bench();
  converse(parts, 40, 50);
  end(begin(parts), parts);
  parts.clock.tick(120_000);
  converse(parts, 40, 1_000);
  return parts.auto.explain(QUERY).strategy;
}

Deno.test("AutoExecutor charges a cancelled request until it was cancelled", () => {
  assertEquals(choiceAfter(({ id, token }, { auto }) => void auto.abort(id, token)), "direct");
});

Deno.test("AutoExecutor charges a request that its origin has settled by its deadline until it was due", () => {
  assertEquals(choiceAfter(() => {}), "direct");
});

Deno.test("AutoExecutor charges nothing after the due of what is open, before it is asked again", () => {
  const parts = bench();
  converse(parts, 40, 3);
  begin(parts);
  begin(parts);
  parts.clock.tick(15_000);
  const { directUpTo } = parts.auto.explain(QUERY);
  parts.clock.tick(30 * 86_400_000);
  assertEquals(parts.auto.explain(QUERY).directUpTo, directUpTo);
  // Two fetches of 15 s side by side outweigh a hundred lookups by a Worker, not a month of them.
  converse(parts, 40, 200);
  assertEquals(parts.auto.explain(QUERY).strategy, "direct");
});

Deno.test("AutoExecutor charges no request that its executor has refused", async () => {
  const failure = new InvalidOptionError("x", 1, "do not");
  const refusals: AutoCandidate["dispatch"][] = [
    () => {
      throw failure;
    },
    () => Promise.reject(failure),
  ];
  for (const [index, dispatch] of refusals.entries()) {
    const aborted: string[] = [];
    const { auto, clock } = bench({ dispatch, abort: (id) => void aborted.push(id) });
    const job = jobOf("refused", CALL);
    const error = index === 1
      ? await assertRejects(async () => await auto.dispatch(job))
      : assertThrows(() => auto.dispatch(job));
    assertStrictEquals(error, failure);
    auto.abort("refused", job.token);
    assertEquals(aborted, []);
    clock.tick(5_000);
    auto.finished("refused");
    assertEquals(auto.explain(QUERY).samples, 0);
  }
});

Deno.test("AutoExecutor keeps what was handed over again when an earlier dispatch fails late", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  const results = [promise, undefined];
  const { auto } = bench({ dispatch: () => results.shift() });
  const job = jobOf("twice", CALL);
  const first = auto.dispatch(job);
  auto.dispatch({ ...job, attempt: 2 });
  reject(new InvalidOptionError("x", 1, "do not"));
  await assertRejects(async () => await first);
  auto.finished("twice");
  assertEquals(auto.explain(QUERY).samples, 1);
});

Deno.test("AutoExecutor learns no limit from strict requests, which could not have gone direct", () => {
  const parts = bench();
  for (let burst = 0; burst < 50; burst++) {
    const jobs = Array.from({ length: 30 }, () => begin(parts, "strict"));
    parts.clock.tick(500);
    for (const { id } of jobs) parts.auto.finished(id);
  }
  const { directUpTo, samples } = parts.auto.explain(QUERY);
  assertEquals([directUpTo, samples], [125, 1_500]);
});

Deno.test("AutoExecutor learns no limit from requests that were told where to go", () => {
  const parts = bench();
  const { auto, clock } = parts;
  for (let burst = 0; burst < 50; burst++) {
    const jobs = Array.from({ length: 30 }, (_, index) => ({
      ...jobOf(`told-${burst}-${index}`, CALL),
      via: { strategy: "worker" } as const,
    }));
    for (const job of jobs) {
      auto.plan(job);
      auto.dispatch(job);
    }
    clock.tick(500);
    for (const { id } of jobs) auto.finished(id);
  }
  assertEquals(auto.explain(QUERY).directUpTo, 125);
});

Deno.test("AutoExecutor asks no executor about a job's size that comes after the one it chooses", () => {
  const maxTimeout = 870_000;
  const queue = {
    maxTimeout,
    dispatch: () => {},
    fits: (): boolean => {
      throw new InvalidOptionError("fits", undefined, "do not ask");
    },
  };
  const auto = new AutoExecutor({ worker: { maxTimeout: 25_000, dispatch: () => {} }, queue });
  assertEquals(auto.plan(jobOf("one", CALL)).via?.strategy, "worker");
});

Deno.test("AutoExecutor hands what is too large for all to one that can hold its timeout", () => {
  const sent: string[] = [];
  const executor = (name: string, maxTimeout: number): AutoCandidate => ({
    maxTimeout,
    dispatch: () => void sent.push(name),
    fits: () => name !== "queue",
  });
  const [direct, worker, queue] = [
    executor("direct", Infinity),
    executor("worker", 25_000),
    executor("queue", 870_000),
  ];
  const auto = new AutoExecutor({ direct, worker, queue });
  auto.dispatch(jobOf("large", { ...CALL, timeout: 40_000 }, "strict"));
  assertEquals(sent, ["queue"]);
});

Deno.test("fetchCost gives worker, queue and orchestrated an order that AutoExecutor may rely on", () => {
  const shape = fc.record({
    duration: fc.nat({ max: 900_000 }),
    durability: fc.constantFrom<Durability>("strict", "deferred", "memory"),
    bytes: fc.nat({ max: 64_000 }),
    idempotent: fc.boolean(),
  });
  fc.assert(fc.property(shape, (shape) => {
    const [worker, queue, orchestrated] = (["worker", "queue", "orchestrated"] as const)
      .map((strategy) => fetchCost(strategy, shape).total);
    assertGreater(queue, worker);
    assertGreater(orchestrated, queue);
  }));
});
