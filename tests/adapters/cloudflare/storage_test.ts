import { assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { createTestHarness } from "wrangler";
import { STORAGE_CASES } from "../../../testing/mod.ts";
import type { Cost } from "./storage_worker/meter.ts";

const [PLAIN, NODEJS] = ["storage-plain", "storage-nodejs"];
const server = createTestHarness({
  root: `${import.meta.dirname}/storage_worker`,
  workers: [{ configPath: "wrangler.jsonc" }, { configPath: "wrangler_nodejs_compat.jsonc" }],
});

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

async function ask<T>(path: string, worker = PLAIN): Promise<T> {
  const response = await server.getWorker(worker).fetch(`http://storage/${path}`);
  const text = await response.text();
  assertEquals(response.status, 200, text);
  return JSON.parse(text);
}

Deno.test.beforeAll(async () => {
  await server.listen();
});
Deno.test.afterAll(() => server.close());

for (const worker of [PLAIN, NODEJS]) {
  for (const { name } of STORAGE_CASES) {
    test(`CloudflareStorage in ${worker} ${name}`, async () => {
      const expected = { failure: null, node: worker === NODEJS };
      assertEquals(await ask(`case/${encodeURIComponent(name)}`, worker), expected);
    });
  }
}

/** Rows read, rows written and alarms set, as workerd counts them. */
function cost(read: number, written: number, alarmsSet = 0): Cost {
  return { read, written, alarmsSet };
}

const COSTS = {
  insert: cost(0, 1),
  insertNamed: cost(0, 2),
  get: cost(1, 0),
  find: cost(1, 0),
  findNothing: cost(0, 0),
  move: cost(2, 1),
  moveInPlace: cost(2, 1),
  moveNamed: cost(2, 2),
  moveNothing: cost(1, 0),
  first: cost(1, 0),
  due: cost(10, 0),
  dueAfter: cost(11, 0),
  countNothing: cost(1, 0),
  take: cost(2, 1),
  takeNamed: cost(2, 1),
  takeNothing: cost(1, 0),
  armedAt: cost(0, 0),
  arm: cost(0, 0, 1),
  armTwiceInOne: cost(0, 0, 1),
  armUndone: cost(0, 0, 0),
  disarm: cost(0, 0),
};

for (const filler of [1_000, 100_000]) {
  test(`CloudflareStorage costs the same few rows beside ${filler} others`, async () => {
    const { opening, reopening, ...costs } = await ask<Record<string, Cost>>(`costs/${filler}`);
    assertGreater(opening.written, 0);
    assertEquals([reopening.written, reopening.alarmsSet], [0, 0]);
    assertLessOrEqual(reopening.read, 10);
    assertEquals(costs, COSTS);
  });
}

test("CloudflareStorage and the platform agree on the alarm after a transaction that threw", async () => {
  const { first, second, expected } = await ask<Record<string, unknown>>("own-rollback");
  assertEquals([first, second], [expected, expected]);
});

test("CloudflareStorage sets the alarm again when a transactionSync of the user's own took it back", async () => {
  const { before, after, armedAt, expected } = await ask<Record<string, unknown>>("foreign-rollback");
  assertEquals([before, after, armedAt], [null, expected, expected]);
});

test("CloudflareStorage transaction undoes what a handler wrote through ctx.storage.sql", async () => {
  const found = await ask("own-table");
  assertEquals(found, { error: "RangeError", replies: [], first: { due: 1, id: "a" } });
});

test("CloudflareStorage arm takes dates that the platform refuses", async () => {
  assertEquals(await ask("extremes"), { latest: Date.UTC(2189, 0), next: 4_102_444_800_000 });
});

test("CloudflareStorage refuses a schema of a later version", async () => {
  assertEquals(await ask("later-schema"), { error: "SCHEMA_TOO_NEW" });
});

test("CloudflareStorage arm in a class without alarm() keeps the row, and is not armed", async () => {
  const found = await ask<Record<string, unknown>>("without-alarm");
  assertEquals(found, { atCall: "nothing", armedAt: "unset", first: { due: 1, id: "a" } });
});

test("CloudflareStorage load finds the alarm after an eviction", async () => {
  await ask("arm/4102444800123?object=evicted");
  await server.getWorker(PLAIN).evictDurableObject("STORAGE", { name: "evicted" });
  assertEquals(await ask("read?object=evicted"), { armedAt: 4_102_444_800_123, log: [] });
});

test("CloudflareStorage alarmFired leaves no alarm, and the handler sets the next", async () => {
  await ask("arm/1?object=fires");
  // The alarm is due: the platform fires it within milliseconds, and runs it to its end before it answers a request.
  let log: string[] = [];
  for (let tries = 0; tries < 500 && log.length === 0; tries++) {
    log = (await ask<{ log: string[] }>("read?object=fires")).log;
  }
  assertEquals(log.map((line) => JSON.parse(line)), [{ fired: "unset", platform: 4_102_444_800_000 }]);
  assertEquals((await ask<{ armedAt: unknown }>("read?object=fires")).armedAt, 4_102_444_800_000);
});
