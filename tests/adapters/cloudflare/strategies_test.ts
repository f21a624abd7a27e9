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

test("every outcome in workerd through a FetchExecutorTarget", () =>
  runSuite(hostOf("TARGET_AGENT"), server, refusingOrigin(), "worker", "target"));
