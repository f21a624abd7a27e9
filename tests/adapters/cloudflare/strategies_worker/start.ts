/**
 * Real workerd with queues. Miniflare lets workerd make its fetches itself, where wrangler's harness would turn a
 * refused connection into an answer with status 500.
 *
 * @module
 */
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle } from "../../../../examples/demo/workerd.ts";

/** A running workerd. */
export interface StrategiesWorker {
  /** Calls a method of an object. */
  call<T>(binding: string, name: string, method: string, ...args: unknown[]): Promise<T>;
  /** Evicts an object: its memory is gone, its storage is not. */
  evict(binding: string, name: string): Promise<void>;
  /** Ends it in good order. */
  close(): Promise<void>;
}

const MAIN = new URL("./worker.ts", import.meta.url);

/** The objects' classes, by binding. */
const OBJECTS: Readonly<Record<string, string>> = {
  AGENT: "Agent",
  TARGET_AGENT: "TargetAgent",
  SLOW_AGENT: "SlowAgent",
  UNBOUND_AGENT: "UnboundAgent",
  STORM_AGENT: "StormAgent",
  ORCHESTRATOR: "FetchOrchestrator",
  STORM_ORCHESTRATOR: "StormOrchestrator",
};

/** The Worker as one script. */
export function bundleStrategies(): Promise<string> {
  return bundle(MAIN, { minify: true });
}

/**
 * Starts it.
 *
 * @param script As {@linkcode bundleStrategies} made it.
 * @param persistTo A directory for the objects' storage; without one it is gone with the process.
 */
export async function startStrategies(script: string, persistTo?: string): Promise<StrategiesWorker> {
  const consumer = { maxBatchSize: 6, maxBatchTimeout: 0 };
  const worker = {
    name: "strategies",
    modules: true as const,
    script,
    compatibilityDate: "2026-10-20",
    durableObjects: Object.fromEntries(
      Object.entries(OBJECTS).map(([binding, className]) => [binding, { className, useSQLite: true }]),
    ),
    serviceBindings: { API: { name: "strategies", entrypoint: "Api" } },
    // The slow queue is apart, so that a fetch of 40 s holds nobody up.
    queueProducers: { FETCH_QUEUE: "fetches", SLOW_QUEUE: "slow-fetches" },
    queueConsumers: { fetches: consumer, "slow-fetches": consumer },
  };
  const persistence = persistTo === undefined ? {} : { resourcePersistencePath: persistTo };
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [worker], cf: false, ...persistence }));
  await miniflare.ready;
  return {
    async call(binding, name, method, ...args) {
      const url = `http://s/${binding}/${encodeURIComponent(name)}/${method}`;
      const response = await miniflare.dispatchFetch(url, { method: "POST", body: JSON.stringify(args) });
      const text = await response.text();
      if (response.status !== 200) throw new DOMException(text);
      return JSON.parse(text).value;
    },
    evict: (binding, name) => miniflare.unsafeEvictDurableObject("strategies", OBJECTS[binding], { name }),
    close: () => miniflare.dispose(),
  };
}
