import { assertEquals } from "@std/assert";
import type { Described } from "../../strategies/described.ts";
import { moodyServer } from "../../strategies/moody_server.ts";
import { untilOutcomes } from "../../strategies/suite.ts";
import { bundleStrategies, startStrategies } from "./strategies_worker/start.ts";

Deno.test({
  name: "FetchExecutorTarget fetches as a part of an entrypoint of a Worker's own",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using server = moodyServer();
    const workerd = await startStrategies(await bundleStrategies());
    try {
      const ask = (label: string, path: string) =>
        workerd.call("TARGET_AGENT", "a", "ask", label, server.origin + path, {}, { via: "worker", timeout: 5_000 });
      await ask("found", "/ok");
      await ask("missing", "/status?n=404");
      await ask("broken", "/reset");
      const host = {
        ask: () => Promise.resolve(""),
        cancel: () => Promise.resolve(false),
        outcomes: (name: string) => workerd.call<Described[]>("TARGET_AGENT", name, "outcomes"),
      };
      const results = (await untilOutcomes(host, "a", 3)).map(({ label, result }) => `${label} ${result}`);
      assertEquals(results.toSorted(), ["broken NETWORK", "found 200", "missing 404"]);
    } finally {
      await workerd.close();
    }
  },
});
