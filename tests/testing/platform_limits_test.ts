import { assertEquals, AssertionError, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../adapters/memory.ts";
import { WORKER_HOLDS_MS } from "../../core/strategies/worker.ts";
import { Alarms } from "../../core/alarms.ts";
import { continuation } from "../../core/continuation.ts";
import { RowTooLargeError } from "../../core/errors.ts";
import type { FetchFunction } from "../../core/fetch/exchange.ts";
import type { FetchError } from "../../core/fetch/fetch_error.ts";
import type { Acknowledgement, Job, Message } from "../../core/job.ts";
import { Orchestrator } from "../../core/orchestrator/orchestrator.ts";
import { performJob } from "../../core/fetch/perform_job.ts";
import { Requests } from "../../core/requests.ts";
import { RequestSync, type ResponseSync } from "../../core/serializer/mod.ts";
import { AutoExecutor } from "../../core/strategies/auto.ts";
import { DirectExecutor } from "../../core/strategies/direct.ts";
import { OrchestratedExecutor } from "../../core/strategies/orchestrated.ts";
import { QueueExecutor } from "../../core/strategies/queue.ts";
import { performBatch } from "../../core/strategies/queue_batch.ts";
import { systemClock } from "../../core/clock.ts";
import type { Storage } from "../../core/storage.ts";
import { fakeClock } from "../../testing/fake_clock.ts";
import { LimitedInvocation, LimitedStorage } from "../../testing/platform_limits.ts";
import { jobFor, refusingOrigin } from "../core/unruly_server.ts";
import { describe, type Described } from "../strategies/described.ts";
import { moodyServer } from "../strategies/moody_server.ts";
import { runSuite, type StrategyHost } from "../strategies/suite.ts";

const HERE = { name: "Agent", id: "01" };

class Agent {
  readonly seen: Described[] = [];

  onReply(label: string, result: ResponseSync | FetchError): void {
    this.seen.push(describe(label, result));
  }
}

/** An object whose every way to fetch stands on a platform with limits. */
class LimitedHost implements StrategyHost {
  readonly #agents = new Map<string, { agent: Agent; requests: Requests }>();
  readonly invocations: LimitedInvocation[] = [];

  #host(name: string): { agent: Agent; requests: Requests } {
    const known = this.#agents.get(name);
    if (known !== undefined) return known;
    const storage = new LimitedStorage(new MemoryStorage());
    const agent = new Agent();
    const alarms = new Alarms({ storage, origin: agent });
    const deliver = (message: Message): Acknowledgement | Promise<Acknowledgement> => requests.deliver(message);
    const requests: Requests = new Requests({
      ...{ storage, alarms, origin: agent, executor: this.#executor(deliver) },
      defaults: { policy: { allowPrivate: true } },
    });
    const host = { agent, requests };
    this.#agents.set(name, host);
    return host;
  }

  #executor(deliver: (message: Message) => Acknowledgement | Promise<Acknowledgement>): AutoExecutor {
    const orchestrator = this.#orchestrator(deliver);
    return new AutoExecutor({
      direct: new DirectExecutor({ fetch: this.#invoke(900_000).fetch, clock: systemClock, deliver }),
      worker: { maxTimeout: WORKER_HOLDS_MS, dispatch: (job) => this.#run(job, deliver) },
      queue: new QueueExecutor({
        self: () => HERE,
        send: (body) => {
          const { fetch, clock, within } = this.#bound(900_000);
          const message = { body: structuredClone(body), attempts: 1, ack: () => {}, retry: () => {} };
          void performBatch([message], { fetch, clock, deliverTo: (_, sent) => within(() => deliver(sent)) });
          return Promise.resolve();
        },
      }),
      orchestrated: new OrchestratedExecutor({ self: () => HERE, orchestrator: () => orchestrator }),
    });
  }

  #orchestrator(deliver: (message: Message) => Acknowledgement | Promise<Acknowledgement>): Orchestrator {
    return new Orchestrator({
      storage: new LimitedStorage(new MemoryStorage()),
      clock: systemClock,
      fetch: this.#invoke(900_000).fetch,
      deliverTo: (_, message) => deliver(message),
    });
  }

  #run(job: Job, deliver: (message: Message) => Acknowledgement | Promise<Acknowledgement>): void {
    const { fetch, clock, within } = this.#bound(30_000);
    void performJob(job, { fetch, clock, deliver: (message) => within(() => deliver(message)) });
  }

  #bound(lifetime: number): Pick<LimitedInvocation, "fetch" | "clock" | "within"> {
    const invocation = this.#invoke(lifetime);
    return { fetch: invocation.fetch, clock: invocation.clock, within: (call) => invocation.within(call) };
  }

  #invoke(lifetime: number): LimitedInvocation {
    const invocation = new LimitedInvocation({ fetch, clock: systemClock, lifetime });
    this.invocations.push(invocation);
    return invocation;
  }

  ask(...[name, label, url, init, options]: Parameters<StrategyHost["ask"]>): Promise<string> {
    const ctn = continuation<Agent>();
    const recorded = ctn.onReply(label, ctn.$result);
    return Promise.resolve(this.#host(name).requests.proxyFetch(new RequestSync(url, init), recorded, options));
  }

  outcomes(name: string): Promise<Described[]> {
    return Promise.resolve(this.#host(name).agent.seen);
  }

  cancel(name: string, id: string): Promise<boolean> {
    return Promise.resolve(this.#host(name).requests.cancel(id) !== undefined);
  }
}

for (const via of ["direct", "worker", "queue", "orchestrated", "auto"] as const) {
  Deno.test(`every outcome within the platform's limits via ${via}`, async () => {
    const host = new LimitedHost();
    try {
      await using server = moodyServer();
      await runSuite(host, server, refusingOrigin(), via, via);
    } finally {
      for (const invocation of host.invocations) invocation.end();
    }
  });
}

function slow(clock: ReturnType<typeof fakeClock>, ms: number): FetchFunction {
  return () => new Promise((resolve) => clock.setTimeout(() => resolve(new Response("late")), ms));
}

async function deliveredAfter(ms: number, timeout: number): Promise<string[]> {
  const clock = fakeClock();
  const invocation = new LimitedInvocation({ clock, fetch: slow(clock, ms) });
  const delivered: string[] = [];
  const job = jobFor("https://a.example/", { now: clock.now(), timeout, grace: 10_000 });
  void performJob(job, {
    fetch: invocation.fetch,
    clock: invocation.clock,
    deliver(message): Promise<Acknowledgement> {
      if (message.type !== "outcome") throw new AssertionError(message.type);
      return invocation.within(() => (delivered.push(message.outcome), "settled" as const));
    },
  });
  await clock.tickAsync(120_000);
  assertEquals(invocation.ended, true);
  return delivered;
}

Deno.test("LimitedInvocation ends a fetch of 40 s without a word, and lets 25 s pass", async () => {
  assertEquals((await deliveredAfter(40_000, 60_000)).length, 0);
  assertEquals((await deliveredAfter(24_999, WORKER_HOLDS_MS)).length, 1);
  // A timeout at the very limit is still delivered.
  assertEquals((await deliveredAfter(40_000, WORKER_HOLDS_MS)).length, 1);
});

Deno.test("LimitedInvocation lets six connections wait for headers, and the seventh in line", async () => {
  const clock = fakeClock();
  const invocation = new LimitedInvocation({ clock, fetch: slow(clock, 100) });
  const fetched: number[] = [];
  for (let n = 0; n < 13; n++) void invocation.fetch("https://a.example/", {}).then(() => fetched.push(n));
  await clock.tickAsync(100);
  assertEquals([fetched.length, invocation.mostOpen], [6, 6]);
  await clock.tickAsync(100);
  assertEquals(fetched.length, 12);
  await clock.tickAsync(100);
  assertEquals([fetched.length, invocation.mostOpen], [13, 6]);
});

Deno.test("LimitedInvocation.end stops timers, fetches and calls", async () => {
  const clock = fakeClock();
  const signals: AbortSignal[] = [];
  const invocation = new LimitedInvocation({
    clock,
    fetch: (_, { signal }) => (signals.push(signal as AbortSignal), new Promise(() => {})),
  });
  const happened: string[] = [];
  invocation.clock.setTimeout(() => happened.push("timer"), 10);
  void invocation.fetch("https://a.example/", {});
  await clock.tickAsync(0);
  invocation.end();
  void invocation.within(() => void happened.push("call"));
  await clock.tickAsync(100);
  assertEquals([happened, signals[0].aborted, clock.pending], [[], true, 0]);
});

Deno.test("LimitedStorage refuses a row of more than 2 MB, and keeps what is there", () => {
  const storage: Storage = new LimitedStorage(new MemoryStorage());
  const row = { due: 1, id: "a", kind: "x", payload: "x".repeat(1_999_000), named: true };
  storage.insert(row);
  const large = { ...row, payload: "日".repeat(700_000) };
  assertThrows(() => storage.insert({ ...large, id: "b" }), RowTooLargeError);
  assertThrows(() => storage.move(row, large), RowTooLargeError);
  assertEquals([storage.get(row), storage.find("a"), storage.count(0, 9)], [row, row, 1]);
  assertEquals([storage.first(), storage.due(9, 9)], [{ ...row }, [row]]);
  storage.transaction(() => storage.arm(5));
  assertEquals(storage.armedAt(), 5);
  storage.disarm();
  assertEquals([storage.armedAt(), storage.take(row)], [undefined, row]);
});
