/**
 * The examples as a whole Worker: `GET /AGENT/NAME?ask=PROMPT` asks an agent, `GET /AGENT/NAME` tells what it has been
 * answered; `/CHAT/NAME` does the same with the composed class.
 *
 * @module
 */
export { Agent, FetchExecutor } from "./agent.ts";
export { Chat } from "./chat.ts";

interface Stub {
  ask(prompt: string): Promise<string>;
  replies(): Promise<Record<string, string>>;
}

export default {
  async fetch(request: Request, env: Record<string, { getByName(name: string): Stub }>): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [binding, name] = pathname.slice(1).split("/");
    const object = env[binding].getByName(name);
    const prompt = searchParams.get("ask");
    return Response.json(prompt === null ? await object.replies() : await object.ask(prompt));
  },
};
