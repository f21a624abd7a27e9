/**
 * What every way to run a fetch has to do alike.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import type { ProxyFetchOptions } from "../../core/requests.ts";
import type { RequestSyncInit } from "../../core/serializer/request_sync.ts";
import { checksum, type Described } from "./described.ts";
import { BINARY, DEFLATED, type MoodyServer, TEN_MB } from "./moody_server.ts";

/** An object somewhere, that fetches and remembers the outcomes. */
export interface StrategyHost {
  /** Fetches, and returns the request's id. */
  ask(
    object: string,
    label: string,
    url: string,
    init: RequestSyncInit,
    options: ProxyFetchOptions,
  ): Promise<string>;
  /** The outcomes so far. */
  outcomes(object: string): Promise<Described[]>;
  /** Cancels a request. */
  cancel(object: string, id: string): Promise<boolean>;
  /** Loses the object, if the host can. */
  evict?(object: string): Promise<void>;
}

interface Case {
  readonly name: string;
  readonly path: string;
  readonly init?: RequestSyncInit;
  readonly options?: ProxyFetchOptions;
  readonly expected: Partial<Described>;
}

const TIMEOUT = 1_500;

function text(body: string): Partial<Described> {
  const bytes = new TextEncoder().encode(body);
  return { bytes: bytes.length, sum: checksum(bytes) };
}

const CASES: readonly Case[] = [
  { name: "success", path: "/ok", expected: { result: 200, path: "/ok", redirected: false, ...text("ok") } },
  { name: "HTTP error", path: "/status?n=404", expected: { result: 404, ...text("status 404") } },
  { name: "reset mid-body", path: "/reset", expected: { result: "NETWORK", ambiguous: false } },
  {
    name: "reset mid-body of a POST",
    path: "/reset",
    init: { method: "POST", body: "x" },
    expected: { result: "NETWORK", ambiguous: true },
  },
  {
    name: "timeout before headers",
    path: "/silent",
    options: { timeout: TIMEOUT },
    expected: { result: "TIMEOUT", path: "/silent" },
  },
  { name: "timeout mid-body", path: "/stalled", options: { timeout: TIMEOUT }, expected: { result: "TIMEOUT" } },
  {
    name: "redirects",
    path: "/redirect?n=5",
    expected: { result: 200, path: "/redirect?n=0", redirected: true, ...text("arrived") },
  },
  { name: "endless redirects", path: "/loop", expected: { result: "TOO_MANY_REDIRECTS", path: "/loop" } },
  {
    name: "oversized body",
    path: "/ten",
    options: { policy: { allowPrivate: true, maxBodyBytes: 9_999_999 } },
    expected: { result: "BODY_TOO_LARGE" },
  },
  { name: "binary body", path: "/binary", expected: { result: 200, bytes: 256, sum: checksum(BINARY) } },
  { name: "header beyond Latin-1", path: "/named", expected: { result: 200, ...text("named") } },
  { name: "10 MB body", path: "/ten", expected: { result: 200, bytes: 10_000_000, sum: checksum(TEN_MB) } },
  {
    name: "retry with Retry-After",
    path: "/busy",
    options: { retry: { attempts: 2, backoff: 1 } },
    expected: { result: 200, ...text("free") },
  },
];

/** Runs all cases side by side, each on an object of its own. */
export async function runSuite(
  host: StrategyHost,
  server: MoodyServer,
  refusedOrigin: string,
  via: ProxyFetchOptions["via"],
  tag: string,
): Promise<void> {
  const options: ProxyFetchOptions = { ...via === undefined ? {} : { via }, timeout: 15_000, grace: 3_000 };
  const outcomes = CASES.map(async ({ name, path, init = {}, options: own, expected }) => {
    const query = `${path}${path.includes("?") ? "&" : "?"}tag=${tag}-${encodeURIComponent(name)}`;
    // Redirects lead to bare paths, so that theirs are asked for as they are.
    const asked = /redirect|loop|silent|ok/.test(path) ? path : query;
    await host.ask(`${tag} ${name}`, name, server.origin + asked, init, { ...options, ...own });
    const [outcome] = await untilOutcomes(host, `${tag} ${name}`, 1);
    assertEquals({ ...outcome, ...expected }, outcome, `${tag}: ${name}`);
  });
  await Promise.all([
    ...outcomes,
    refused(host, refusedOrigin, options, tag),
    encoded(host, server, options, tag),
    cancelled(host, server, options, tag),
    evicted(host, server, options, tag),
  ]);
  for (const { name } of CASES) assertEquals((await host.outcomes(`${tag} ${name}`)).length, 1, `${tag}: ${name}`);
}

