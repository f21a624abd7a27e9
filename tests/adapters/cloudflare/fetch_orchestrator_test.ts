import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import type { OrchestratorStatistics } from "../../../core/orchestrator/orchestrator_events.ts";
import type { Described } from "../../strategies/described.ts";
import { moodyServer } from "../../strategies/moody_server.ts";
import { killWorkerdOf } from "./kill_workerd.ts";
import { bundleStrategies, startStrategies, type StrategiesWorker } from "./strategies_worker/start.ts";

const HOSTS = 10;
const PER_HOST = 100;
const AGENTS = Array.from({ length: HOSTS }, (_, n) => `agent-${n}`);
const VIA = { strategy: "orchestrated", shard: "storm" } as const;

async function outcomesOf(workerd: StrategiesWorker): Promise<Described[][]> {
  return await Promise.all(AGENTS.map((name) => workerd.call<Described[]>("STORM_AGENT", name, "outcomes")));
}

/** Waits until `count` outcomes are there, for 60 s at most. */
async function until(workerd: StrategiesWorker, count: number): Promise<Described[][]> {
  for (const end = Date.now() + 60_000;;) {
    const outcomes = await outcomesOf(workerd);
    if (outcomes.flat().length >= count) return outcomes;
    assertLess(Date.now(), end, `${outcomes.flat().length} of ${count} outcomes in 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test({
  name: "FetchOrchestrator: 1,000 requests to 10 hosts, killed twice, within its limits, in order, each answered once",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using server = moodyServer(HOSTS);
    const directory = await Deno.makeTempDir();
    const script = await bundleStrategies();
    const { arrivals } = server;
    let workerd = await startStrategies(script, directory);
    try {
      await Promise.all(AGENTS.map((name, n) => {
        const urls = Array.from({ length: PER_HOST }, (_, i) => `${server.at(n)}/slow?n=5&host=${n}&i=${i}`);
        return workerd.call("STORM_AGENT", name, "askAll", urls, { via: VIA, timeout: 120_000 });
      }));
      for (const enough of [300, 650]) {
        await until(workerd, enough);
        assertEquals(killWorkerdOf(directory), 1);
        await workerd.close();
        workerd = await startStrategies(script, directory);
        // Its alarm would wake it within 5 s.
        await workerd.call("STORM_ORCHESTRATOR", "storm", "statistics");
      }
      const outcomes = await until(workerd, HOSTS * PER_HOST);
      for (const [n, each] of outcomes.entries()) {
        assertEquals(each.length, PER_HOST);
        assertEquals(new Set(each.map(({ label }) => label)).size, PER_HOST);
        assert(each.every(({ result }) => result === 200), `host ${n}`);
        assertLessOrEqual(server.most.get(String(n)) ?? 0, 2);
      }
      assertLessOrEqual(server.most.get("") ?? 0, 5);
      assertOrder(arrivals);
      // What was under way at a kill is fetched again, and nothing else: 5 fetches, and 20 outcomes that nobody had taken.
      assertLessOrEqual(arrivals.length, HOSTS * PER_HOST + 2 * (5 + 20));
      const { queued, inFlight } = await workerd.call<OrchestratorStatistics>(
        "STORM_ORCHESTRATOR",
        "storm",
        "statistics",
      );
      assertEquals([queued, inFlight], [0, 0]);
    } finally {
      await workerd.close();
      await Deno.remove(directory, { recursive: true });
    }
  },
});

/** For each host requests arrive in the order in which they were made, but for two that are under way at once. */
function assertOrder(arrivals: readonly string[]): void {
  for (let n = 0; n < HOSTS; n++) {
    let highest = -1;
    const seen = new Set<number>();
    for (const target of arrivals) {
      const { searchParams } = new URL(target, "http://s");
      if (searchParams.get("host") !== String(n)) continue;
      const i = Number(searchParams.get("i"));
      // A fetch that is made again after a kill stands where it stood.
      if (seen.has(i)) continue;
      seen.add(i);
      assert(i >= highest - 1, `host ${n}: ${i} arrived after ${highest}`);
      highest = Math.max(highest, i);
    }
    assertEquals(seen.size, PER_HOST);
  }
}
