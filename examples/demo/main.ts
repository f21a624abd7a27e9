/**
 * The demo: a real API, a real Worker, and everything that can go wrong on the way. `deno task demo`.
 *
 * @module
 */
import { type Api, startApi } from "./api.ts";
import { type Case, CASES } from "./cases.ts";
import { type Result, runLocalCase } from "./local_case.ts";
import { formatTable } from "./table.ts";
import type { Report } from "./worker.ts";
import { startWorkerd, type Workerd } from "./workerd.ts";

const HEADER = [
  "case",
  "what happens",
  "outcome",
  "runs",
  "latency ms",
  "rows",
  "alarms",
  "pending ms",
  "direct ms",
  "",
];
/** Longest wait for one case, in milliseconds, beyond its timeout. */
const PATIENCE = 10_000;

async function call<T>(server: Workerd, path: string, query: Record<string, string | number>): Promise<T> {
  const search = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
  const response = await server.fetch(`${path}?${search}`);
  const text = await response.text();
  if (response.status !== 200) throw new DemoError(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

/** Something in the demo itself does not work. */
class DemoError extends Error {}

/** Asks again and again until `done`, or until the time is over. */
async function poll<T>(ask: () => Promise<T>, done: (value: T) => boolean, ms: number): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await ask();
    if (done(value) || Date.now() > end) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function runCase(server: Workerd, api: Api, test: Case): Promise<Result> {
  const { kind, name, timeout, count = 1, late = 0 } = test;
  const separator = test.target.includes("?") ? "&" : "?";
  const url = test.target === "refused" ? api.refusedUrl : `${api.url}${test.target}${separator}case=${name}`;
  const before = await call<Report>(server, "/report", { kind, name });
  const start = Date.now();
  await call(server, "/start", { kind, name, url, timeout, count });
  if (test.evict) {
    await poll(() => Promise.resolve(api.hits.get(name) ?? 0), (hits) => hits >= count, PATIENCE);
    await server.evict(kind, name);
  }
  const report = await poll(
    () => call<Report>(server, "/report", { kind, name }),
    (seen) => seen.runs.length >= count && seen.late >= late,
    timeout + PATIENCE,
  );
  const direct = test.target === "refused" || test.target.startsWith("/reset") || timeout < 2_000 && kind === "AGENT"
    ? "-"
    : await call<number>(server, "/direct", { kind, name, url });
  return {
    name,
    title: test.title,
    outcome: [...new Set(report.runs.map((run) => run.outcome))].join(" ") + (late > 0 ? ` +${report.late} late` : ""),
    runs: report.runs.length,
    latency: Math.max(...report.runs.map((run) => run.at)) - start,
    // An evicted object starts to count anew: its first half is not seen.
    rows: test.evict ? "-" : report.rowsWritten - before.rowsWritten,
    alarms: test.evict ? "-" : report.alarms - before.alarms,
    pending: report.pendingMs,
    direct,
    ok: report.runs.length === count && report.runs.every((run) => run.outcome === test.outcome) &&
      report.late === late,
  };
}

/** Looks once more at the end: what ran twice would show by now. */
async function countAgain(server: Workerd, test: Case, result: Result): Promise<Result> {
  const { runs } = await call<Report>(server, "/report", { kind: test.kind, name: test.name });
  return { ...result, runs: runs.length, ok: result.ok && runs.length === (test.count ?? 1) };
}

async function runOnCloudflare(api: Api): Promise<Result[]> {
  const server = await startWorkerd({
    main: new URL("./worker.ts", import.meta.url),
    objects: { AGENT: "DemoAgent", LATE_AGENT: "LateAgent", DUPLICATE_AGENT: "DuplicateAgent" },
  });
  try {
    const results: Result[] = [];
    for (const test of CASES) {
      console.log(`  ${test.name}: ${test.title} …`);
      results.push(await runCase(server, api, test));
    }
    return await Promise.all(CASES.map((test, index) => countAgain(server, test, results[index])));
  } finally {
    await server.close();
  }
}

async function main(): Promise<number> {
  const api = startApi();
  console.log(`A slow API listens on ${api.url}. Starting workerd …`);
  const results = await runOnCloudflare(api);
  console.log("  killed: the local host, killed with SIGKILL while the fetch is in flight …");
  results.push(await runLocalCase(api));
  await api.close();
  const rows = results.map((result) => [
    result.name,
    result.title,
    result.outcome,
    result.runs,
    result.latency,
    result.rows,
    result.alarms,
    result.pending,
    result.direct,
    result.ok ? "ok" : "WRONG",
  ]);
  console.log(`\n${formatTable(HEADER, rows)}\n`);
  console.log("pending: how long the object had something pending, hence was billed; direct: the same, had it waited.");
  const wrong = results.filter((result) => !result.ok).map((result) => result.name);
  console.log(wrong.length === 0 ? `\nAll ${results.length} cases as they should be.` : `\nWrong: ${wrong.join(", ")}`);
  return wrong.length === 0 ? 0 : 1;
}

Deno.exit(await main());
