/**
 * Objects that fetch in every way there is. `POST /BINDING/NAME/METHOD` calls a method, with the arguments as JSON.
 *
 * @module
 */
import {
  DozeObject,
  type DozeOptions,
  type DurableObjectStateLike,
  type FetchError,
  FetchExecutorTarget,
  FetchOrchestrator,
  fetchQueueConsumer,
  RequestSync,
  type ResponseSync,
} from "@doze/fetch/cloudflare";
import { WorkerEntrypoint } from "cloudflare:workers";
import { describe, type Described } from "../../../strategies/described.ts";
import { withOptions } from "../with_options.ts";

export { FetchExecutor } from "@doze/fetch/cloudflare";

/** An entrypoint of a Worker's own, with fetches as a part of it. */
export class Api extends WorkerEntrypoint {
  get fetches(): FetchExecutorTarget {
    return new FetchExecutorTarget(this.ctx);
  }
}

/** What a bad call came to. */
export interface Refusal {
  readonly code: unknown;
  readonly message: string;
}

class Agent extends DozeObject {
  constructor(ctx: DurableObjectStateLike, env: unknown, options: DozeOptions = {}) {
    super(ctx, env, { policy: { allowPrivate: true }, ...options });
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS outcomes (text TEXT)");
  }

  ask(label: string, url: string, init: object, options: object): string | Refusal {
    try {
      return this.proxyFetch(new RequestSync(url, init), this.ctn().onReply(label, this.ctn().$result), options);
    } catch (error) {
      return error instanceof Error && "code" in error ? { code: error.code, message: error.message } : String(error);
    }
  }

  askAll(urls: string[], options: object): void {
    for (const url of urls) this.ask(url, url, {}, options);
  }

  onReply(label: string, result: ResponseSync | FetchError): void {
    const text = JSON.stringify(describe(label, result));
    this.ctx.storage.sql.exec("INSERT INTO outcomes VALUES (?)", text);
  }

  outcomes(): Described[] {
    const rows = this.ctx.storage.sql.exec("SELECT text FROM outcomes ORDER BY rowid").toArray();
    return rows.map(({ text }) => JSON.parse(String(text)));
  }

  stop(id: string): boolean {
    return this.requests.cancel(id) !== undefined;
  }

  /** Ends at once, as a deploy or a failing machine ends an object. */
  die(): void {
    this.ctx.abort?.("a test ends it");
  }

  open(): number {
    return this.requests.pending().length;
  }
}

const TargetAgent = withOptions(Agent, { executor: "API.fetches" });
const SlowAgent = withOptions(Agent, { queue: "SLOW_QUEUE" });
const UnboundAgent = withOptions(Agent, { queue: "NONE", orchestrator: "None" });
const StormAgent = withOptions(Agent, { orchestrator: "STORM_ORCHESTRATOR" });
const StormOrchestrator = withOptions(FetchOrchestrator, { maxInFlight: 5, concurrency: 2 });

class Polite extends FetchOrchestrator {
  constructor(ctx: DurableObjectStateLike, env: unknown) {
    super(ctx, env, { maxInFlight: 5 });
  }
}

export { Agent, Polite as FetchOrchestrator, SlowAgent, StormAgent, StormOrchestrator, TargetAgent, UnboundAgent };

type Call = (...args: unknown[]) => Promise<unknown>;
interface Namespace {
  getByName(name: string): Record<string, Call>;
}

async function handle(request: Request, env: unknown): Promise<Response> {
  const [binding, name, method] = new URL(request.url).pathname.slice(1).split("/").map(decodeURIComponent);
  const namespace = (env as Record<string, Namespace>)[binding];
  const args = await request.json() as unknown[];
  return Response.json({ value: await namespace.getByName(name)[method](...args) ?? null });
}

export default { fetch: handle, queue: fetchQueueConsumer };
