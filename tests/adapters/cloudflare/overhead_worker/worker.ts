/**
 * The same fetch twice: through Doze, and by the bare pattern written by hand. `POST /BINDING/run` with the URL, how many
 * fetches, and how many of them at once.
 *
 * @module
 */
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { DozeObject, type ResponseSync } from "@doze/fetch/cloudflare";
import type { DurableObjectStateLike } from "@doze/fetch/cloudflare";

export { FetchExecutor } from "@doze/fetch/cloudflare";

/** Runs `count` fetches, `width` at a time. */
async function inLanes(count: number, width: number, one: () => Promise<void>): Promise<void> {
  let left = count;
  await Promise.all(Array.from({ length: width }, async () => {
    while (left-- > 0) await one();
  }));
}

/** Wakes those who wait for a continuation, by label. */
class Waiters {
  readonly #waiting = new Map<string, () => void>();
  #next = 0;

  add(start: (label: string) => void): Promise<void> {
    const label = String(this.#next++);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(label, resolve);
    start(label);
    return promise;
  }

  wake(label: string): void {
    this.#waiting.get(label)?.();
    this.#waiting.delete(label);
  }
}

/** Through Doze. */
export class Dozing extends DozeObject {
  readonly #waiters = new Waiters();

  constructor(ctx: DurableObjectStateLike, env: unknown) {
    super(ctx, env, { policy: { allowPrivate: true } });
  }

  async run(url: string, count: number, width: number): Promise<void> {
    await inLanes(count, width, () =>
      this.#waiters.add((label) => {
        this.proxyFetch(url, this.ctn().onReply(label, this.ctn().$result));
      }));
  }

  onReply(label: string, result: ResponseSync): void {
    if (result.text().length > 0) this.#waiters.wake(label);
  }
}

/** The stub and the namespace of the bare pattern, by hand. */
interface BareStub {
  onReply(id: string, status: number, text: string): Promise<void>;
}
interface BareExports {
  readonly BareExecutor: { run(id: string, url: string, origin: BareStub): Promise<void> };
  readonly Bare: { get(id: unknown): BareStub };
}

/** Object, Worker, fetch, object: one insert, one delete, and nothing else. */
export class Bare extends DurableObject {
  readonly #waiters = new Waiters();

  async run(url: string, count: number, width: number): Promise<void> {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS open (id TEXT PRIMARY KEY, url TEXT) WITHOUT ROWID");
    const { BareExecutor, Bare } = this.ctx.exports as BareExports;
    await inLanes(count, width, () =>
      this.#waiters.add((label) => {
        sql.exec("INSERT INTO open VALUES (?, ?)", label, url);
        BareExecutor.run(label, url, Bare.get(this.ctx.id));
      }));
  }

  onReply(id: string, _status: number, text: string): void {
    const rows = this.ctx.storage.sql.exec("DELETE FROM open WHERE id = ? RETURNING url", id).toArray();
    if (rows.length === 1 && text.length > 0) this.#waiters.wake(id);
  }
}

/** The Worker of the bare pattern. */
export class BareExecutor extends WorkerEntrypoint {
  run(id: string, url: string, origin: BareStub): void {
    this.ctx.waitUntil((async () => {
      const response = await fetch(url);
      await origin.onReply(id, response.status, await response.text());
    })());
  }
}

interface Env {
  readonly [binding: string]: { getByName(name: string): { run(...args: unknown[]): Promise<void> } };
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const [binding] = new URL(request.url).pathname.slice(1).split("/");
    await env[binding].getByName("one").run(...await request.json() as unknown[]);
    return Response.json(null);
  },
};
