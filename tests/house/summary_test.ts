import { assertEquals, assertMatch } from "@std/assert";
import { countCheck, countsLine, countTests, sumCounts } from "../../tools/summary.ts";

Deno.test("countTests reads tests and not their steps", () => {
  const output = "a ... ok (1ms)\n\nok | 12 passed (30 steps) | 0 failed (2s)\n\n";
  assertEquals(countTests(output, 0), { passed: 12, failed: 0 });
});

Deno.test("countTests reads failures beside ignored and filtered tests", () => {
  const output = "FAILED | 3 passed (1 step) | 2 failed (1 step) | 1 ignored | 4 filtered out (80ms)\n";
  assertEquals(countTests(output, 1), { passed: 3, failed: 2 });
});

Deno.test("countTests takes the last summary, not one that a test printed", () => {
  const output = "ok | 99 passed | 0 failed (1ms)\nFAILED | 1 passed | 1 failed (2ms)\n";
  assertEquals(countTests(output, 1), { passed: 1, failed: 1 });
});

Deno.test("countTests counts a run that broke before its tests as one failure", () => {
  assertEquals(countTests("error: Module not found\n", 1), { passed: 0, failed: 1 });
  assertEquals(countTests("", 0), { passed: 0, failed: 1 });
});

Deno.test("countTests counts a run that exits with an error after its tests passed", () => {
  assertEquals(countTests("ok | 5 passed | 0 failed (1ms)\n", 1), { passed: 5, failed: 1 });
});

Deno.test("countTests counts a run without a test as a failure", () => {
  assertEquals(countTests("ok | 0 passed | 0 failed | 7 filtered out (0ms)\n", 0), { passed: 0, failed: 1 });
});

Deno.test("countCheck counts nothing for a check that passes, one for a check that fails", () => {
  assertEquals(countCheck(0), { passed: 0, failed: 0 });
  assertEquals(countCheck(2), { passed: 0, failed: 1 });
});

Deno.test("sumCounts and countsLine give the last line of a build", () => {
  const sum = sumCounts([{ passed: 2, failed: 0 }, { passed: 3, failed: 1 }, countCheck(0)]);
  assertEquals(countsLine(sum), "5 passed, 1 failed");
});

Deno.test("countTests agrees with what this Deno prints", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${dir}/a_test.ts`,
      'Deno.test("a", async (t) => { await t.step("s", () => {}); });\nDeno.test("b", () => { throw 1; });\n' +
        "/**\n * ```ts\n * const x = 1;\n * ```\n */\nexport const a = 1;\n",
    );
    const run = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--doc", "--no-config", "--no-check", "."],
      cwd: dir,
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "null",
    }).output();
    assertEquals(countTests(new TextDecoder().decode(run.stdout), run.code), { passed: 2, failed: 1 });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test(".ci/run ends in the counts alone and exits non-zero where Deno cannot even start", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/npx`, "#!/bin/sh\necho 'no network' >&2\nexit 7\n", { mode: 0o755 });
    const run = await ciRun(dir);
    assertEquals(run.lines.at(-1), "0 passed, 1 failed");
    assertEquals(run.code, 1);
    await Deno.writeTextFile(`${dir}/npx`, "#!/bin/sh\necho '4 passed, 0 failed'\necho notice\nexit 3\n", {
      mode: 0o755,
    });
    const crashed = await ciRun(dir);
    assertEquals(crashed.lines.at(-1), "4 passed, 1 failed");
    assertEquals(crashed.code, 3);
    await Deno.writeTextFile(`${dir}/npx`, "#!/bin/sh\necho '4 passed, 0 failed'\n", { mode: 0o755 });
    const good = await ciRun(dir);
    assertEquals(good.lines, ["4 passed, 0 failed"]);
    assertEquals(good.code, 0);
    await Deno.writeTextFile(`${dir}/npx`, "#!/bin/sh\necho '4 passed, 2 failed'\n", { mode: 0o755 });
    assertEquals((await ciRun(dir)).code, 1);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

async function ciRun(binaries: string): Promise<{ lines: string[]; code: number }> {
  const script = new URL("../../.ci/run", import.meta.url).pathname;
  const run = await new Deno.Command("bash", {
    args: [script],
    env: { PATH: `${binaries}:${Deno.env.get("PATH")}` },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(run.stdout);
  assertMatch(text, /\n$/);
  return { lines: text.trimEnd().split("\n"), code: run.code };
}
