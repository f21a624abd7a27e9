import { assertEquals, assertStrictEquals } from "@std/assert";
import { HostGates } from "../../../core/orchestrator/host_gates.ts";
import { orchestratorLimits } from "../../../core/orchestrator/orchestrator_options.ts";

Deno.test("HostGates keeps one gate for each host, with the host's own limits", () => {
  const gates = new HostGates(orchestratorLimits({ hosts: { "slow.example": { concurrency: 1 } } }));
  const gate = gates.of("slow.example", 0);
  assertStrictEquals(gates.of("slow.example", 0), gate);
  gate.begin(0);
  gates.of("fast.example", 0).begin(0);
  assertEquals([gate.readyAt(0), gates.of("fast.example", 0).readyAt(0)], [Infinity, 0]);
});

Deno.test("HostGates.statistics tells of hosts in line and of those that were asked", () => {
  const gates = new HostGates(orchestratorLimits({ breaker: { failures: 1, cooldown: 100 } }));
  const gate = gates.of("dead.example", 0);
  gate.end("failed", 0, gate.begin(0));
  gates.of("busy.example", 0).begin(0);
  assertEquals(gates.statistics(new Map([["dead.example", 2], ["new.example", 1]]), 50), {
    "dead.example": { queued: 2, inFlight: 0, breaker: "open" },
    "new.example": { queued: 1, inFlight: 0, breaker: "closed" },
    "busy.example": { queued: 0, inFlight: 1, breaker: "closed" },
  });
});

Deno.test("HostGates forgets idle hosts beyond a thousand, and none that is busy", () => {
  const gates = new HostGates(orchestratorLimits());
  const busy = gates.of("busy.example", 0);
  busy.begin(0);
  for (let n = 0; n < 1_500; n++) gates.of(`h${n}.example`, 0);
  assertStrictEquals(gates.of("busy.example", 0), busy);
  assertEquals(Object.keys(gates.statistics(new Map(), 0)).length < 1_000, true);
});
