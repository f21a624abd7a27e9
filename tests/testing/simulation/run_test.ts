import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type CallStep, type Fault, FAULTS, makePlan, type Step } from "../../../testing/simulation/plan.ts";
import { Disk } from "../../../testing/simulation/disk.ts";
import { runPlan, type RunReport } from "../../../testing/simulation/run.ts";

export function call(request: number, more: Partial<CallStep> = {}): CallStep {
  return {
    ...{ step: "call", request, durability: "strict", method: "GET", timeout: 10_000, grace: 5_000, takes: 100 },
    ...{ breaks: false, manner: "plain", onLate: false, onAmbiguous: "drop", named: false },
    ...more,
  };
}

function run(plan: readonly Step[], faults: readonly Fault[] = [], seed = 1): Promise<RunReport> {
  return runPlan({ seed, plan, faults: new Set(faults), disk: new Disk(), tracing: true });
}

/** What the log holds of a request. */
function logged({ state }: RunReport, request: number): string[] {
  const [, rows]: [unknown, [number, string, string, string][]] = JSON.parse(state);
  return rows.filter(([, id]) => id.startsWith(`log/${request}/`)).map(([, , , label]) => label);
}

const WAIT: Step = { step: "wait", ms: 20_000 };

Deno.test("runPlan fetches, and logs the answer in the storage itself", async () => {
  const report = await run([call(1), WAIT]);
  assertEquals(report.violations, []);
  assertEquals(logged(report, 1), ["ok/1"]);
  assertEquals([report.requests, report.rowsWritten], [1, 3]);
});

const ENDS: [string, Partial<CallStep>, string][] = [
  ["an answer at the edge of its budget", { takes: 9_999 }, "ok/1"],
  ["an answer that takes too long", { takes: 11_000 }, "TIMEOUT"],
  ["a connection that breaks", { breaks: true }, "NETWORK"],
  ["a handler that throws once", { manner: "throwOnce" }, "ok/1"],
  ["an asynchronous handler", { manner: "async" }, "ok/1"],
  ["an asynchronous handler that throws once", { manner: "asyncThrowOnce" }, "ok/1"],
];

for (const durability of ["strict", "deferred", "memory"] as const) {
  for (const [name, more, label] of ENDS) {
    Deno.test(`runPlan ends ${name} as it should, ${durability}`, async () => {
      const report = await run([call(1, { durability, ...more }), WAIT]);
      assertEquals(report.violations, []);
      assertEquals(logged(report, 1), [label]);
    });
  }
}

Deno.test("runPlan keeps a handler that always throws as a dead letter", async () => {
  const report = await run([call(1, { manner: "throwAlways" }), WAIT]);
  assertEquals(report.violations, []);
  assertEquals(logged(report, 1), []);
  assertStringIncludes(report.state, '"request"');
});

Deno.test("runPlan cancels", async () => {
  const report = await run([call(1, { takes: 5_000 }), { step: "cancel", request: 1 }, WAIT]);
  assertEquals(report.violations, []);
  assertEquals(logged(report, 1), []);
  const nothing = await run([{ step: "cancel", request: 7 }]);
  assertEquals(nothing.violations, []);
});

Deno.test("runPlan evicts: strict survives, memory does not, and nobody complains", async () => {
  const plan = (durability: CallStep["durability"]): Step[] => [
    call(1, { durability, takes: 5_000 }),
    { step: "wait", ms: 500 },
    { step: "evict" },
    WAIT,
  ];
  assertEquals(logged(await run(plan("strict")), 1), ["ok/1"]);
  assertEquals(logged(await run(plan("deferred")), 1), ["ok/1"]);
  const memory = await run(plan("memory"));
  assertEquals([memory.violations, logged(memory, 1)], [[], []]);
});

Deno.test("runPlan crashes before every single write in turn", async () => {
  for (let writes = 1; writes <= 15; writes++) {
    const report = await run([{ step: "crash", writes }, call(1), { step: "wait", ms: 50 }, call(2), WAIT], ["crash"]);
    assertEquals(report.violations, [], `crash before write ${writes}`);
  }
});

Deno.test("runPlan kills executors: an idempotent request is sent again, another is lost", async () => {
  const plan = (method: CallStep["method"]): Step[] => [
    call(1, { method, timeout: 120_000, takes: 50_000 }),
    { step: "wait", ms: 1_000 },
    { step: "kill", which: 0 },
    { step: "wait", ms: 12_000 },
    WAIT,
  ];
  assertEquals(logged(await run(plan("GET")), 1), ["ok/2"]);
  assertEquals(logged(await run(plan("POST")), 1), ["EXECUTOR_LOST"]);
});

Deno.test("runPlan fires alarms late and twice, and lets the clock jump", async () => {
  const hung = call(1, { takes: 60_000 });
  const late = await run([hung, { step: "alarm", late: 30_000, twice: true }, { step: "wait", ms: 60_000 }]);
  assertEquals([late.violations, logged(late, 1)], [[], ["TIMEOUT"]]);
  assertStringIncludes(late.trace.join("\n"), "alarm (twice)");
  const jump = await run([hung, { step: "jump", ms: 30_000 }, { step: "wait", ms: 100 }]);
  assertEquals([jump.violations, logged(jump, 1)], [[], ["TIMEOUT"]]);
});

Deno.test("runPlan lets the storage run full: what is refused at the call leaves nothing", async () => {
  const report = await run([{ step: "full", inserts: 1 }, call(1), call(2), WAIT]);
  assertEquals(report.violations, []);
  assertEquals([report.requests, logged(report, 1), logged(report, 2)], [1, [], ["ok/1"]]);
});

Deno.test("runPlan shows the same state however often it runs", async () => {
  const plan = makePlan(5, 200, new Set(FAULTS));
  const [a, b] = [await run(plan, FAULTS, 5), await run(plan, FAULTS, 5)];
  assertEquals(a, b);
  assert(a.trace.length > 100);
});

Deno.test("runPlan fetches nothing anew because an executor that was given up asks to write its request down", async () => {
  const deferred = call(26, { durability: "deferred", timeout: 120_000, grace: 10_000, takes: 65 });
  const plan: Step[] = [
    { step: "jump", ms: -30_554 },
    { step: "full", inserts: 3 },
    deferred,
    { step: "wait", ms: 891 },
    { step: "jump", ms: 10_344 },
    { step: "wait", ms: 126 },
    { step: "kill", which: 1 },
    { step: "evict" },
  ];
  // Seed 83776: its first executor, given up as lost, asks an object that knows nothing of the request any more.
  const report = await run(plan, FAULTS, 83_776);
  assertEquals([report.violations, logged(report, 26)], [[], ["ok/2"]]);
});
