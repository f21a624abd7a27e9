import { assertEquals, assertRejects } from "@std/assert";
import { QueueFullError } from "../../../core/orchestrator/queue_full.ts";
import { OrchestratedExecutor, type OrchestratorTarget } from "../../../core/strategies/orchestrated.ts";
import { jobFor } from "../unruly_server.ts";

const SELF = { name: "Agent", id: "01" };

interface Bench {
  readonly executor: OrchestratedExecutor;
  readonly calls: unknown[][];
}

function bench(parts: Partial<OrchestratorTarget> = {}): Bench {
  const calls: unknown[][] = [];
  const executor = new OrchestratedExecutor({
    self: () => SELF,
    orchestrator: (name) => ({
      enqueue: (job, origin, priority) => void calls.push(["enqueue", name, job.id, origin, priority]),
      abort: (id, token) => void calls.push(["abort", name, id, token]),
      ...parts,
    }),
  });
  return { executor, calls };
}

Deno.test("OrchestratedExecutor hands a job to the default orchestrator, or to the one that is named", async () => {
  const { executor, calls } = bench();
  const job = jobFor("https://a.example:8443/");
  await executor.dispatch(job);
  await executor.dispatch({ ...job, via: { strategy: "orchestrated", shard: "eu", priority: "high" } });
  await executor.dispatch({ ...job, via: { strategy: "orchestrated", shard: "host" } });
  const dotted = jobFor("https://a.example.:8443/");
  await executor.dispatch({ ...dotted, via: { strategy: "orchestrated", shard: "host" } });
  assertEquals(calls, [
    ["enqueue", "default", job.id, SELF, undefined],
    ["enqueue", "eu", job.id, SELF, "high"],
    ["enqueue", "host:a.example:8443", job.id, SELF, undefined],
    ["enqueue", "host:a.example:8443", dotted.id, SELF, undefined],
  ]);
});

Deno.test("OrchestratedExecutor.abort asks the orchestrator that has the job, given its token", async () => {
  const { executor, calls } = bench();
  const job = { ...jobFor("https://a.example/"), via: { strategy: "orchestrated", shard: "eu" } as const };
  await executor.dispatch(job);
  await executor.abort(job.id, "guess");
  await executor.abort(job.id, job.token);
  assertEquals(calls.slice(1), [["abort", "eu", job.id, job.token]]);
});

Deno.test("OrchestratedExecutor.dispatch rejects when the orchestrator does not take the job", async () => {
  const { executor } = bench({ enqueue: () => Promise.reject(new QueueFullError(1)) });
  await assertRejects(() => executor.dispatch(jobFor("https://a.example/")), QueueFullError);
});

Deno.test("OrchestratedExecutor remembers the latest thousand jobs for an abort", async () => {
  const { executor, calls } = bench();
  const job = jobFor("https://a.example/");
  for (let n = 0; n <= 1_000; n++) await executor.dispatch({ ...job, token: `t${n}` });
  await executor.abort(job.id, "t0");
  await executor.abort(job.id, "t1");
  assertEquals(calls.filter(([kind]) => kind === "abort"), [["abort", "default", job.id, "t1"]]);
});
