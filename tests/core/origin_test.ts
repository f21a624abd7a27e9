import { assertEquals, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../adapters/memory.ts";
import { InvalidTimeoutError, UnknownMethodError } from "../../core/errors.ts";
import type { Executor } from "../../core/executor.ts";
import type { Job } from "../../core/job.ts";
import { Origin, type OriginSettings } from "../../core/origin.ts";
import { ResponseSync, stringify } from "../../core/serializer/mod.ts";
import { fakeClock } from "../../testing/fake_clock.ts";

class Base {
  platform(): void {}
}

class Agent extends Base {
  readonly replies: unknown[] = [];

  onReply(result: unknown): void {
    if (result === "fail") throw new RangeError("handler");
    this.replies.push(result instanceof ResponseSync ? result.text() : result);
  }
}

function setUp(
  settings?: OriginSettings,
): { agent: Agent; origin: Origin<Agent>; jobs: Job[]; storage: MemoryStorage } {
  const jobs: Job[] = [];
  const executor: Executor = { maxTimeout: 60_000, dispatch: (job) => void jobs.push(job) };
  const storage = new MemoryStorage();
  const agent = new Agent();
  const parts = { object: agent, base: Base.prototype, storage, executor, clock: fakeClock({ now: 1_000 }) };
  return { agent, origin: new Origin(parts, settings), jobs, storage };
}

Deno.test("Origin hands a request to the executor and its outcome to the object", async () => {
  const { agent, origin, jobs, storage } = setUp({ timeout: 5_000, grace: 500 });
  origin.proxyFetch("https://api.example/", origin.ctn().onReply(origin.ctn().$result));
  await Promise.resolve();
  const { id, due, token, attempt } = jobs[0];
  assertEquals([due, storage.armedAt()], [6_500, 6_500]);
  const outcome = stringify(new ResponseSync("hello"));
  assertEquals(origin.deliver({ type: "outcome", v: 1, id, due, token, attempt, sending: 1, outcome }), "settled");
  assertEquals([agent.replies, storage.first()], [["hello"], undefined]);
});

Deno.test("Origin shares one alarm and one set of rows between schedules and requests", async () => {
  const { agent, origin, storage } = setUp({ timeout: 5_000, grace: 0 });
  origin.alarms.schedule(2, origin.ctn().onReply("scheduled"));
  origin.proxyFetch("https://api.example/", origin.ctn().onReply("requested"));
  assertEquals([storage.count(0, 10_000), storage.armedAt()], [2, 3_000]);
  await origin.alarms.triggerAlarms(2);
  assertEquals(agent.replies, ["scheduled", "requested"]);
});

Deno.test("Origin keeps continuations away from the methods of its base", () => {
  const { origin, storage } = setUp();
  assertThrows(() => origin.proxyFetch("https://api.example/", origin.ctn().platform()), UnknownMethodError);
  assertEquals(storage.first(), undefined);
});

Deno.test("Origin refuses wrong settings when it is made, not when they are first used", () => {
  assertThrows(() => setUp({ timeout: -1 }), InvalidTimeoutError);
});

Deno.test("Origin tells its listener what happens to requests and to schedules", async () => {
  const events: string[] = [];
  const { origin } = setUp({ onEvent: (event) => void events.push(event.type), alarms: { retry: { attempts: 1 } } });
  origin.proxyFetch("https://api.example/", origin.ctn().onReply(1));
  await Promise.resolve();
  origin.alarms.schedule(0, origin.ctn().onReply("fail"));
  await origin.alarms.triggerAlarms(1);
  assertEquals(events, ["dispatched", "dead"]);
});
