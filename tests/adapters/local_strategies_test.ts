import { assertEquals, assertThrows } from "@std/assert";
import { type LocalContext, type LocalHost, LocalObject, startLocal } from "../../adapters/local.ts";
import { MemoryStorage } from "../../adapters/memory.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import type { FetchError } from "../../core/fetch/fetch_error.ts";
import type { ProxyFetchOptions } from "../../core/requests.ts";
import { RequestSync, type RequestSyncInit } from "../../core/serializer/request_sync.ts";
import type { ResponseSync } from "../../core/serializer/response_sync.ts";
import { refusingOrigin } from "../core/unruly_server.ts";
import { describe, type Described } from "../strategies/described.ts";
import { moodyServer } from "../strategies/moody_server.ts";
import { runSuite, type StrategyHost } from "../strategies/suite.ts";

class Agent extends LocalObject {
  readonly seen: Described[] = [];

  constructor(ctx: LocalContext) {
    super(ctx, undefined);
  }

  ask(label: string, url: string, init: RequestSyncInit, options: ProxyFetchOptions): string {
    return this.proxyFetch(new RequestSync(url, init), this.ctn().onReply(label, this.ctn().$result), options);
  }

  onReply(label: string, result: ResponseSync | FetchError): void {
    this.seen.push(describe(label, result));
  }
}

function start(storage: MemoryStorage): LocalHost<Agent> {
  return startLocal(Agent, {
    storage,
    policy: { allowPrivate: true },
    orchestrator: { storage: () => new MemoryStorage(), maxInFlight: 5 },
  });
}

/** Many objects, each on a storage of its own; losing one starts another on the same storage. */
class LocalAgents implements StrategyHost, AsyncDisposable {
  readonly #storages = new Map<string, MemoryStorage>();
  readonly #hosts = new Map<string, LocalHost<Agent>>();
  readonly #seen = new Map<string, Described[]>();

  #host(name: string): LocalHost<Agent> {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const storage = this.#storages.get(name) ?? new MemoryStorage();
    const host = start(storage);
    this.#storages.set(name, storage);
    this.#hosts.set(name, host);
    return host;
  }

  ask(name: string, label: string, url: string, init: RequestSyncInit, options: ProxyFetchOptions): Promise<string> {
    return Promise.resolve(this.#host(name).object.ask(label, url, init, options));
  }

  outcomes(name: string): Promise<Described[]> {
    return Promise.resolve([...this.#seen.get(name) ?? [], ...this.#host(name).object.seen]);
  }

  cancel(name: string, id: string): Promise<boolean> {
    return Promise.resolve(this.#host(name).object.requests.cancel(id) !== undefined);
  }

  async evict(name: string): Promise<void> {
    const host = this.#host(name);
    await host.close();
    this.#seen.set(name, host.object.seen);
    this.#hosts.delete(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => host.close()));
  }
}

for (const via of ["direct", "worker", "queue", "orchestrated", "auto"] as const) {
  Deno.test(`every outcome on the local host via ${via}`, async () => {
    await using server = moodyServer();
    await using agents = new LocalAgents();
    await runSuite(agents, server, refusingOrigin(), via, via);
  });
}

Deno.test("the local host refuses an orchestrator that it has not, at the call", async () => {
  const { object, close } = startLocal(Agent, { storage: new MemoryStorage() });
  const ask = () => object.ask("x", "https://a.example/", {}, { via: "orchestrated" });
  assertEquals(assertThrows(ask, InvalidOptionError).option, "via");
  assertEquals(object.requests.pending(), []);
  await close();
});
