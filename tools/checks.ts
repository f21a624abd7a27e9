/**
 * `deno task test`: everything a contributor needs, the quickest check first.
 *
 * Formatter, linter and type checker run side by side; when one of them fails, the rest is not started, unless
 * `--all` is given, as `.ci/run` does so that it always knows the true counts. The tests, doc examples among them,
 * run beside the documentation linter and the dry run of publishing. The tests that measure time (`*_speed_test.ts`)
 * come last, one after the other: beside anything else they would measure that too.
 *
 * @module
 */
import { countCheck, type Counts, countsLine, countTests, sumCounts } from "./summary.ts";
import { entryFiles } from "./manifest.ts";
import { readTree } from "./tree.ts";

/** One command and how to count it. */
export interface Step {
  /** What the contributor sees. */
  readonly name: string;
  /** Arguments for `deno`. */
  readonly args: readonly string[];
  /** Turns what the command printed, and its exit code, into counts. */
  count(output: string, code: number): Counts;
}

/** The steps, by stage; those of one stage run side by side. `speedTests` are left out of the others. */
export function plan(entries: readonly string[], speedTests: readonly string[] = []): Step[][] {
  const check = (_: string, code: number): Counts => countCheck(code);
  const test = ["test", "--allow-all", "--no-check"];
  const ignored = speedTests.length === 0 ? [] : [`--ignore=${speedTests.join()}`];
  return [
    [
      { name: "fmt", args: ["fmt", "--check"], count: check },
      { name: "lint", args: ["lint"], count: check },
      { name: "types", args: ["check", "--frozen", "--doc", "."], count: check },
    ],
    [
      { name: "tests", args: [...test, "--doc", "--parallel", ...ignored], count: countTests },
      { name: "doc --lint", args: ["doc", "--lint", ...entries], count: check },
      { name: "publish --dry-run", args: ["publish", "--dry-run", "--allow-dirty"], count: check },
    ],
    speedTests.length === 0 ? [] : [{ name: "speed tests", args: [...test, ...speedTests], count: countTests }],
  ];
}

/**
 * Runs the stages in order.
 *
 * @param stages What to run.
 * @param all Whether to go on after a stage that failed.
 * @param print Where the output of each step goes, whole, when the step has ended.
 */
export async function runStages(
  stages: readonly (readonly Step[])[],
  all: boolean,
  print: (text: string) => void,
): Promise<Counts> {
  let sum = sumCounts([]);
  for (const stage of stages) {
    sum = sumCounts([sum, ...await Promise.all(stage.map((step) => runStep(step, print)))]);
    if (sum.failed > 0 && !all) break;
  }
  return sum;
}

async function runStep(step: Step, print: (text: string) => void): Promise<Counts> {
  const start = performance.now();
  const output = await new Deno.Command(Deno.execPath(), {
    args: [...step.args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  const stdout = decoder.decode(output.stdout);
  const counts = step.count(stdout, output.code);
  const verdict = counts.failed === 0 ? "ok" : "FAILED";
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const shown = counts.failed === 0 ? lastLine(stdout) : whatFailed(stdout, decoder.decode(output.stderr));
  print(`${verdict} ${step.name} (${seconds} s) ${shown}\n`);
  return counts;
}

/** What to read of a run that failed: the errors and the names alone where Deno lists them, else all it printed. */
export function whatFailed(stdout: string, stderr: string): string {
  const errors = stdout.lastIndexOf("\n ERRORS ");
  return errors < 0 ? `${stderr}\n${stdout}` : stdout.slice(errors);
}

/** The last line that says something: for a run that went well it is all one wants to read. */
function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

if (import.meta.main) {
  const speedTests = readTree().map(({ path }) => path).filter((path) => path.endsWith("_speed_test.ts"));
  const counts = await runStages(plan(entryFiles(), speedTests), Deno.args.includes("--all"), (text) => {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  });
  console.log(countsLine(counts));
  Deno.exit(counts.failed === 0 ? 0 : 1);
}
