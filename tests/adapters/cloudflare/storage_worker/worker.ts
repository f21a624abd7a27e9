import { CloudflareStorage } from "../../../../adapters/cloudflare/storage.ts";
import { storageCases } from "../../../../testing/mod.ts";
import type { MeteredPlatform } from "./meter.ts";
import * as scenarios from "./scenarios.ts";

interface Env {
  readonly STORAGE: Namespace;
  readonly NO_ALARM: Namespace;
}

interface Namespace {
  getByName(name: string): { fetch(request: Request): Promise<Response> };
}

class ScenarioObject {
  readonly platform: MeteredPlatform;

  constructor(ctx: { readonly storage: MeteredPlatform }) {
    this.platform = ctx.storage;
  }

  async fetch(request: Request): Promise<Response> {
    const [, action, argument] = new URL(request.url).pathname.split("/").map(decodeURIComponent);
    return Response.json(await this.perform(action, argument));
  }

  perform(action: string, argument: string): unknown {
    switch (action) {
      case "case":
        return this.runCase(argument);
      case "costs":
        return scenarios.costs(this.platform, Number(argument));
      case "own-rollback":
        return scenarios.ownRollback(this.platform);
      case "foreign-rollback":
        return scenarios.foreignRollback(this.platform);
      case "own-table":
        return scenarios.ownTable(this.platform);
      case "extremes":
        return scenarios.extremes(this.platform);
      case "later-schema":
        return scenarios.laterSchema(this.platform);
      default:
        return scenarios.withoutAlarm(this.platform);
    }
  }

  async runCase(name: string): Promise<unknown> {
    const open = async () => {
      const storage = new CloudflareStorage(this.platform);
      await storage.load();
      return storage;
    };
    const supports = { persistence: true, largePayloads: true, manyRows: true };
    const found = storageCases({ supports, open, reopen: open }).find((each) => each.name === name);
    if (found === undefined) return { failure: `no case is named "${name}"` };
    try {
      await found.run();
      return { failure: null, node: "process" in globalThis || "Buffer" in globalThis };
    } catch (error) {
      return { failure: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
    }
  }
}

/** An object that does what a test asks, and remembers its alarms. */
export class StorageObject extends ScenarioObject {
  #storage: CloudflareStorage | undefined;

  override async perform(action: string, argument: string): Promise<unknown> {
    if (action === "arm") {
      this.#storage = new CloudflareStorage(this.platform);
      await this.#storage.load();
      this.#storage.arm(Number(argument));
      return { armedAt: this.#storage.armedAt() };
    }
    if (action === "read") {
      const storage = new CloudflareStorage(this.platform);
      await storage.load();
      return { armedAt: storage.armedAt() ?? "unset", log: storage.due(Infinity, 10).map((each) => each.payload) };
    }
    return super.perform(action, argument);
  }

  /** Writes down what the storage says of the alarm when it fires, and sets the next. */
  async alarm(): Promise<void> {
    const storage = this.#storage ?? new CloudflareStorage(this.platform);
    storage.alarmFired();
    const fired = storage.armedAt() ?? "unset";
    storage.arm(4_102_444_800_000);
    const platform = await this.platform.getAlarm();
    storage.insert({ due: 1, id: "log", kind: "log", payload: JSON.stringify({ fired, platform }), named: false });
  }
}

/** An object whose class has no `alarm()`. */
export class NoAlarmObject extends ScenarioObject {}

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const namespace = url.pathname.startsWith("/without-alarm") ? env.NO_ALARM : env.STORAGE;
    return namespace.getByName(url.searchParams.get("object") ?? url.pathname).fetch(request);
  },
};
