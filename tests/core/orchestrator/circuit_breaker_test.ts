import { assertEquals } from "@std/assert";
import { CircuitBreaker } from "../../../core/orchestrator/circuit_breaker.ts";

function failing(times: number, now = 0): CircuitBreaker {
  const breaker = new CircuitBreaker({ failures: 3, cooldown: 1_000 });
  for (let i = 0; i < times; i++) {
    breaker.end("failed", now, breaker.begin());
  }
  return breaker;
}

Deno.test("CircuitBreaker stays closed for fewer failures than it takes", () => {
  assertEquals(failing(2).state(0), "closed");
  assertEquals(failing(2).readyAt(5), 5);
});

Deno.test("CircuitBreaker opens at the last failure, for its cooldown", () => {
  const breaker = failing(3, 100);
  assertEquals([breaker.state(1_099), breaker.readyAt(1_099)], ["open", 1_100]);
  assertEquals(breaker.state(1_100), "half-open");
});

Deno.test("CircuitBreaker lets one request try the host when half open", () => {
  const breaker = failing(3);
  assertEquals(breaker.readyAt(1_000) <= 1_000, true);
  const probe = breaker.begin();
  assertEquals(breaker.readyAt(1_000), Infinity);
  breaker.end("failed", 1_500, probe);
  assertEquals([breaker.state(1_600), breaker.readyAt(1_600)], ["open", 2_500]);
  breaker.end("answered", 2_600, breaker.begin());
  assertEquals(breaker.state(2_600), "closed");
});

Deno.test("CircuitBreaker forgets failures after an answer, and nothing after what says nothing", () => {
  const breaker = failing(2);
  breaker.end("unknown", 0, breaker.begin());
  breaker.end("answered", 0, breaker.begin());
  breaker.end("failed", 0, breaker.begin());
  breaker.end("failed", 0, breaker.begin());
  assertEquals(breaker.state(0), "closed");
  breaker.end("unknown", 0, breaker.begin());
  breaker.end("failed", 0, breaker.begin());
  assertEquals(breaker.state(0), "open");
});

Deno.test("CircuitBreaker lets another try when nothing came of the first", () => {
  const breaker = failing(3);
  breaker.end("unknown", 1_200, breaker.begin());
  assertEquals(breaker.readyAt(1_200) <= 1_200, true);
});

Deno.test("CircuitBreaker lets no second request try the host when an older one ends", () => {
  for (const result of ["unknown", "failed"] as const) {
    const breaker = new CircuitBreaker({ failures: 1, cooldown: 1_000 });
    const older = breaker.begin();
    breaker.end("failed", 0, breaker.begin());
    const probe = breaker.begin();
    breaker.end(result, 1_200, older);
    assertEquals(breaker.readyAt(9_000), Infinity, result);
    breaker.end("answered", 1_300, probe);
    assertEquals(breaker.state(1_300), "closed");
  }
});

Deno.test("CircuitBreaker closes when an older request is answered, and opens and tries again after that", () => {
  const breaker = new CircuitBreaker({ failures: 1, cooldown: 1_000 });
  const older = breaker.begin();
  breaker.end("failed", 0, breaker.begin());
  const probe = breaker.begin();
  breaker.end("answered", 1_100, older);
  assertEquals(breaker.state(1_100), "closed");
  breaker.end("failed", 1_200, probe);
  assertEquals([breaker.state(1_300), breaker.readyAt(1_300)], ["open", 2_200]);
});
