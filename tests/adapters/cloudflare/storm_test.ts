import { assertEquals, assertGreater } from "@std/assert";
import { startApi } from "../../../examples/demo/api.ts";
import { bundle, startWorkerd, type Workerd } from "../../../examples/demo/workerd.ts";
import { killWorkerdOf } from "./kill_workerd.ts";
import type { Books } from "./storm_worker/worker.ts";

const MAIN = new URL("./storm_worker/worker.ts", import.meta.url);
const KILLS = 10;
const OBJECTS = Array.from({ length: 10 }, (_, i) => `object-${i}`);
/** Requests that each object takes on between two kills: 10 × 10 × 10 = 1,000 in all. */
const REQUESTS = 10;

function random(below: number): number {
  return Math.floor(Math.random() * below);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function call<T>(server: Workerd, name: string, method: string, ...args: unknown[]): Promise<T> {
  const response = await server.fetch(`/${name}/${method}`, args);
  const text = await response.text();
  assertEquals(response.status, 200, text);
  return JSON.parse(text);
}

/** One life of workerd: requests, evictions, and a SIGKILL in their midst. */
async function live(script: string, persistTo: string, url: string, round: number): Promise<void> {
  const server = await startWorkerd({ main: MAIN, objects: { STORM: "StormAgent" }, persistTo }, script);
  await Promise.all(OBJECTS.map((name) => {
    const labels = Array.from({ length: REQUESTS }, (_, i) => `${name}-${round}-${i}`);
    return call(server, name, "ask", labels, `${url}/?delay=${random(300)}`);
  }));
  for (const end = Date.now() + random(600); Date.now() < end;) {
    await server.evict("STORM", OBJECTS[random(OBJECTS.length)]).catch(() => {}); // It may not be running.
    await pause(random(50));
  }
  assertEquals(killWorkerdOf(persistTo), 1);
  await server.close();
}

/** Asks every object until nothing is left to do, for 30 s at most. */
async function settle(server: Workerd): Promise<Books[]> {
  for (const end = Date.now() + 30_000;;) {
    const books = await Promise.all(OBJECTS.map((name) => call<Books>(server, name, "books")));
    if (books.every((book) => book.left === 0) || Date.now() > end) return books;
    await pause(100);
  }
}

Deno.test({
  name:
    "a storm of evictions, failing executors, lost and double deliveries, and ten SIGKILLs loses and doubles nothing",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const api = startApi();
    const directory = await Deno.makeTempDir({ prefix: "doze-storm-" });
    try {
      const script = await bundle(MAIN);
      for (let round = 0; round < KILLS; round++) await live(script, directory, api.url, round);
      const server = await startWorkerd({ main: MAIN, objects: { STORM: "StormAgent" }, persistTo: directory }, script);
      const books = await settle(server);
      await server.close();
      for (const { asked, ran, left } of books) {
        assertEquals(asked.length, KILLS * REQUESTS);
        assertEquals(ran.toSorted(), asked.toSorted());
        assertEquals(left, 0);
      }
      // The others were in flight when their executor died, and were settled by their deadline.
      assertGreater(books.reduce((sum, { answered }) => sum + answered, 0), 100);
    } finally {
      await api.close();
      await Deno.remove(directory, { recursive: true });
    }
  },
});
