import { assertEquals } from "@std/assert";
import { floorViolations, type House } from "../../tools/rules/floors.ts";
import { readTree } from "../../tools/tree.ts";
import { sample } from "./sample.ts";

const HOUSE: House = {
  floors: [
    { name: "1", units: ["core/errors.ts", "core/clock.ts"] },
    { name: "2", units: ["core/serializer/", "core/cron.ts"] },
    { name: "6a", units: ["core/strategies/direct.ts", "core/strategies/queue.ts"] },
    { name: "6b", units: ["core/strategies/auto.ts"] },
    { name: "8", units: ["adapters/memory.ts", "adapters/cloudflare/"] },
  ],
  foreign: { croner: ["core/cron.ts"], "cloudflare:workers": ["adapters/cloudflare/"] },
};

Deno.test("floorViolations lets arrows point down and stay within a folder", () => {
  const files = sample({
    "core/errors.ts": "",
    "core/cron.ts": 'import "croner"; import "./errors.ts";',
    "core/serializer/mod.ts": 'export * from "./parse.ts";',
    "core/serializer/parse.ts": 'import { a } from "../errors.ts";',
    "core/strategies/direct.ts": "",
    "core/strategies/auto.ts": 'import "./direct.ts";',
    "adapters/cloudflare/mod.ts": 'import { DurableObject } from "cloudflare:workers"; import "../../core/errors.ts";',
  });
  assertEquals(floorViolations(files, HOUSE), []);
});

Deno.test("floorViolations names an arrow that points up, types included", () => {
  const files = sample({ "core/errors.ts": 'import type { P } from "./serializer/parse.ts";' });
  assertEquals(floorViolations(files, HOUSE), [
    "core/errors.ts:1: imports up: core/errors.ts (floor 1) -> core/serializer/ (floor 2)",
  ]);
});

Deno.test("floorViolations sees re-exports, dynamic imports and import types", () => {
  for (const code of ['export * from "./cron.ts"', 'await import("./cron.ts")', 'let x: import("./cron.ts").X']) {
    assertEquals(floorViolations(sample({ "core/clock.ts": code }), HOUSE).length, 1, code);
  }
});

Deno.test("floorViolations takes no comment or string for an import", () => {
  const files = sample({ "core/clock.ts": '// import "./cron.ts"\nconst x = `import "./cron.ts"`;' });
  assertEquals(floorViolations(files, HOUSE), []);
});

Deno.test("floorViolations keeps strategies apart, and adapters", () => {
  const files = sample({
    "core/strategies/direct.ts": 'import "./queue.ts";',
    "adapters/memory.ts": 'import "./cloudflare/storage.ts";',
  });
  assertEquals(floorViolations(files, HOUSE), [
    "core/strategies/direct.ts:1: imports sideways: core/strategies/direct.ts (floor 6a) -> core/strategies/queue.ts (floor 6a)",
    "adapters/memory.ts:1: imports sideways: adapters/memory.ts (floor 8) -> adapters/cloudflare/ (floor 8)",
  ]);
});

Deno.test("floorViolations refuses foreign modules but where they are allowed", () => {
  const files = sample({
    "core/clock.ts": 'import "croner";\nimport "node:fs";',
    "adapters/memory.ts": 'import "cloudflare:workers"',
  });
  assertEquals(floorViolations(files, HOUSE), [
    'core/clock.ts:1: imports "croner", allowed only in core/cron.ts',
    'core/clock.ts:2: imports "node:fs", allowed only in no file that ships',
    'adapters/memory.ts:1: imports "cloudflare:workers", allowed only in adapters/cloudflare/',
  ]);
});

Deno.test("floorViolations tells where to add a file that stands on no floor", () => {
  assertEquals(floorViolations(sample({ "core/new.ts": "" }), HOUSE), [
    "core/new.ts: stands on no floor: add it to FLOORS in tools/rules/floors.ts",
  ]);
});

Deno.test("floorViolations refuses an import of what does not ship", () => {
  assertEquals(floorViolations(sample({ "core/clock.ts": 'import "../tests/a.ts"' }), HOUSE), [
    'core/clock.ts:1: imports "tests/a.ts", which stands on no floor and does not ship',
  ]);
});

Deno.test("this house: every arrow points down", () => {
  assertEquals(floorViolations(readTree()), []);
});
