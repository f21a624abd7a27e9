import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
import { orchestratorLimits, type OrchestratorOptions } from "../../../core/orchestrator/orchestrator_options.ts";

Deno.test("orchestratorLimits fills in what the documentation says", () => {
  const limits = orchestratorLimits();
  assertEquals([limits.maxInFlight, limits.maxRequestAge, limits.maxQueued], [5, 1_800_000, 10_000]);
  assertEquals(limits.host("a.example"), {
    concurrency: Infinity,
    rate: undefined,
    breaker: { failures: 5, cooldown: 30_000 },
  });
});

Deno.test("orchestratorLimits lets a host differ in what it names", () => {
  const limits = orchestratorLimits({
    concurrency: 2,
    breaker: false,
    hosts: { "slow.example": { concurrency: 1, breaker: { failures: 2 } } },
  });
  assertEquals(limits.host("other.example"), {
    concurrency: 2,
    rate: undefined,
    breaker: { failures: Infinity, cooldown: 30_000 },
  });
  assertEquals(limits.host("slow.example"), {
    concurrency: 1,
    rate: undefined,
    breaker: { failures: 2, cooldown: 30_000 },
  });
});

Deno.test("orchestratorLimits knows a host in any spelling that a URL may use", () => {
  const own = { concurrency: 3 };
  const spellings = {
    "API.Example.com": 0,
    "dot.example.": 0,
    "bücher.example": 0,
    "port.example.:8080": 0,
    "[::1]": 0,
  };
  const hosts = Object.fromEntries(Object.keys(spellings).map((key) => [key, own]));
  const limits = orchestratorLimits({ hosts });
  for (const host of ["api.example.com", "dot.example", "xn--bcher-kva.example", "port.example:8080", "[::1]"]) {
    assertEquals(limits.host(host).concurrency, 3, host);
  }
});

Deno.test("orchestratorLimits refuses what is out of its range, by name", () => {
  const wrong: [string, OrchestratorOptions][] = [
    ["maxInFlight", { maxInFlight: 0 }],
    ["maxInFlight", { maxInFlight: 1.5 }],
    ["maxRequestAge", { maxRequestAge: 0 }],
    ["maxRequestAge", { maxRequestAge: Infinity }],
    ["maxQueued", { maxQueued: -1 }],
    ["concurrency", { concurrency: 0 }],
    ["rate.requests", { rate: { requests: 0, per: 1 } }],
    ["rate.per", { rate: { requests: 1, per: NaN } }],
    ["breaker.failures", { breaker: { failures: 0 } }],
    ["breaker.cooldown", { breaker: { cooldown: -1 } }],
    ['hosts["a"].concurrency', { hosts: { a: { concurrency: 0 } } }],
    ['hosts["https://b.example"]', { hosts: { "https://b.example": { concurrency: 1 } } }],
    ['hosts["c.example:443"]', { hosts: { "c.example:443": { concurrency: 1 } } }],
    ['hosts["c.example:80"]', { hosts: { "c.example:80": { concurrency: 1 } } }],
    ['hosts["c.example/v1"]', { hosts: { "c.example/v1": { concurrency: 1 } } }],
    ['hosts["*.example"]', { hosts: { "*.example": { concurrency: 1 } } }],
    ['hosts[""]', { hosts: { "": { concurrency: 1 } } }],
    ['hosts["a b"]', { hosts: { "a b": { concurrency: 1 } } }],
    ['hosts["1.2.3.999"]', { hosts: { "1.2.3.999": { concurrency: 1 } } }],
    ['hosts["A.example."]', { hosts: { "a.example": { concurrency: 1 }, "A.example.": { concurrency: 2 } } }],
    ...([
      ["hosts", { hosts: 5 }],
      ["hosts", { hosts: [] }],
      ['hosts["a"]', { hosts: { a: 5 } }],
      ["breaker", { breaker: true }],
      ["breaker", { breaker: 5 }],
      ["rate", { rate: null }],
      ["rate", { rate: 5 }],
      ["rate.x", { rate: { requests: 1, per: 1, x: 1 } }],
      ["rate.x", { rate: { x: 1 } }],
      ["breaker.cooldwn", { breaker: { cooldwn: 5 } }],
      ['hosts["a"].breaker.cooldwn', { hosts: { a: { breaker: { cooldwn: 5 } } } }],
      ["maxInflight", { maxInflight: 5 }],
      ['hosts["a"].maxInFlight', { hosts: { a: { maxInFlight: 5 } } }],
    ] as unknown as [string, OrchestratorOptions][]),
  ];
  for (const [option, options] of wrong) {
    assertEquals(assertThrows(() => orchestratorLimits(options), InvalidOptionError).option, option);
  }
});
