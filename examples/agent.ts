import { DozeObject, FetchError, type ResponseSync } from "@doze/fetch/cloudflare";
export { FetchExecutor } from "@doze/fetch/cloudflare"; // nothing to configure: reached through ctx.exports

interface Env {
  readonly API_URL: string;
}

export class Agent extends DozeObject<Env> {
  /** Returns at once with the request's id; the object may now sleep, be evicted, or be redeployed. */
  ask(prompt: string): string {
    const url = `${this.env.API_URL}?prompt=${encodeURIComponent(prompt)}`;
    return this.proxyFetch(url, this.ctn().onReply(prompt, this.ctn().$result), { timeout: 20_000 });
  }

  /** Runs once, in one transaction with its own writes, whatever died in between. */
  onReply(prompt: string, result: ResponseSync | FetchError): void {
    const reply = result instanceof FetchError ? result.code : result.text();
    this.ctx.storage.sql.exec("INSERT INTO replies VALUES (?, ?)", prompt, reply);
  }
}
