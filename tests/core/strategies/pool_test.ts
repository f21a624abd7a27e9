import { assertEquals, AssertionError, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { systemClock } from "../../../core/clock.ts";
import { InvalidOptionError } from "../../../core/errors.ts";
import type { FetchFunction } from "../../../core/fetch/exchange.ts";
import type { Acknowledgement, Job, Message } from "../../../core/job.ts";
import type { StrategyName } from "../../../core/requests/route.ts";
import { PoolExecutor, type PoolOrchestratorOptions } from "../../../core/strategies/pool.ts";
import { jobFor } from "../unruly_server.ts";

interface Bench {
  readonly pool: PoolExecutor;
  readonly delivered: string[];
}

function bench(fetch: FetchFunction, orchestrator?: PoolOrchestratorOptions): Bench {
  const delivered: string[] = [];
  function deliver(message: Message): Acknowledgement {
    if (message.type !== "outcome") throw new AssertionError(message.type);
    delivered.push(message.id);
    return "settled";
  }
  const parts = { fetch, clock: systemClock, deliver };
  return { delivered, pool: new PoolExecutor(orchestrator === undefined ? parts : { ...parts, orchestrator }) };
}

function job(id: string, strategy?: StrategyName, shard?: string): Job {
  const plain = { ...jobFor("https://a.example/"), id, token: `token-${id}` };
  if (strategy === undefined) return plain;
  return { ...plain, via: shard === undefined ? { strategy } : { strategy, shard } };
}

function answer(): Promise<Response> {
  return Promise.resolve(new Response("ok"));
}

Deno.test("PoolExecutor runs a job whichever way it asks for", async () => {
  const { pool, delivered } = bench(answer, { storage: () => new MemoryStorage() });
  for (const via of [undefined, "direct", "worker", "queue", "orchestrated"] as const) {
    const each = job(via ?? "any", via);
    assertEquals(pool.plan(each), {
      ...via === undefined ? {} : { via: { strategy: via } },
      durable: via === "orchestrated",
    });
    pool.dispatch(each);
  }
  assertEquals(pool.size, 5);
  await pool.idle();
  assertEquals(delivered.toSorted(), ["any", "direct", "orchestrated", "queue", "worker"]);
  assertEquals(pool.size, 0);
});

Deno.test("PoolExecutor refuses an orchestrator that it has not", () => {
  const { pool } = bench(answer);
  assertEquals(assertThrows(() => pool.plan(job("x", "orchestrated")), InvalidOptionError).option, "via");
});

Deno.test("PoolExecutor keeps one orchestrator for each name, and its limits", async () => {
  const names: string[] = [];
  let [active, most] = [0, 0];
  const { pool, delivered } = bench(async () => {
    most = Math.max(most, ++active);
    await Promise.resolve();
    active--;
    return new Response("ok");
  }, {
    maxInFlight: 1,
    storage(name) {
      names.push(name);
      return new MemoryStorage();
    },
  });
  for (const n of [1, 2, 3]) pool.dispatch(job(`${n}`, "orchestrated"));
  await pool.idle();
  assertEquals([most, delivered], [1, ["1", "2", "3"]]);
  pool.dispatch(job("4", "orchestrated", "eu"));
  pool.dispatch(job("5", "orchestrated", "host"));
  await pool.idle();
  assertEquals(names, ["default", "eu", "host:a.example"]);
});

Deno.test("PoolExecutor.abort gives a job up, and only with its token", async () => {
  const signals: AbortSignal[] = [];
  const { pool, delivered } = bench((_, { signal }) => {
    signals.push(signal as AbortSignal);
    return new Promise(() => {});
  }, { storage: () => new MemoryStorage() });
  pool.dispatch(job("1"));
  pool.dispatch(job("2", "orchestrated"));
  await new Promise((resolve) => setTimeout(resolve, 0));
  for (const id of ["1", "2"]) {
    pool.abort(id, "guess");
    pool.abort(id, `token-${id}`);
  }
  await pool.idle();
  assertEquals(signals.map(({ aborted }) => aborted), [true, true]);
  assertEquals(delivered, []);
});

Deno.test("PoolExecutor.holds knows the jobs of a line that another process has left, and lets the line go on", async () => {
  const lines = new Map([["default", new MemoryStorage()], ["host:a.example", new MemoryStorage()]]);
  const storage = (name: string) => lines.get(name) ?? new MemoryStorage();
  const before = bench(() => new Promise(() => {}), { storage });
  for (const shard of [undefined, "host"]) before.pool.dispatch(job(shard ?? "1", "orchestrated", shard));
  await before.pool.close();
  const { pool, delivered } = bench(answer, { storage });
  const held = { id: "1", token: "token-1", url: "https://a.example/", via: { strategy: "orchestrated" } } as const;
  assertEquals(pool.holds({ ...held, token: "guess" }), false);
  assertEquals(pool.holds({ ...held, id: "guess" }), false);
  assertEquals(pool.holds({ ...held, via: { strategy: "queue" } }), false);
  assertEquals(pool.holds({ ...held, via: {} }), false);
  assertEquals(pool.holds({ ...held, via: { strategy: "orchestrated", shard: "eu" } }), false);
  assertEquals([pool.holds(held), pool.holds(held)], [true, true]);
  const other = { ...held, id: "host", token: "token-host", via: { ...held.via, shard: "host" } };
  assertEquals(pool.holds(other), true);
  await pool.idle();
  assertEquals(delivered.toSorted(), ["1", "host"]);
  assertEquals([pool.holds(held), bench(answer).pool.holds(held)], [false, false]);
});

Deno.test("PoolExecutor.close ends everything, and nothing begins after it", async () => {
  let fetched = 0;
  const { pool, delivered } = bench(() => (fetched++, new Promise(() => {})), { storage: () => new MemoryStorage() });
  pool.dispatch(job("1"));
  pool.dispatch(job("2", "orchestrated"));
  await pool.close();
  pool.dispatch(job("3"));
  await pool.idle();
  assertEquals([fetched, delivered, pool.size], [2, [], 0]);
});

Deno.test("PoolExecutor refuses orchestrators without a storage, or with a wrong limit, when it is made", () => {
  const wrong: [option: string, orchestrator: unknown][] = [
    ["orchestrator", null],
    ["orchestrator", 5],
    ["orchestrator.storage", {}],
    ["orchestrator.storage", { storage: new MemoryStorage() }],
    ["maxInFlight", { storage: () => new MemoryStorage(), maxInFlight: 0 }],
    ["maxInflight", { storage: () => new MemoryStorage(), maxInflight: 5 }],
  ];
  for (const [option, orchestrator] of wrong) {
    const error = assertThrows(() => bench(answer, orchestrator as PoolOrchestratorOptions), InvalidOptionError);
    assertEquals(error.option, option);
  }
});
