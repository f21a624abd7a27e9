import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DozeError, InvalidOptionError, InvalidTimeoutError, TimeoutTooLongError } from "../../../core/errors.ts";
import { type RequestDefaults, type RequestTerms, requestTerms } from "../../../core/requests/request_options.ts";
import { MAX_DUE } from "../../../core/storage.ts";

const LIMITS = { maxTimeout: Infinity, now: Date.UTC(2026, 0) };

function terms(call: RequestDefaults, defaults: RequestDefaults = {}, limits = LIMITS): RequestTerms {
  return requestTerms(call, defaults, limits);
}

/** The code that options are refused with, by call and by default alike. */
function refusal(given: Record<string, unknown>): string {
  const codes = [[given, {}], [{}, given]].map(([call, defaults]) =>
    assertThrows(() => terms(call, defaults), DozeError).code
  );
  assertEquals(codes[0], codes[1]);
  return codes[0];
}

Deno.test("requestTerms fills in what neither the call nor the object says", () => {
  assertEquals(terms({}), {
    ...{ timeout: 20_000, grace: 10_000, durability: "strict", persistAfter: undefined },
    ...{ heartbeat: undefined, lease: undefined, onAmbiguous: "drop", policy: {} },
    ...{ retry: undefined, via: undefined, handlerRetry: undefined },
  });
});

Deno.test("requestTerms takes the call before the object, and the object before the default", () => {
  const defaults: RequestDefaults = { timeout: 7_000, grace: 70, durability: "memory", onAmbiguous: "run" };
  const { timeout, grace, durability, onAmbiguous } = terms({ timeout: 5_000, durability: "deferred" }, defaults);
  assertEquals({ timeout, grace, durability, onAmbiguous }, {
    ...{ timeout: 5_000, grace: 70, durability: "deferred", onAmbiguous: "run" },
  });
});

Deno.test("requestTerms takes an option that is undefined as left out, and one that is zero or false as said", () => {
  assertEquals(terms({ grace: undefined }, { grace: 70 }).grace, 70);
  assertEquals(terms({ grace: 0 }, { grace: 70 }).grace, 0);
  const beating = { timeout: 90_000, heartbeat: 1_000 };
  assertEquals(terms({ heartbeat: false }, beating).heartbeat, undefined);
});

Deno.test("requestTerms merges member by member: the call wins, then the object, then what stands without either", () => {
  const spans = fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined });
  const said = fc.record({
    timeout: spans,
    grace: spans,
    persistAfter: spans,
    durability: fc.constantFrom("strict" as const, "deferred" as const, "memory" as const, undefined),
    onAmbiguous: fc.constantFrom("drop" as const, "run" as const, undefined),
  });
  fc.assert(fc.property(said, said, (call, defaults) => {
    const merged = terms(call, defaults);
    const alone = terms({});
    for (const name of ["timeout", "grace", "durability", "onAmbiguous"] as const) {
      assertEquals(merged[name], call[name] ?? defaults[name] ?? alone[name]);
    }
    const persistAfter = call.persistAfter ?? defaults.persistAfter ?? 2_000;
    assertEquals(merged.persistAfter, merged.durability === "deferred" ? persistAfter : undefined);
  }));
});

Deno.test("requestTerms changes neither of what it is given", () => {
  const call = Object.freeze({ timeout: 5_000 });
  const defaults = Object.freeze({ grace: 10, policy: Object.freeze({ allow: ["https://a.example/*"] }) });
  assertEquals(terms(call, defaults).policy, { allow: ["https://a.example/*"] });
});

Deno.test("requestTerms keeps persistAfter to deferred requests", () => {
  assertEquals(terms({ durability: "deferred" }).persistAfter, 2_000);
  assertEquals(terms({ durability: "deferred", persistAfter: 0 }).persistAfter, 0);
  assertEquals(terms({ durability: "strict", persistAfter: 5 }).persistAfter, undefined);
  assertEquals(terms({ durability: "memory", persistAfter: 5 }).persistAfter, undefined);
});

Deno.test("requestTerms asks for signs of life only of a fetch that outlasts the first one", () => {
  const at = (timeout: number) => {
    const { heartbeat, lease } = terms({ timeout });
    return [heartbeat, lease];
  };
  assertEquals(at(20_000), [undefined, undefined]);
  assertEquals(at(20_001), [20_000, 40_000]);
});

Deno.test("requestTerms makes the lease twice the heartbeat, unless it is told", () => {
  const asked = terms({ timeout: 90_000, heartbeat: 500 });
  assertEquals([asked.heartbeat, asked.lease], [500, 1_000]);
  const told = terms({ timeout: 90_000, heartbeat: 500, lease: 501 });
  assertEquals([told.heartbeat, told.lease], [500, 501]);
});

Deno.test("requestTerms shortens the default timeout, and only that, to what the executor holds", () => {
  const limits = { ...LIMITS, maxTimeout: 9_000 };
  assertEquals(terms({}, {}, limits).timeout, 9_000);
  assertEquals(terms({ timeout: 9_000 }, {}, limits).timeout, 9_000);
  const error = assertThrows(() => terms({ timeout: 9_001 }, {}, limits), TimeoutTooLongError);
  assertEquals([error.code, error.timeout, error.maximum], ["TIMEOUT_TOO_LONG", 9_001, 9_000]);
  assertThrows(() => terms({}, { timeout: 9_001 }, limits), TimeoutTooLongError);
});

