import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ProxyFetchOptions } from "../../../core/requests.ts";
import { refusingOrigin } from "../../core/unruly_server.ts";
import type { Described } from "../../strategies/described.ts";
import { moodyServer } from "../../strategies/moody_server.ts";
import { runSuite, type StrategyHost, untilOutcomes } from "../../strategies/suite.ts";
import { bundleStrategies, startStrategies, type StrategiesWorker } from "./strategies_worker/start.ts";
import type { Refusal } from "./strategies_worker/worker.ts";

const server = moodyServer();
let workerd: StrategiesWorker;

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

Deno.test.beforeAll(async () => {
  workerd = await startStrategies(await bundleStrategies());
  // It takes its 40 s beside the other tests.
  await hostOf("SLOW_AGENT").ask("slow", "40 s", `${server.origin}/slow?n=40000`, {}, { timeout: 60_000 });
});

Deno.test.afterAll(async () => {
  await workerd.close();
  await server[Symbol.asyncDispose]();
});

function call<T>(binding: string, name: string, method: string, ...args: unknown[]): Promise<T> {
  return workerd.call<T>(binding, name, method, ...args);
}

function hostOf(binding: string): StrategyHost {
  return {
    async ask(object, label, url, init, options) {
      const id = await call<string | Refusal>(binding, object, "ask", label, url, init, options);
      assert(typeof id === "string", JSON.stringify(id));
      return String(id);
    },
    outcomes: (object) => call<Described[]>(binding, object, "outcomes"),
    cancel: (object, id) => call<boolean>(binding, object, "stop", id),
    // An eviction by workerd's own interface waits for what the object waits for, which a direct fetch is.
    evict: (object) => call<void>(binding, object, "die").catch(() => {}),
  };
}

async function refusal(binding: string, options: ProxyFetchOptions, init: object = {}): Promise<Refusal> {
  const refused = await call<Refusal>(binding, "refused", "ask", "x", `${server.origin}/refused`, init, options);
  assertEquals(await call(binding, "refused", "open"), 0);
  assertEquals(server.hits.get("/refused"), undefined);
  return refused;
}

for (const via of ["direct", "worker", "queue", "orchestrated", "auto"] as const) {
  test(`every outcome in workerd via ${via}`, () => runSuite(hostOf("AGENT"), server, refusingOrigin(), via, via));
}

test("every outcome in workerd via an RpcTarget of an entrypoint of a Worker's own", async () => {
  await runSuite(hostOf("TARGET_AGENT"), server, refusingOrigin(), "worker", "target");
});

test("a timeout beyond a Worker's 25 s is refused at the call where only a Worker is bound, with the remedy", async () => {
  for (const options of [{ timeout: 40_000 }, { timeout: 25_001, via: "worker" }] as const) {
    const { code, message } = await refusal("UNBOUND_AGENT", options);
    assertEquals(code, "TIMEOUT_TOO_LONG");
    assertMatch(message, /25000 ms at most, bind a queue consumer/);
  }
});

test("a way that is not bound is refused at the call, with those that are", async () => {
  for (const via of ["queue", "orchestrated"] as const) {
    const { code, message } = await refusal("UNBOUND_AGENT", { via });
    assertEquals(code, "INVALID_OPTION");
    assertMatch(message, /direct, worker, got "(queue|orchestrated)"/);
  }
});

test("a request that does not fit a queue's 128 KB is refused at the call, with its size", async () => {
  const init = { method: "PUT", body: "x".repeat(128_000) };
  const { code, message } = await refusal("AGENT", { via: "queue" }, init);
  assertEquals(code, "JOB_TOO_LARGE");
  assertMatch(message, /holds 127800 bytes.*got 12[89]\d{3} bytes$/);
});

test("a timeout that even a queue cannot hold is refused at the call", async () => {
  const { code } = await refusal("SLOW_AGENT", { timeout: 870_001, via: "queue" });
  assertEquals(code, "TIMEOUT_TOO_LONG");
});

test("a large request goes through an orchestrator, in rows that fit", async () => {
  const host = hostOf("AGENT");
  const init = { method: "PUT", body: "x".repeat(3_000_000) };
  await host.ask("large", "large", `${server.origin}/ok?large`, init, { via: "orchestrated" });
  assertEquals((await untilOutcomes(host, "large", 1))[0].result, 200);
});

test("a fetch of 40 s completes through the queue", async () => {
  const [outcome] = await untilOutcomes(hostOf("SLOW_AGENT"), "slow", 1, 50_000);
  assertEquals([outcome.label, outcome.result, outcome.bytes], ["40 s", 200, 4]);
  assertEquals(server.hits.get("/slow?n=40000"), 1);
});
