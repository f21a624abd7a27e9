/**
 * Objects whose methods the tests call by name over HTTP: `POST /BINDING/NAME/METHOD` with the arguments as JSON.
 *
 * @module
 */
import { DurableObject } from "cloudflare:workers";
import {
  doze,
  DozeObject,
  type DozeOptions,
  FetchError,
  FetchExecutor,
  type Message,
  RequestSync,
  type ResponseSync,
} from "@doze/fetch/cloudflare";
import type { Acknowledgement, DurableObjectStateLike, Job } from "@doze/fetch/cloudflare";
import { stringify } from "../../../../core/serializer/mod.ts";
import { type Counts, meter } from "../../../../examples/demo/meter.ts";
import { withOptions } from "../with_options.ts";

export { FetchExecutor };

const OPTIONS: DozeOptions = { policy: { allowPrivate: true }, grace: 1_000 };

/** What a bad call came to. */
export interface Refusal {
  readonly code: unknown;
  readonly message: string;
}

class Ag extends DozeObject {
  readonly #counts: () => Counts;
  readonly #events: string[];
  #failing = new Set<string>();

  constructor(ctx: DurableObjectStateLike, env: unknown, options: DozeOptions = {}) {
    const counts = meter(ctx);
    const events: string[] = [];
    super(ctx, env, {
      ...OPTIONS,
      handlerRetry: { attempts: 3, backoff: 20, jitter: 0 },
      alarms: { retry: { attempts: 3, backoff: 20, jitter: 0 } },
      onEvent: (event) => void events.push(event.type),
      ...options,
    });
    this.#counts = counts;
    this.#events = events;
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS runs (label TEXT, outcome TEXT)");
  }

  ask(url: string, label: string, options: object = {}): string {
    return this.proxyFetch(url, this.ctn().onReply(label, this.ctn().$result), options);
  }

  askMany(url: string, count: number): void {
    for (let i = 0; i < count; i++) this.ask(`${url}&n=${i}`, String(i), { timeout: 15_000 });
  }

