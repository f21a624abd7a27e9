// A Worker as a user of the npm package writes it: an object that asks, and remembers what it was answered.
import { DozeObject, FetchError, type ResponseSync } from "@doze/fetch/cloudflare";
export { FetchExecutor } from "@doze/fetch/cloudflare";

interface Env {
  readonly AGENT: DurableObjectNamespace<Agent>;
}

export class Agent extends DozeObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, { policy: { allowPrivate: true } });
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS replies (url TEXT, reply TEXT)");
  }

  ask(url: string): string {
    return this.proxyFetch(url, this.ctn().onReply(url, this.ctn().$result), { timeout: 5_000 });
  }

  onReply(url: string, result: ResponseSync | FetchError): void {
    const reply = result instanceof FetchError ? result.code : `${result.status} ${result.text()}`;
    this.ctx.storage.sql.exec("INSERT INTO replies VALUES (?, ?)", url, reply);
  }

  replies(): string[] {
    return this.ctx.storage.sql.exec("SELECT reply FROM replies").toArray().map(({ reply }) => String(reply));
  }
}

export default {
  async fetch(request, env): Promise<Response> {
    const agent = env.AGENT.getByName("one");
    const url = new URL(request.url).searchParams.get("ask");
    return Response.json(url === null ? await agent.replies() : await agent.ask(url));
  },
} satisfies ExportedHandler<Env>;
