import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { HostGate } from "../../../core/orchestrator/host_gate.ts";
import type { HostLimits } from "../../../core/orchestrator/orchestrator_options.ts";

/** A gate without limits but for these. */
function gateWith(limits: Partial<HostLimits>): HostGate {
  return new HostGate({
    concurrency: Infinity,
    rate: undefined,
    breaker: { failures: Infinity, cooldown: 1 },
    ...limits,
  });
}

Deno.test("HostGate holds the host's concurrency", () => {
  const gate = gateWith({ concurrency: 2 });
  gate.begin(0);
  assertEquals(gate.readyAt(0), 0);
  gate.begin(0);
  assertEquals([gate.readyAt(0), gate.inFlight], [Infinity, 2]);
  gate.end("answered", 1, false);
  assertEquals([gate.readyAt(1), gate.inFlight], [1, 1]);
});

Deno.test("HostGate waits for whichever of rate and breaker is later", () => {
  const gate = gateWith({
    rate: { requests: 1, per: 500 },
    breaker: { failures: 1, cooldown: 300 },
  });
  gate.end("failed", 100, gate.begin(0));
  assertEquals([gate.readyAt(100), gate.breaker(100)], [500, "open"]);
  gate.end("failed", 900, gate.begin(500));
  assertEquals(gate.readyAt(900), 1_200);
});

Deno.test("HostGate without limits is always ready", () => {
  const gate = gateWith({});
  for (let i = 0; i < 100; i++) gate.begin(7);
  for (let i = 0; i < 50; i++) gate.end("failed", 7, false);
  assertEquals([gate.readyAt(7), gate.breaker(7)], [7, "closed"]);
});

Deno.test("HostGate is idle when nothing needs to be known of it", () => {
  const gate = gateWith({
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

Deno.test("HostGate with a rate lets as many begin at once, then waits until the first is old enough", () => {
  const gate = gateWith({ rate: { requests: 2, per: 1_000 } });
  assertEquals(gate.readyAt(5), 5);
  gate.begin(5);
  gate.begin(10);
  assertEquals(gate.readyAt(20), 1_005);
  gate.begin(1_005);
  assertEquals(gate.readyAt(1_005), 1_010);
});

Deno.test("HostGate exceeds its rate in no window", () => {
  const cases = fc.record({
    requests: fc.integer({ min: 1, max: 5 }),
    per: fc.integer({ min: 1, max: 1_000 }),
    gaps: fc.array(fc.nat({ max: 300 }), { maxLength: 100 }),
  });
  fc.assert(fc.property(cases, ({ requests, per, gaps }) => {
    const gate = gateWith({ rate: { requests, per } });
    const begun: number[] = [];
    let now = 0;
    for (const gap of gaps) {
      now += gap;
      if (gate.readyAt(now) > now) continue;
      gate.begin(now);
      begun.push(now);
    }
    for (const start of begun) assert(begun.filter((at) => at >= start && at < start + per).length <= requests);
  }));
});

function failing(times: number, now = 0): HostGate {
  const gate = gateWith({ breaker: { failures: 3, cooldown: 1_000 } });
  for (let i = 0; i < times; i++) {
    gate.end("failed", now, gate.begin(0));
  }
  return gate;
}

Deno.test("HostGate keeps its breaker closed for fewer failures than it takes", () => {
  assertEquals(failing(2).breaker(0), "closed");
  assertEquals(failing(2).readyAt(5), 5);
});

Deno.test("HostGate opens its breaker at the last failure, for its cooldown", () => {
  const gate = failing(3, 100);
  assertEquals([gate.breaker(1_099), gate.readyAt(1_099)], ["open", 1_100]);
  assertEquals(gate.breaker(1_100), "half-open");
});

Deno.test("HostGate lets one request try the host when half open", () => {
  const gate = failing(3);
  assertEquals(gate.readyAt(1_000) <= 1_000, true);
  const probe = gate.begin(0);
  assertEquals(gate.readyAt(1_000), Infinity);
  gate.end("failed", 1_500, probe);
  assertEquals([gate.breaker(1_600), gate.readyAt(1_600)], ["open", 2_500]);
  gate.end("answered", 2_600, gate.begin(0));
  assertEquals(gate.breaker(2_600), "closed");
});

Deno.test("HostGate forgets failures after an answer, and nothing after what says nothing", () => {
  const gate = failing(2);
  gate.end("unknown", 0, gate.begin(0));
  gate.end("answered", 0, gate.begin(0));
  gate.end("failed", 0, gate.begin(0));
  gate.end("failed", 0, gate.begin(0));
  assertEquals(gate.breaker(0), "closed");
  gate.end("unknown", 0, gate.begin(0));
  gate.end("failed", 0, gate.begin(0));
  assertEquals(gate.breaker(0), "open");
});

Deno.test("HostGate lets another try when nothing came of the first", () => {
  const gate = failing(3);
  gate.end("unknown", 1_200, gate.begin(0));
  assertEquals(gate.readyAt(1_200) <= 1_200, true);
});

Deno.test("HostGate lets no second request try the host when an older one ends", () => {
  for (const result of ["unknown", "failed"] as const) {
    const gate = gateWith({ breaker: { failures: 1, cooldown: 1_000 } });
    const older = gate.begin(0);
    gate.end("failed", 0, gate.begin(0));
    const probe = gate.begin(0);
    gate.end(result, 1_200, older);
    assertEquals(gate.readyAt(9_000), Infinity, result);
    gate.end("answered", 1_300, probe);
    assertEquals(gate.breaker(1_300), "closed");
  }
});

Deno.test("HostGate closes its breaker when an older request is answered, and opens it and tries again after that", () => {
  const gate = gateWith({ breaker: { failures: 1, cooldown: 1_000 } });
  const older = gate.begin(0);
  gate.end("failed", 0, gate.begin(0));
  const probe = gate.begin(0);
  gate.end("answered", 1_100, older);
  assertEquals(gate.breaker(1_100), "closed");
  gate.end("failed", 1_200, probe);
  assertEquals([gate.breaker(1_300), gate.readyAt(1_300)], ["open", 2_200]);
});
