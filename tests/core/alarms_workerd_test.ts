import { assertEquals, assertLessOrEqual, fail } from "@std/assert";
import { createTestHarness } from "wrangler";
import type { Cost } from "../adapters/cloudflare/storage_worker/meter.ts";

const server = createTestHarness({
  root: `${import.meta.dirname}/alarms_workerd`,
  workers: [{ configPath: "wrangler.jsonc" }],
});

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

async function ask<T>(path: string): Promise<T> {
  const response = await server.fetch(`/${path}`);
  const text = await response.text();
  assertEquals(response.status, 200, text);
  return JSON.parse(text);
}

let objects = 0;

function cost(scenario: string): Promise<Cost> {
  return ask(`COSTS/${++objects}/${encodeURIComponent(scenario)}`);
}

interface Life {
  readonly log: readonly string[];
  readonly schedules: readonly string[];
  readonly dead: readonly string[];
}

/** How often and how long to look before a platform that does nothing is a failure: 200 × 50 ms. */
const LOOKS = 200;

/** Looks at an object until it is as it should be; the platform's own time cannot be moved. */
async function until(name: string, done: (life: Life) => boolean): Promise<Life> {
  let life: Life = { log: [], schedules: [], dead: [] };
  for (let look = 0; look < LOOKS; look++) {
    life = await ask<Life>(`LIVES/${name}/look`);
    if (done(life)) return life;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return fail(`"${name}" did not become as it should be: ${JSON.stringify(life)}`);
}

function withoutStarts(life: Life): string[] {
  return life.log.filter((what) => what !== "start");
}

Deno.test.beforeAll(async () => {
  await server.listen();
});
Deno.test.afterAll(() => server.close());

test("Alarms write 2 rows and set the alarm once for schedule and cancel with a generated id", async () => {
  assertEquals(await cost("generated id"), { read: 2, written: 2, alarmsSet: 1 });
});

test("Alarms write 3 rows for schedule and cancel with an explicit id, 2 for cron", async () => {
  const { written, alarmsSet } = await cost("explicit id");
  assertEquals({ written, alarmsSet }, { written: 3, alarmsSet: 1 });
  assertEquals((await cost("explicit cron id")).written, 2);
});

test("Alarms write nothing when the same is scheduled again", async () => {
  const { written, alarmsSet } = await cost("same again");
  assertEquals({ written, alarmsSet }, { written: 0, alarmsSet: 0 });
});

test("Alarms write 1 row to fire a one-shot, and set no alarm when nothing is left", async () => {
  const { written, alarmsSet } = await cost("one-shot");
  assertEquals({ written, alarmsSet }, { written: 1, alarmsSet: 0 });
});

test("Alarms write 1 row and set one alarm for a cron run, whatever its id", async () => {
  for (const scenario of ["cron", "explicit cron"]) {
    const { written, alarmsSet } = await cost(scenario);
    assertEquals({ written, alarmsSet }, { written: 1, alarmsSet: 1 }, scenario);
  }
});

test("Alarms write 4 rows for a first failure: the try undone, and the row moved to where an index finds it", async () => {
  assertEquals((await cost("failure")).written, 4);
});

test("Alarms write 1 row to fire an asynchronous one-shot, whose row stays until it has ended", async () => {
  const { written, alarmsSet } = await cost("asynchronous");
  assertEquals({ written, alarmsSet }, { written: 1, alarmsSet: 1 });
});

test("Alarms write 1,000 rows for 1,000 schedules, and set the alarm at new minima only", async () => {
  assertEquals(minimaOf(Array.from({ length: 1_000 }, (_, i) => (i * 617) % 1_000)), 1);
  const expected = { ascending: 1, descending: 1_000, shuffled: 1 };
  for (const [order, alarmsSet] of Object.entries(expected)) {
    assertEquals(await cost(order), { read: 0, written: 1_000, alarmsSet }, order);
  }
  assertEquals((await cost("shuffled with minima")).alarmsSet, minimaOf(shuffled()));
});

/** The times of the scenario "shuffled with minima". */
function shuffled(): number[] {
  return Array.from({ length: 1_000 }, (_, i) => ((i + 300) * 617) % 1_009);
}

function minimaOf(times: readonly number[]): number {
  let [least, minima] = [Infinity, 0];
  for (const time of times) {
    if (time < least) [least, minima] = [time, minima + 1];
  }
  return minima;
}

test("Alarms read 1 row to find the next due one, at any size; 1 more where there is cron as well", async () => {
  assertEquals((await cost("first of 10")).read, 1);
  assertEquals((await cost("first of 10000")).read, 1);
  assertEquals((await cost("next of one-shots")).read, 1);
  assertEquals((await cost("next of cron and one-shots")).read, 2);
  // Once for each start it is asked whether there is cron.
  assertEquals((await cost("next of one-shots after a start")).read, 2);
});

test("Alarms read at most 200 rows to wake with 100,000 and run the one that is due", async () => {
  const { read, written } = await cost("wake");
  assertLessOrEqual(read, 200);
  assertEquals(written, 1);
});

test("duplicates at every wake: an object that schedules in its constructor has one schedule after five starts", async () => {
  for (let start = 1; start <= 5; start++) {
    const { log, schedules } = await ask<Life>("LIVES/duplicates/look");
    assertEquals([log.length, schedules], [start, ["new year"]]);
    await server.getWorker().evictDurableObject("LIVES", { name: "duplicates" });
  }
});

test('rows stranded by "time > now": all of seven due around the same instant run, in order', async () => {
  await ask("LIVES/together/together");
  const life = await until("together", ({ log }) => withoutStarts({ log, schedules: [], dead: [] }).length >= 7);
  assertEquals(withoutStarts(life), ["-60000", "-1", "0", "1", "29", "30", "31"]);
  assertEquals(life.schedules, ["new year"]);
});

test("one throwing task starving the rest: others run, the bad one ends as a dead letter", async () => {
  await ask("LIVES/starving/starving");
  const life = await until("starving", ({ log, dead }) => log.includes("good 2") && dead.length > 0);
  assertEquals(life.log.filter((what) => what.startsWith("good")), ["good 0", "good 1", "good 2"]);
  assertEquals(life.log.filter((what) => what === "bad"), [], "what a failed try has written is undone");
  assertEquals(life.dead, ["bad: RangeError"]);
});

test("alarms that stall when set to now: a handler that schedules itself for now goes on to its end", async () => {
  await ask("LIVES/again/again");
  const life = await until("again", ({ log }) => log.includes("again 0"));
  assertEquals(withoutStarts(life), ["again 3", "again 2", "again 1", "again 0"]);
});

test("work lost to a deploy: an asynchronous handler cut off by a reset runs again, long before the next row", async () => {
  await ask("LIVES/deployed/deployed");
  const life = await until("deployed", ({ log }) => log.includes("ended"));
  assertEquals(life.log, ["start", "begun", "start", "begun", "ended"]);
  const { schedules } = await until("deployed", (later) => later.schedules.length < 3);
  assertEquals(schedules, ["later", "new year"]);
});

test("Alarms quarantine a schedule whose object has died three times with it, and run the others", async () => {
  await ask("LIVES/killer/killer").catch(() => {});
  const life = await until("killer", ({ log, dead }) => dead.length > 0 && log.includes("innocent"));
  assertEquals(life.dead, ["killer: QUARANTINED"]);
  assertEquals(life.log, ["start", "start", "start", "start", "quarantined killer", "innocent"]);
});

test("bills from row writes: an object that wakes and finds nothing to do writes no row", async () => {
  const { written } = await cost("wake for nothing");
  assertEquals(written, 0);
});
