/**
 * Counts what a run of tests really did, from what Deno printed and how it exited.
 *
 * @module
 */

/** How many tests passed and failed. */
export interface Counts {
  /** Tests that passed, doc examples included; steps inside a test are not counted. */
  readonly passed: number;
  /** Tests that failed, and runs that broke before or after their tests. */
  readonly failed: number;
}

/** Nothing passed, one thing failed: a run that broke where no test can be named. */
const BROKEN: Counts = { passed: 0, failed: 1 };

const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed\b/;

/**
 * Counts one run of `deno test`.
 *
 * Only the last summary counts: a test may itself run Deno and print another. A run without a summary, or with no
 * test in it, or one that exits with an error though no test failed, is a failure.
 *
 * @param output Everything the run wrote to stdout, without colours.
 * @param code The exit code.
 */
export function countTests(output: string, code: number): Counts {
  const last = output.split("\n").map((line) => SUMMARY.exec(line.trimEnd())).findLast((match) => match !== null);
  if (!last) return BROKEN;
  const passed = Number(last[1]);
  const failed = Number(last[2]);
  if (failed === 0 && (code !== 0 || passed === 0)) return { passed, failed: 1 };
  return { passed, failed };
}

/**
 * Counts one run of a check that is no test (formatter, linter, type checker): silent when it passes.
 *
 * @param code The exit code.
 */
export function countCheck(code: number): Counts {
  return code === 0 ? { passed: 0, failed: 0 } : BROKEN;
}

/** Adds up the counts of several runs. */
export function sumCounts(counts: readonly Counts[]): Counts {
  return counts.reduce((sum, one) => ({ passed: sum.passed + one.passed, failed: sum.failed + one.failed }), {
    passed: 0,
    failed: 0,
  });
}

/** The one line that a build server reads. */
export function countsLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed`;
}
