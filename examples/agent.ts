import { DozeObject, FetchError, type ResponseSync } from "@doze/fetch/cloudflare";
export { FetchExecutor } from "@doze/fetch/cloudflare"; // nothing to configure: reached through ctx.exports

export class Agent extends DozeObject<{ API_URL: string }> {
  // Returns at once with the request's id; the object may now sleep, be evicted, be redeployed.
  ask(prompt: string): string {
    const url = `${this.env.API_URL}?prompt=${encodeURIComponent(prompt)}`;
    return this.proxyFetch(url, this.ctn().onReply(prompt, this.ctn().$result), { timeout: 20_000 });
  }

  // Runs once, and what it writes is committed with it, whatever died in between.
  onReply(prompt: string, result: ResponseSync | FetchError): void {
    this.ctx.storage.kv.put(prompt, result instanceof FetchError ? result.code : result.text());
  }

  replies(): Record<string, string> {
    return Object.fromEntries(this.ctx.storage.kv.list<string>());
  }
}
