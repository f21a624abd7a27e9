import { assertEquals, assertMatch } from "@std/assert";
import { createTestHarness } from "wrangler";
import { startApi } from "../../examples/demo/api.ts";

const api = startApi();
const server = createTestHarness({
  root: new URL("../../", import.meta.url).pathname,
  workers: [{ configPath: "wrangler.jsonc" }],
});

/** The harness makes the Worker's fetches in this process: the example's host leads to the API on loopback. */
const realFetch = globalThis.fetch;

Deno.test.beforeAll(async () => {
  globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return url.hostname === "llm.example"
      ? realFetch(`${api.url}/?delay=500&case=${url.searchParams.get("prompt")}`)
      : realFetch(input, init);
  };
  await server.listen();
});

Deno.test.afterAll(async () => {
  globalThis.fetch = realFetch;
  await server.close();
  await api.close();
});

async function get(path: string): Promise<unknown> {
  return await (await server.fetch(path)).json();
}

for (const [binding, title] of [["AGENT", "the README's agent"], ["CHAT", "the composed chat"]]) {
  Deno.test({
    name: `${title} answers at once, is evicted, and writes the reply down once`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const prompt = `why-${binding}`;
      assertMatch(String(await get(`/${binding}/alice?ask=${prompt}`)), /^[0-9a-z]+-[0-9a-z]+$/);
      assertEquals(await get(`/${binding}/alice`), {});
      await server.getWorker().evictDurableObject(binding, { name: "alice" });
      let replies: unknown = {};
      for (const end = Date.now() + 20_000; Date.now() < end && JSON.stringify(replies) === "{}";) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        replies = await get(`/${binding}/alice`);
      }
      assertEquals(replies, { [prompt]: JSON.stringify({ answer: 42, case: prompt }) });
      assertEquals(api.hits.get(prompt), 1);
    },
  });
}
