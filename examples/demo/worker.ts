/**
 * The demo's Worker: objects that hand slow calls over, and count what it costs them.
 *
 * @module
 */
import { DozeObject, FetchError, FetchExecutor, type ResponseSync } from "@doze/fetch/cloudflare";
import type { Acknowledgement, DurableObjectStateLike, Message } from "@doze/fetch/cloudflare";
import { type Counts, meter } from "./meter.ts";

export { FetchExecutor };

/** What an object tells about itself. */
export interface Report extends Counts {
  /** One entry per run of the continuation: what it was given, and when, in milliseconds since the epoch. */
  readonly runs: readonly { readonly outcome: string; readonly at: number }[];
  /** How many outcomes came too late, since the object was last started. */
  readonly late: number;
  /** How long something was pending in the object, in milliseconds, since it was last started. */
  readonly pendingMs: number;
}

/** Loopback is refused unless allowed: the demo's API is there. */
const OPTIONS = { policy: { allowPrivate: true }, grace: 1_000 };

/** An object that asks and remembers what it was answered. */
export class DemoAgent extends DozeObject {
  readonly #counts: () => Counts;
  readonly #seen: { late: number };
  #pendingMs = 0;

  constructor(ctx: DurableObjectStateLike, env: unknown, executor = "FetchExecutor") {
    const counts = meter(ctx);
    const seen = { late: 0 };
    super(ctx, env, {
      ...OPTIONS,
      executor,
      onEvent: (event) => {
        if (event.type === "late") seen.late++;
      },
    });
    this.#counts = counts;
    this.#seen = seen;
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS runs (outcome TEXT, at INTEGER)");
  }

  /** Hands requests over and returns at once. */
  start(url: string, timeout: number, count: number): void {
    this.#timed(() => {
      for (let i = 0; i < count; i++) this.proxyFetch(url, this.ctn().onReply(this.ctn().$result), { timeout });
    });
  }

  /** The continuation. */
  onReply(result: ResponseSync | FetchError): void {
    const outcome = result instanceof FetchError ? result.code : String(result.status);
    this.ctx.storage.sql.exec("INSERT INTO runs VALUES (?, ?)", outcome, Date.now());
  }

  /** The same fetch as everybody writes it: the object waits. */
  async startDirect(url: string): Promise<number> {
    const start = Date.now();
    await (await fetch(url)).text();
    return Date.now() - start;
  }

  /** What has happened so far. */
  report(): Report {
    const runs = this.ctx.storage.sql.exec("SELECT outcome, at FROM runs ORDER BY rowid").toArray();
    return {
      ...this.#counts(),
      runs: runs.map((row) => ({ outcome: String(row.outcome), at: Number(row.at) })),
      late: this.#seen.late,
      pendingMs: this.#pendingMs,
    };
  }

  override async dozeDeliver(message: Message): Promise<Acknowledgement> {
    const start = Date.now();
    const answer = await super.dozeDeliver(message);
    this.#pendingMs += Date.now() - start;
    return answer;
  }

  #timed(run: () => void): void {
    const start = Date.now();
    run();
    this.#pendingMs += Date.now() - start;
  }
}

/** Holds each outcome back until the deadline has passed. */
export class LateExecutor extends FetchExecutor {
  override run(...[job, origin]: Parameters<FetchExecutor["run"]>): void {
    super.run(job, {
      async dozeDeliver(message) {
        if (message.type === "outcome") await new Promise((resolve) => setTimeout(resolve, job.due - Date.now() + 300));
        return await origin.dozeDeliver(message);
      },
    });
  }
}

/** Makes each delivery twice. */
export class DuplicateExecutor extends FetchExecutor {
  override run(...[job, origin]: Parameters<FetchExecutor["run"]>): void {
    super.run(job, {
      async dozeDeliver(message) {
        const [first] = await Promise.all([origin.dozeDeliver(message), origin.dozeDeliver(message)]);
        return first;
      },
    });
  }
}

/** An agent whose outcomes lose to the deadline. */
export class LateAgent extends DemoAgent {
  constructor(ctx: DurableObjectStateLike, env: unknown) {
    super(ctx, env, "LateExecutor");
  }
}

/** An agent whose outcomes come twice. */
export class DuplicateAgent extends DemoAgent {
  constructor(ctx: DurableObjectStateLike, env: unknown) {
    super(ctx, env, "DuplicateExecutor");
  }
}

interface Env {
  readonly [kind: string]: { getByName(name: string): Stub };
}

/** What a stub of a {@linkcode DemoAgent} offers. */
interface Stub {
  start(url: string, timeout: number, count: number): Promise<void>;
  startDirect(url: string): Promise<number>;
  report(): Promise<Report>;
}

export default {
  /** `POST /start|/direct|/report?kind=BINDING&name=NAME&url=URL&timeout=MS&count=N`. */
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const stub = env[searchParams.get("kind") ?? "AGENT"].getByName(searchParams.get("name") ?? "");
    const url = searchParams.get("url") ?? "";
    if (pathname === "/start") {
      await stub.start(url, Number(searchParams.get("timeout")), Number(searchParams.get("count")));
      return Response.json(null);
    }
    return Response.json(pathname === "/direct" ? await stub.startDirect(url) : await stub.report());
  },
};
