/**
 * Real workerd with its own network stack and, when asked for, storage that outlives it.
 *
 * wrangler's test harness would do but for one thing: it makes a Worker's fetches for it, and turns a refused connection
 * into an answer with status 500. Miniflare, which the harness runs on, lets workerd make them itself.
 *
 * @module
 */
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";

/** What to run. */
export interface WorkerdOptions {
  /** The Worker's main module. */
  readonly main: URL;
  /** Its Durable Objects: exported class names, by binding. */
  readonly objects: Readonly<Record<string, string>>;
  /** A directory for their storage. Without one it is gone with the process. */
  readonly persistTo?: string;
}

/** A running workerd. */
export interface Workerd {
  /** Sends a request to the Worker. */
  fetch(path: string, body?: unknown): Promise<{ readonly status: number; text(): Promise<string> }>;
  /** Evicts an object: its memory is gone, its storage is not. */
  evict(binding: string, name: string): Promise<void>;
  /** Ends it in good order. */
  close(): Promise<void>;
}

const SOURCE = new URL("../../", import.meta.url).pathname;

/** Bundles a Worker as wrangler does, with the package's name leading to the source in this repository. */
export async function bundle(main: URL, options: { minify?: boolean } = {}): Promise<string> {
  const result = await build({
    entryPoints: [main.pathname],
    alias: { "@doze/fetch/cloudflare": `${SOURCE}adapters/cloudflare/mod.ts` },
    bundle: true,
    external: ["cloudflare:*"],
    format: "esm",
    logLevel: "error",
    target: "es2024",
    write: false,
    ...options,
  });
  return result.outputFiles[0].text;
}

/** Starts workerd. */
export async function startWorkerd(options: WorkerdOptions, script?: string): Promise<Workerd> {
  const { objects, persistTo } = options;
  const entries = Object.entries(objects).map(([binding, className]) => [binding, { className, useSQLite: true }]);
  const worker = {
    name: "demo",
    modules: true as const,
    script: script ?? await bundle(options.main),
    compatibilityDate: "2026-10-20",
    durableObjects: Object.fromEntries(entries),
  };
  const persistence = persistTo === undefined ? {} : { resourcePersistencePath: persistTo };
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [worker], cf: false, ...persistence }));
  await miniflare.ready;
  return {
    fetch: (path, body) =>
      miniflare.dispatchFetch(`http://worker${path}`, { method: "POST", body: JSON.stringify(body ?? null) }),
    evict: (binding, name) => miniflare.unsafeEvictDurableObject("demo", objects[binding], { name }),
    close: () => miniflare.dispose(),
  };
}
