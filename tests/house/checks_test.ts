import { assertEquals, assertStringIncludes } from "@std/assert";
import { plan, runStages, type Step, whatFailed } from "../../tools/checks.ts";
import { countCheck, countTests } from "../../tools/summary.ts";

function evaluate(name: string, code: string, count: Step["count"] = (_, exit) => countCheck(exit)): Step {
  return { name, args: ["eval", code], count };
}

Deno.test("plan starts with the quick checks and hands every entry to the documentation linter", () => {
  const stages = plan(["mod.ts", "adapters/memory.ts"]);
  assertEquals(stages.map((stage) => stage.map((step) => step.name)), [
    ["fmt", "lint", "types"],
    ["tests", "doc --lint", "publish --dry-run"],
    [],
  ]);
  assertEquals(stages[1][1].args, ["doc", "--lint", "mod.ts", "adapters/memory.ts"]);
});

Deno.test("plan runs the tests that measure time last, alone, and once", () => {
  const [, [tests], last] = plan(["mod.ts"], ["tests/a_speed_test.ts", "tests/b_speed_test.ts"]);
  assertEquals(tests.args.at(-1), "--ignore=tests/a_speed_test.ts,tests/b_speed_test.ts");
  assertEquals(last.map((step) => step.name), ["speed tests"]);
  assertEquals(last[0].args.slice(-2), ["tests/a_speed_test.ts", "tests/b_speed_test.ts"]);
  assertEquals(last[0].args.includes("--parallel"), false);
});

Deno.test("runStages adds up the tests of every stage", async () => {
  const tests = (count: number) => evaluate("t", `console.log("ok | ${count} passed | 0 failed (1ms)")`, countTests);
  assertEquals(await runStages([[tests(2), evaluate("c", "")], [tests(3)]], false, () => {}), { passed: 5, failed: 0 });
});

Deno.test("runStages stops after a stage that failed, and shows what it said", async () => {
  let shown = "";
  const bad = evaluate("bad", 'console.log("out"); console.error("err"); Deno.exit(1)');
  const never = evaluate("never", 'console.log("ran")');
  const counts = await runStages([[bad], [never]], false, (text) => shown += text);
  assertEquals(counts, { passed: 0, failed: 1 });
  assertStringIncludes(shown, "FAILED bad");
  assertStringIncludes(shown, "err\n\nout");
  assertEquals(shown.includes("ran"), false);
});

Deno.test("runStages goes on when all counts are wanted", async () => {
  const tests = evaluate("t", 'console.log("ok | 4 passed | 0 failed (1ms)")', countTests);
  assertEquals(await runStages([[evaluate("bad", "Deno.exit(1)")], [tests]], true, () => {}), { passed: 4, failed: 1 });
});

Deno.test("whatFailed leaves the tests that passed out where Deno lists the errors", () => {
  const errors = "\n ERRORS \n\nb => b_test.ts:2:6\nerror: InvalidUrlError\n\n FAILURES \n\nb => b_test.ts:2:6\n";
  assertEquals(whatFailed(`a ... ok (1ms)\nb ... FAILED (1ms)\n${errors}`, "Check a_test.ts"), errors);
  assertEquals(whatFailed("a panic", "a backtrace"), "a backtrace\na panic");
});
