/**
 * The demo's last case: a process is killed while its fetch is in flight, and started again.
 *
 * @module
 */
import type { Api } from "./api.ts";

/** What came of a case; `"-"` where a figure makes no sense. */
export interface Result {
  /** The case's name. */
  readonly name: string;
  /** What happened, for the reader. */
  readonly title: string;
  /** What the continuation was given. */
  readonly outcome: string;
  /** How often continuations ran. */
  readonly runs: number;
  /** From the call to the continuation, in milliseconds. */
  readonly latency: number;
  /** Rows written to Doze's tables. */
  readonly rows: number | "-";
  /** Calls of `setAlarm`. */
  readonly alarms: number | "-";
  /** How long the object had something pending, in milliseconds. */
  readonly pending: number | "-";
  /** How long it had, waiting for the fetch itself, in milliseconds. */
  readonly direct: number | "-";
  /** Whether all of it is as it should be. */
  readonly ok: boolean;
}

/** Longest wait for the second process, in milliseconds. */
const PATIENCE = 20_000;

function start(...args: string[]): Deno.ChildProcess {
  const script = new URL("./local_process.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", script, ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Runs the case against a real API, over a real file. */
export async function runLocalCase(api: Api): Promise<Result> {
  const directory = await Deno.makeTempDir({ prefix: "doze-demo-" });
  try {
    const begin = Date.now();
    const first = start(`${directory}/agent.db`, `${api.url}/?delay=1500&case=killed`);
    while ((api.hits.get("killed") ?? 0) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    first.kill("SIGKILL");
    await first.output();
    const second = start(`${directory}/agent.db`);
    const timer = setTimeout(() => second.kill("SIGKILL"), PATIENCE);
    const output = new TextDecoder().decode((await second.output()).stdout);
    clearTimeout(timer);
    const outcomes: string[] = output.trim() === "" ? [] : JSON.parse(output);
    return {
      name: "killed",
      title: "local host: SIGKILL in mid-flight, started again",
      outcome: outcomes.join(" "),
      runs: outcomes.length,
      latency: Date.now() - begin,
      rows: "-",
      alarms: "-",
      pending: "-",
      direct: "-",
      ok: outcomes.length === 1 && outcomes[0] === "200",
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