Deno.test("requestTerms refuses a duration that is none", () => {
  const never = [-1, NaN, Infinity, -Infinity, "5", {}, 5n];
  for (const value of [0, ...never]) {
    assertEquals(refusal({ timeout: value }), "INVALID_TIMEOUT", `timeout ${String(value)}`);
    assertEquals(refusal({ heartbeat: value, timeout: 90_000 }), "INVALID_TIMEOUT", `heartbeat ${String(value)}`);
    assertEquals(refusal({ lease: value, timeout: 90_000 }), "INVALID_TIMEOUT", `lease ${String(value)}`);
  }
  for (const value of never) {
    assertEquals(refusal({ grace: value }), "INVALID_TIMEOUT", `grace ${String(value)}`);
    assertEquals(refusal({ persistAfter: value }), "INVALID_TIMEOUT", `persistAfter ${String(value)}`);
  }
});

Deno.test("requestTerms names the duration, the value and what to pass", () => {
  const error = assertThrows(() => terms({ grace: -5 }), InvalidTimeoutError);
  assertEquals([error.option, error.value], ["grace", -5]);
  assertEquals(error.message, 'Cannot use "grace": pass zero or more, a finite number of milliseconds, got -5');
});

Deno.test("requestTerms refuses a deadline that lies after all dates", () => {
  const limits = { ...LIMITS, now: MAX_DUE - 100 };
  assertEquals(terms({ timeout: 60, grace: 40 }, {}, limits).timeout, 60);
  const error = assertThrows(() => terms({ timeout: 60, grace: 41 }, {}, limits), InvalidTimeoutError);
  assertEquals([error.code, error.option, error.value], ["INVALID_TIMEOUT", "timeout", 60]);
  const grace = assertThrows(() => terms({ grace: 1e300 }), InvalidTimeoutError);
  assertEquals([grace.option, grace.value], ["grace", 1e300]);
});

Deno.test("requestTerms refuses groups of options that are no objects, and members that nobody knows, by name", () => {
  for (const group of ["retry", "handlerRetry", "policy"]) {
    for (const value of [5, "x", [], true]) {
      assertEquals(refusal({ [group]: value }), "INVALID_OPTION");
      const error = assertThrows(() => terms({ [group]: value }), InvalidOptionError);
      assertEquals([error.option, error.value], [group, value]);
    }
    const error = assertThrows(() => terms({ [group]: { atempts: 5 } } as RequestDefaults), InvalidOptionError);
    assertEquals([error.option, error.value], [`${group}.atempts`, 5]);
  }
  assertEquals(refusal({ via: { strategy: "queue", shrad: "a" } }), "INVALID_OPTION");
});

Deno.test("requestTerms keeps its own copy of what the caller may change later", () => {
  const policy = { allow: ["https://a.example"], allowPrivate: false };
  const retry = { attempts: 2, statuses: [500] };
  const handlerRetry = { attempts: 2 };
  const via = { strategy: "queue", shard: "a" } as const;
  const taken = terms({ policy, retry, handlerRetry, via });
  const before = structuredClone(taken);
  policy.allow.push("*://*");
  policy.allowPrivate = true;
  retry.statuses.push(404);
  Object.assign(retry, { attempts: 9 });
  Object.assign(handlerRetry, { attempts: 9 });
  Object.assign(via, { shard: "b" });
  assertEquals(taken, before);
});

Deno.test("requestTerms refuses a lease that a single missed beat would end, or that nothing renews", () => {
  assertEquals(refusal({ timeout: 90_000, heartbeat: 500, lease: 500 }), "INVALID_OPTION");
  assertEquals(refusal({ timeout: 90_000, lease: 20_000 }), "INVALID_OPTION");
  assertEquals(refusal({ heartbeat: false, lease: 500 }), "INVALID_OPTION");
});

Deno.test("requestTerms checks call and object together: each may be right and both wrong", () => {
  const error = assertThrows(() => terms({ heartbeat: 800 }, { lease: 500, heartbeat: 100 }), InvalidOptionError);
  assertEquals([error.option, error.value], ["lease", 500]);
});

Deno.test("requestTerms checks signs of life even where the fetch is too short to send any", () => {
  assertEquals(refusal({ timeout: 10, heartbeat: 500, lease: 400 }), "INVALID_OPTION");
});

Deno.test("requestTerms refuses a durability or an answer to ambiguity that it does not know", () => {
  for (const value of ["", "STRICT", "durable", 1, true, {}]) {
    assertEquals(refusal({ durability: value }), "INVALID_OPTION", `durability ${value}`);
    assertEquals(refusal({ onAmbiguous: value }), "INVALID_OPTION", `onAmbiguous ${value}`);
  }
});

Deno.test("requestTerms refuses wrong retries, policies and ways at the call, where somebody can mend them", () => {
  assertEquals(refusal({ retry: { attempts: 0 } }), "INVALID_OPTION");
  assertEquals(refusal({ retry: { statuses: [99] } }), "INVALID_OPTION");
  assertEquals(refusal({ handlerRetry: { backoff: -1 } }), "INVALID_OPTION");
  assertEquals(refusal({ policy: { maxRedirects: -1 } }), "INVALID_OPTION");
  assertEquals(refusal({ via: "pigeon" }), "INVALID_OPTION");
  assertEquals(refusal({ via: { strategy: "queue", priority: "urgent" } }), "INVALID_OPTION");
  const error = assertThrows(() => terms({ handlerRetry: { attempts: 1.5 } }), InvalidOptionError);
  assertEquals([error.option, error.value], ["handlerRetry.attempts", 1.5]);
});

Deno.test("requestTerms reads the way: a name, a route, or the executor's choice", () => {
  assertEquals(terms({ via: "queue" }).via, { strategy: "queue" });
  assertEquals(terms({ via: "auto" }, { via: "queue" }).via, undefined);
  const route = { strategy: "orchestrated", priority: "high", shard: "host" } as const;
  assertEquals(terms({}, { via: route }).via, route);
});
