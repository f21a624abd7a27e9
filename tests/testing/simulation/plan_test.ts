import { assert, assertEquals } from "@std/assert";
import { type CallStep, type Fault, FAULTS, makePlan, type Step } from "../../../testing/simulation/plan.ts";

function plans(faults: readonly Fault[], count = 30): Step[] {
  return Array.from({ length: count }, (_, seed) => makePlan(seed, 200, new Set(faults))).flat();
}

Deno.test("makePlan gives the same plan for the same seed", () => {
  const faults = new Set(FAULTS);
  assertEquals(makePlan(3, 50, faults), makePlan(3, 50, faults));
  assert(JSON.stringify(makePlan(3, 50, faults)) !== JSON.stringify(makePlan(4, 50, faults)));
});

Deno.test("makePlan takes as many steps as it is asked for, and begins with a call", () => {
  for (const steps of [0, 1, 7, 200]) assertEquals(makePlan(1, steps, new Set(FAULTS)).length, steps);
  assertEquals(makePlan(1, 1, new Set())[0].step, "call");
});

Deno.test("makePlan uses no fault that it is not given", () => {
  const kinds = new Set(plans([]).map(({ step }) => step));
  assertEquals([...kinds].sort(), ["call", "cancel", "wait"]);
  const manners = new Set(plans([]).filter((step): step is CallStep => step.step === "call").map((c) => c.manner));
  assertEquals([...manners].sort(), ["async", "plain"]);
});

const STEP_OF: [Fault, Step["step"]][] = [
  ["eviction", "evict"],
  ["crash", "crash"],
  ["executorDeath", "kill"],
  ["clockStep", "jump"],
  ["lateAlarm", "alarm"],
  ["doubleAlarm", "alarm"],
  ["storageFull", "full"],
];

for (const [fault, kind] of STEP_OF) {
  Deno.test(`makePlan takes the step "${kind}" for the fault "${fault}"`, () => {
    const kinds = new Set(plans([fault]).map(({ step }) => step));
    assertEquals([...kinds].sort(), ["call", "cancel", "wait", kind].sort());
  });
}

Deno.test("makePlan asks for every durability, method and manner, and for answers at the very edge", () => {
  const calls = plans(FAULTS).filter((step): step is CallStep => step.step === "call");
  assertEquals(new Set(calls.map((call) => call.durability)).size, 3);
  assertEquals(new Set(calls.map((call) => call.method)).size, 2);
  assertEquals(new Set(calls.map((call) => call.manner)).size, 6);
  assert(calls.some((call) => call.takes === call.timeout - 1));
  assert(calls.some((call) => call.takes > call.timeout));
  assert(calls.some((call) => call.named) && calls.some((call) => call.onLate) && calls.some((call) => call.breaks));
});

Deno.test("makePlan cancels in transactions that are undone only where handlers throw as well", () => {
  const undone = (faults: readonly Fault[]) => plans(faults).some((step) => step.step === "cancel" && step.undone);
  assertEquals([undone(["throw"]), undone(FAULTS.filter((fault) => fault !== "throw"))], [true, false]);
});

Deno.test("makePlan evicts objects that may have settled a deferred request from memory", () => {
  const steps = plans(["eviction"]);
  const found = steps.some((step, at) => {
    const [call, wait] = [steps[at - 2], steps[at - 1]];
    return step.step === "evict" && wait?.step === "wait" && call?.step === "call" && call.durability === "deferred";
  });
  assert(found);
});

Deno.test("makePlan cancels only what has been called, and names each request once", () => {
  for (let seed = 0; seed < 30; seed++) {
    const called = new Set<number>();
    for (const step of makePlan(seed, 200, new Set(FAULTS))) {
      if (step.step === "cancel") assert(called.has(step.request));
      if (step.step !== "call") continue;
      assert(!called.has(step.request));
      called.add(step.request);
    }
  }
});
