/**
 * The README's agent as a whole Worker: `GET /NAME?ask=PROMPT` asks, `GET /NAME` tells what has been answered.
 *
 * @module
 */
import type { Agent } from "./agent.ts";

export { Agent, FetchExecutor } from "./agent.ts";

interface Env {
  readonly AGENT: { getByName(name: string): { [K in keyof Agent]: (...args: unknown[]) => Promise<unknown> } };
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const agent = env.AGENT.getByName(pathname.slice(1));
    const prompt = searchParams.get("ask");
    return Response.json(prompt === null ? await agent.replies() : await agent.ask(prompt));
  },
};
