import { assertEquals, assertThrows } from "@std/assert";
import { ExecutorMissingError } from "../../../adapters/cloudflare/binding_errors.ts";
import type { DurableObjectStateLike } from "../../../adapters/cloudflare/platform.ts";
import { WorkerExecutor } from "../../../adapters/cloudflare/worker_executor.ts";
import { WORKER_HOLDS_MS } from "../../../core/strategies/worker.ts";
import type { Job } from "../../../core/job.ts";

const JOB = { id: "id" } as Job;

function namespace(id: string): object {
  return {
    [Symbol.toStringTag]: "DurableObjectNamespace",
    idFromString: (text: string) => {
      if (text !== id) throw new TypeError("not valid for this namespace");
      return text;
    },
    get: (text: string) => ({ stubOf: text }),
  };
}

function state(exports: object): DurableObjectStateLike {
  return { id: { toString: () => "a" }, exports } as DurableObjectStateLike;
}

Deno.test("WorkerExecutor hands over the job, a stub, and where the object is exported", async () => {
  const calls: unknown[][] = [];
  const entrypoint = { run: (...args: unknown[]) => Promise.resolve(void calls.push(args)) };
  const executor = new WorkerExecutor("FetchExecutor", state({ A: namespace("a"), FetchExecutor: entrypoint }), {});
  await executor.dispatch(JOB);
  assertEquals(calls, [[JOB, { stubOf: "a" }, { exportName: "A", id: "a" }]]);
});

Deno.test("WorkerExecutor gives another Worker's executor a way back that outlives the stub", async () => {
  const calls: unknown[][] = [];
  const entrypoint = { run: (...args: unknown[]) => Promise.resolve(void calls.push(args)) };
  const door = { deliver: () => Promise.resolve("settled") };
  const exports = { A: namespace("a"), FetchExecutor: () => door };
  await new WorkerExecutor("EXECUTOR", state(exports), { EXECUTOR: entrypoint }).dispatch(JOB);
  assertEquals(calls, [[JOB, { stubOf: "a" }, { exportName: "A", id: "a", door }]]);
});

Deno.test("WorkerExecutor leaves the address out when the object was found as a binding", async () => {
  const calls: unknown[][] = [];
  const entrypoint = { run: (...args: unknown[]) => Promise.resolve(void calls.push(args)) };
  await new WorkerExecutor("EXECUTOR", state({}), { A: namespace("a"), EXECUTOR: entrypoint }).dispatch(JOB);
  assertEquals(calls, [[JOB, { stubOf: "a" }, undefined]]);
});

Deno.test("WorkerExecutor looks nothing up before its first use, and says what is missing then", () => {
  const executor = new WorkerExecutor("FetchExecutor", state({ A: namespace("a") }), {});
  assertThrows(() => executor.check(), ExecutorMissingError);
  assertThrows(() => executor.dispatch(JOB), ExecutorMissingError);
});

Deno.test("WorkerExecutor holds no timeout that its Worker cannot", () => {
  assertEquals(new WorkerExecutor("X", state({}), {}).maxTimeout, WORKER_HOLDS_MS);
  assertEquals(WORKER_HOLDS_MS <= 30_000, true);
});