  onReply(label: string, result: ResponseSync | FetchError): void {
    this.ctx.storage.sql.exec(
      "INSERT INTO runs VALUES (?, ?)",
      label,
      result instanceof FetchError ? result.code : String(result.status),
    );
    if (label === "always fails" || (label === "fails once" && !this.#failing.has(label))) {
      this.#failing.add(label);
      throw new RangeError(label);
    }
  }

  askAndHandOn(url: string, label: string): string {
    return this.proxyFetch(url, this.ctn().handOn(label, this.ctn().$result));
  }

  /** Returns what an RPC call returns, which is a promise that is a function. */
  handOn(label: string, result: ResponseSync): unknown {
    const { AGENT } = this.env as { AGENT: { getByName(name: string): Methods } };
    return AGENT.getByName(`${label}-next`).take(label, result.status);
  }

  take(label: string, status: number): void {
    this.ctx.storage.sql.exec("INSERT INTO runs VALUES (?, ?)", label, String(status));
    if (this.runs().length < 3) throw new RangeError(label);
  }

  remind(seconds: number, label: string): string {
    return this.alarms.schedule(seconds, this.ctn().onReminder(label)).id;
  }

  onReminder(label: string): void {
    if (label.includes("Overloaded")) throw new Error(label);
    this.ctx.storage.sql.exec("INSERT INTO runs VALUES (?, ?)", label, "reminded");
  }

  runs(): { label: string; outcome: string }[] {
    const rows = this.ctx.storage.sql.exec("SELECT label, outcome FROM runs ORDER BY rowid").toArray();
    return rows.map((row) => ({ label: String(row.label), outcome: String(row.outcome) }));
  }

  /** Deletes everything, the alarm included, while a request is under way; then starts anew. */
  async deleteAllAndAsk(url: string): Promise<void> {
    this.ask(url, "old");
    await (this.ctx.storage as unknown as { deleteAll(): Promise<void> }).deleteAll();
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS runs (label TEXT, outcome TEXT)");
    this.remind(0.3, "schedule");
    this.ask(url, "request");
  }

  /** Ends the object as a deploy does: every stub of it stays broken. */
  reset(): void {
    this.ctx.abort?.("reset");
  }

  counts(): Counts {
    return this.#counts();
  }

  events(): string[] {
    return this.#events;
  }

  rows(): number {
    return Number(this.ctx.storage.sql.exec("SELECT count(*) AS rows FROM doze_rows").toArray()[0].rows);
  }

  deadLetters(): { id: string; message: unknown }[] {
    return [...this.alarms.getDeadLetters()].map((letter) => ({ id: letter.id, message: letter.error?.message }));
  }

  /** Tells whether what should be a plain value is one. */
  returnsPlainValues(url: string): string[] {
    const schedule = this.alarms.schedule(60, this.ctn().onReminder("never"));
    const values = [
      this.proxyFetch(url, this.ctn().onReply("plain", this.ctn().$result)),
      schedule,
      this.alarms.cancelSchedule(schedule.id),
    ];
    return values.map((value) => value instanceof Promise ? "promise" : typeof value);
  }

  refusals(url: string): Refusal[] {
    const ok = this.ctn().onReply("never", this.ctn().$result);
    const loose = this.ctn() as unknown as Record<string, (...args: unknown[]) => unknown>;
    this.proxyFetch(url, ok, { id: "taken", timeout: 5_000 });
    return [
      () => this.proxyFetch(url, loose.missing()),
      () => this.proxyFetch(url, loose.constructor("return 1")),
      () => this.proxyFetch(url, loose.dozeDeliver({})),
      () => this.proxyFetch(url, "onReply"),
      () => this.proxyFetch("not a url", ok),
      () => this.proxyFetch("ftp://example.com/", ok),
      () => this.proxyFetch(url, ok, { timeout: -1 }),
      () => this.proxyFetch(url, ok, { timeout: NaN }),
      () => this.proxyFetch(url, ok, { timeout: 3_600_000 }),
      () => this.proxyFetch(url, ok, { id: "taken" }),
      () => this.alarms.schedule(new Date(NaN), ok),
      () => this.alarms.schedule(-1, ok),
      () => this.alarms.schedule(NaN, ok),
      () => this.alarms.schedule(1, 5),
    ].map(refusal);
  }

  /** How long it takes to hand a job over, in milliseconds. */
  async handOver(url: string): Promise<number> {
    const { FetchExecutor, Agent } = this.ctx.exports as {
      FetchExecutor: { run(job: Job, origin: object): Promise<void> };
      Agent: { get(id: unknown): object };
    };
    const request = stringify(new RequestSync(url));
    const job = {
      v: 1,
      id: "x",
      due: Date.now() + 5_000,
      token: "t",
      attempt: 1,
      request,
      timeout: 3_000,
      grace: 2_000,
    };
    const start = Date.now();
    await FetchExecutor.run({ ...job, v: 1, policy: { allowPrivate: true }, retry: undefined }, Agent.get(this.ctx.id));
    return Date.now() - start;
  }

  askLost(url: string): Refusal {
    return refusal(() => this.ask(url, "lost"));
  }
}

function refusal(call: () => unknown): Refusal {
  try {
    return { code: "none", message: String(call()) };
  } catch (error) {
    return error instanceof Error && "code" in error
      ? { code: error.code, message: error.message }
      : { code: "foreign", message: String(error) };
  }
}

/** An executor whose stub of the object has failed for good. */
export class BrokenStubExecutor extends FetchExecutor {
  override run(...[job, , address]: Parameters<FetchExecutor["run"]>): void {
    super.run(job, { dozeDeliver: () => Promise.reject(new RangeError("broken stub")) }, address);
  }
}

/** An executor that takes no job. */
export class RefusingExecutor extends FetchExecutor {
  override run(): void {
    throw new RangeError("no job today");
  }
}

/** An executor that takes every job and dies at once. */
export class DyingExecutor extends FetchExecutor {
  override run(): void {}
}

const Deserted = withOptions(Ag, { executor: "DyingExecutor" });
const Refused = withOptions(Ag, { executor: "RefusingExecutor" });
const Broken = withOptions(Ag, { executor: "BrokenStubExecutor" });
const Remote = withOptions(Ag, { executor: "REMOTE" });
const Lost = withOptions(Ag, { executor: "NOWHERE" });

class Composed extends DurableObject {
  readonly #doze = doze(this, this.ctx, this.env, OPTIONS);

  alarm(): Promise<void> {
    return this.#doze.alarm();
  }

  dozeDeliver(message: Message): Promise<Acknowledgement> {
    return this.#doze.dozeDeliver(message);
  }

  ask(url: string, label: string): string {
    return this.#doze.proxyFetch(url, this.#doze.ctn().onReply(label, this.#doze.ctn().$result));
  }

  onReply(label: string, result: ResponseSync | FetchError): void {
    const outcome = result instanceof FetchError ? result.code : String(result.status);
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS runs (label TEXT, outcome TEXT)");
    this.ctx.storage.sql.exec("INSERT INTO runs VALUES (?, ?)", label, outcome);
  }

  runs(): { label: string; outcome: string }[] {
    const { sql } = this.ctx.storage;
    if (sql.exec("SELECT name FROM sqlite_master WHERE name = 'runs'").toArray().length === 0) return [];
    const rows = sql.exec("SELECT label, outcome FROM runs").toArray();
    return rows.map((row) => ({ label: String(row.label), outcome: String(row.outcome) }));
  }
}

// The names under which they are exported are not those of the classes, which a minifier changes besides.
export {
  Ag as Agent,
  Broken as BrokenAgent,
  Composed as ComposedAgent,
  Deserted as DesertedAgent,
  Lost as LostAgent,
  Refused as RefusedAgent,
  Remote as RemoteAgent,
};

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

export default {
  async fetch(request: Request, env: Record<string, { getByName(name: string): Methods }>): Promise<Response> {
    const [binding, name, method] = new URL(request.url).pathname.slice(1).split("/");
    try {
      const value = await env[binding].getByName(name)[method](...await request.json() as unknown[]);
      return Response.json({ value: value ?? null });
    } catch (error) {
      return Response.json({ error: String(error) });
    }
  },
};
