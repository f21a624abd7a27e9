import { DurableObject } from "cloudflare:workers";
import { type Acknowledgement, type AlarmInfoLike, doze, FetchError } from "@doze/fetch/cloudflare";
import type { Message, ResponseSync } from "@doze/fetch/cloudflare";

/** Extends what it must, here the platform's own class, and composes the rest. */
export class Chat extends DurableObject<{ API_URL: string }> {
  readonly #doze = doze(this, this.ctx, this.env, { timeout: 10_000 });

  alarm(info?: AlarmInfoLike): Promise<void> {
    return this.#doze.alarm(info);
  }

  dozeDeliver(message: Message): Promise<Acknowledgement> {
    return this.#doze.dozeDeliver(message);
  }

  ask(prompt: string): string {
    const { proxyFetch, ctn } = this.#doze;
    const url = `${this.env.API_URL}?prompt=${encodeURIComponent(prompt)}`;
    return proxyFetch(url, ctn().onReply(prompt, ctn().$result));
  }

  onReply(prompt: string, result: ResponseSync | FetchError): void {
    this.ctx.storage.kv.put(prompt, result instanceof FetchError ? result.code : result.text());
  }

  replies(): Record<string, string> {
    return Object.fromEntries(this.ctx.storage.kv.list<string>());
  }
}
