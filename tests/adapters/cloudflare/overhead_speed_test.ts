import { assertEquals, assertLess } from "@std/assert";
import { startWorkerd } from "../../../examples/demo/workerd.ts";
import { serveHttp } from "../../core/unruly_server.ts";

/** Rounds, in turns; the best of each side counts, since the machine only ever adds time. */
const ROUNDS = 24;
const FETCHES = 200;

/**
 * What guards against growth, in times the bare pattern, by how many run at once. The aim is 1.25; here, where
 * workerd makes its fetches itself and the server answers at once, it stands at some 1.7 and 1.6. Through wrangler's test
 * harness, which makes the fetches for it, at 1.2 to 1.3.
 */
const LIMITS = [[1, 2.1], [200, 2.3]] as const;

function server(): ReturnType<typeof startWorkerd> {
  return startWorkerd({
    main: new URL("./overhead_worker/worker.ts", import.meta.url),
    objects: { DOZING: "Dozing", BARE: "Bare" },
  });
}

Deno.test({
  name: "a strict request stays within 2.1 times the bare pattern written by hand, and 2.3 times with 200 at once",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using api = serveHttp(() => new Response("x".repeat(1_000)));
    const workerd = await server();
    try {
      for (const [width, limit] of LIMITS) {
        const best = new Map<string, number>();
        for (let round = 0; round < ROUNDS; round++) {
          for (const binding of ["DOZING", "BARE"]) {
            const start = performance.now();
            const response = await workerd.fetch(`/${binding}/run`, [`${api.origin}/`, FETCHES, width]);
            assertEquals(response.status, 200, await response.text());
            best.set(binding, Math.min(best.get(binding) ?? Infinity, performance.now() - start));
          }
        }
        const ratio = (best.get("DOZING") ?? Infinity) / (best.get("BARE") ?? 1);
        console.log(`${width} at once: ${ratio.toFixed(2)} times the bare pattern`);
        assertLess(ratio, limit);
      }
    } finally {
      await workerd.close();
    }
  },
});
