import { assertEquals } from "@std/assert";
import { HostGate } from "../../../core/orchestrator/host_gate.ts";

const NEVER = { failures: Infinity, cooldown: 1 };

Deno.test("HostGate holds the host's concurrency", () => {
  const gate = new HostGate({ concurrency: 2, rate: undefined, breaker: NEVER });
  gate.begin(0);
  assertEquals(gate.readyAt(0), 0);
  gate.begin(0);
  assertEquals([gate.readyAt(0), gate.inFlight], [Infinity, 2]);
  gate.end("answered", 1, false);
  assertEquals([gate.readyAt(1), gate.inFlight], [1, 1]);
});

Deno.test("HostGate waits for whichever of rate and breaker is later", () => {
  const gate = new HostGate({
    concurrency: Infinity,
    rate: { requests: 1, per: 500 },
    breaker: { failures: 1, cooldown: 300 },
  });
  gate.end("failed", 100, gate.begin(0));
  assertEquals([gate.readyAt(100), gate.breaker(100)], [500, "open"]);
  gate.end("failed", 900, gate.begin(500));
  assertEquals(gate.readyAt(900), 1_200);
});

Deno.test("HostGate without limits is always ready", () => {
  const gate = new HostGate({ concurrency: Infinity, rate: undefined, breaker: NEVER });
  for (let i = 0; i < 100; i++) gate.begin(7);
  for (let i = 0; i < 50; i++) gate.end("failed", 7, false);
  assertEquals([gate.readyAt(7), gate.breaker(7)], [7, "closed"]);
});

Deno.test("HostGate is idle when nothing needs to be known of it", () => {
  const gate = new HostGate({
    concurrency: Infinity,
    rate: { requests: 1, per: 500 },
    breaker: { failures: 1, cooldown: 300 },
  });
  assertEquals(gate.isIdle(0), true);
  const probe = gate.begin(0);
  assertEquals(gate.isIdle(0), false);
  gate.end("answered", 10, probe);
  assertEquals([gate.isIdle(10), gate.isIdle(500)], [false, true]);
  gate.end("failed", 510, gate.begin(500));
  assertEquals(gate.isIdle(2_000), false);
});