async function refused(host: StrategyHost, origin: string, options: ProxyFetchOptions, tag: string): Promise<void> {
  await host.ask(`${tag} refused`, "refused", `${origin}/`, {}, options);
  const [{ result }] = await untilOutcomes(host, `${tag} refused`, 1);
  assertEquals(result, "NETWORK", `${tag}: refused`);
}

/** A body is decompressed, or is left as it came, with the header that says so. */
async function encoded(
  host: StrategyHost,
  server: MoodyServer,
  options: ProxyFetchOptions,
  tag: string,
): Promise<void> {
  await host.ask(`${tag} encoded`, "encoded", `${server.origin}/deflate?tag=${tag}`, {}, options);
  const [{ encoding, sum }] = await untilOutcomes(host, `${tag} encoded`, 1);
  assertEquals(sum, checksum(encoding === null ? BINARY : DEFLATED), `${tag}: encoding ${encoding}`);
}

/** A cancelled request has no outcome; one that comes after it has. */
async function cancelled(
  host: StrategyHost,
  server: MoodyServer,
  options: ProxyFetchOptions,
  tag: string,
): Promise<void> {
  const path = `/slow?n=400&tag=${tag}-cancel`;
  const id = await host.ask(`${tag} cancel`, "cancelled", server.origin + path, {}, options);
  await untilHit(server, path);
  assertEquals(await host.cancel(`${tag} cancel`, id), true);
  await host.ask(`${tag} cancel`, "after", `${server.origin}/slow?n=600&tag=${tag}-after`, {}, options);
  const labels = (await untilOutcomes(host, `${tag} cancel`, 1)).map(({ label }) => label);
  assertEquals(labels, ["after"], `${tag}: cancel`);
}

/** The object is lost while its fetch is under way: the outcome comes all the same, and once. */
async function evicted(
  host: StrategyHost,
  server: MoodyServer,
  options: ProxyFetchOptions,
  tag: string,
): Promise<void> {
  if (host.evict === undefined) return;
  const path = `/slow?n=1200&tag=${tag}-evict`;
  const watched = { ...options, heartbeat: 500, lease: 1_500 };
  await host.ask(`${tag} evict`, "evicted", server.origin + path, {}, watched);
  await untilHit(server, path);
  await host.evict(`${tag} evict`);
  const outcomes = await untilOutcomes(host, `${tag} evict`, 1);
  assertEquals(outcomes.map(({ result }) => result), [200], `${tag}: eviction in flight`);
  assertGreaterOrEqual(server.hits.get(path) ?? 0, 1);
}

/** Asks until there are `count` outcomes, for `limit` milliseconds at most. */
export async function untilOutcomes(
  host: StrategyHost,
  object: string,
  count: number,
  limit = 25_000,
): Promise<Described[]> {
  for (const end = Date.now() + limit;;) {
    const outcomes = await host.outcomes(object);
    if (outcomes.length >= count) return outcomes;
    assertGreaterOrEqual(end, Date.now(), `no outcome of ${object} in ${limit} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function untilHit(server: MoodyServer, path: string): Promise<void> {
  for (const end = Date.now() + 25_000; !server.hits.has(path);) {
    assertGreaterOrEqual(end, Date.now(), `no request for ${path} in 25 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
