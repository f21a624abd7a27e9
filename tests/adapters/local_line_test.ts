import { assertEquals } from "@std/assert";
import { LocalObject, startLocal } from "../../adapters/local.ts";
import { MemoryStorage } from "../../adapters/memory.ts";
import { FetchError } from "../../core/fetch/fetch_error.ts";
import { RequestSync } from "../../core/serializer/request_sync.ts";
import type { ResponseSync } from "../../core/serializer/response_sync.ts";
import { MAX_DUE, type Storage } from "../../core/storage.ts";

class Agent extends LocalObject {
  readonly replies: string[] = [];

  ask(label: string, method: string, shard?: string): string {
    const request = new RequestSync(`https://api.example/${label}`, { method });
    const via = { strategy: "orchestrated", ...(shard === undefined ? {} : { shard }) } as const;
    return this.proxyFetch(request, this.ctn().onReply(label, this.ctn().$result), { via, timeout: 60_000 });
  }

  onReply(label: string, result: ResponseSync | FetchError): void {
    const said = result instanceof FetchError ? `${result.code}, ambiguous: ${result.ambiguous}` : result.text();
    this.replies.push(`${label}: ${said}`);
  }
}

/** A process whose one place in line is taken for ever, and a second one on the same storage; `line` makes its lines. */
async function twoProcesses(line: (name: string) => Storage, asked: [label: string, method: string, shard?: string][]) {
  const storage = new MemoryStorage();
  const orchestrator = { storage: line, maxInFlight: 1 };
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const stuck = (): Promise<Response> => {
    begin();
    return new Promise(() => {});
  };
  const first = startLocal(Agent, { storage, orchestrator, fetch: stuck });
  for (const each of asked) first.object.ask(...each);
  await begun;
  await first.close();
  const fetched: string[] = [];
  const serve = (url: string | URL | Request): Promise<Response> => {
    fetched.push(new URL(String(url)).pathname.slice(1));
    return Promise.resolve(new Response("hello"));
  };
  const second = startLocal(Agent, { storage, orchestrator, fetch: serve });
  await second.idle();
  await second.close();
  return { replies: second.object.replies, fetched, left: storage.count(0, MAX_DUE) };
}

/** Lines that outlive a process. */
function durableLines(): (name: string) => MemoryStorage {
  const lines = new Map<string, MemoryStorage>();
  return (name) => {
    const line = lines.get(name) ?? new MemoryStorage();
    lines.set(name, line);
    return line;
  };
}

Deno.test("startLocal() leaves what waits in a line that has outlived the process to the line", async () => {
  const { replies, fetched, left } = await twoProcesses(durableLines(), [["a", "POST"], ["b", "POST"], ["c", "GET"]]);
  assertEquals(replies.toSorted(), ["a: EXECUTOR_LOST, ambiguous: true", "b: hello", "c: hello"]);
  assertEquals([fetched, left], [["b", "c"], 0]);
});

Deno.test("startLocal() finds the line of each name, and of each host", async () => {
  const asked: [string, string, string][] = [["a", "GET", "eu"], ["b", "POST", "eu"], ["c", "GET", "host"]];
  const { replies, fetched, left } = await twoProcesses(durableLines(), asked);
  assertEquals(replies.toSorted(), ["a: hello", "b: hello", "c: hello"]);
  assertEquals([fetched.toSorted(), left], [["a", "b", "c"], 0]);
});

Deno.test("startLocal() tells the loss of what waited in a line that has ended with its process", async () => {
  const asked: [string, string][] = [["a", "POST"], ["b", "POST"], ["c", "GET"]];
  const { replies, fetched, left } = await twoProcesses(() => new MemoryStorage(), asked);
  const lost = "EXECUTOR_LOST, ambiguous: true";
  assertEquals(replies.toSorted(), [`a: ${lost}`, `b: ${lost}`, "c: hello"]);
  assertEquals([fetched, left], [["c"], 0]);
});
