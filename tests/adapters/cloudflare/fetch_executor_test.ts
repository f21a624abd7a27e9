import { assertEquals, assertLess } from "@std/assert";
import { api, call, server, test, untilRuns } from "./doze_harness.ts";

test("FetchExecutor works through a service binding, named by the object", async () => {
  await call("REMOTE_AGENT", "one", "ask", `${api.url}/?delay=300&case=remote`, "remote");
  await server.getWorker().evictDurableObject("REMOTE_AGENT", { name: "one" });
  assertEquals(await untilRuns("REMOTE_AGENT", "one", 1), [{ label: "remote", outcome: "200" }]);
});

test("FetchExecutor.run() returns before its fetch ends, so that no call keeps the object awake", async () => {
  const taken = await call<number>("AGENT", "handover", "handOver", `${api.url}/?delay=1500&case=handover`);
  assertLess(taken, 1_000);
});

test("FetchExecutor delivers through a new stub when the one that it was given is broken", async () => {
  await call("BROKEN_AGENT", "one", "ask", `${api.url}/?case=broken`, "broken");
  assertEquals(await untilRuns("BROKEN_AGENT", "one", 1), [{ label: "broken", outcome: "200" }]);
});
