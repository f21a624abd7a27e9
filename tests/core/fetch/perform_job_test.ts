import { assert, assertEquals } from "@std/assert";
import type { Acknowledgement, Delivery, Job, Message } from "../../../core/job.ts";
import { performJob, type PerformJobOptions } from "../../../core/fetch/perform_job.ts";
import { parse } from "../../../core/serializer/mod.ts";
import { type FakeClock, fakeClock } from "../../../testing/fake_clock.ts";
import { errorIn, jobFor, responseIn } from "../unruly_server.ts";

type Answer = () => Acknowledgement | Promise<Acknowledgement>;

/** An origin that notes its messages and gives each the next answer, the last one for ever. */
class Origin {
  readonly received: Delivery[] = [];
  readonly times: number[] = [];
  readonly #answers: readonly Answer[];
  readonly #clock: FakeClock;

  constructor(clock: FakeClock, ...answers: Answer[]) {
    this.#clock = clock;
    this.#answers = answers;
  }

  readonly deliver = (message: Message): Acknowledgement | Promise<Acknowledgement> => {
    if (message.type === "outcome") this.received.push(message);
    this.times.push(this.#clock.now());
    const answer = this.#answers[Math.min(this.received.length, this.#answers.length) - 1];
    return answer === undefined ? "unknown" : answer();
  };
}

function fail(): never {
  throw new TypeError("the object is restarting");
}

const reject: Answer = () => Promise.reject(new TypeError("the object is restarting"));
const silence: Answer = () => new Promise(() => {});
const settled: Answer = () => "settled";

async function perform(job: Job, origin: Origin, clock: FakeClock, options: Partial<PerformJobOptions> = {}) {
  const done = performJob(job, {
    fetch: () => Promise.resolve(new Response("hello", { headers: { "x-tag": "7" } })),
    clock,
    deliver: origin.deliver,
    ...options,
  });
  let result: string | undefined;
  done.then((value) => result = value);
  for (let turns = 0; result === undefined && turns < 500; turns++) {
    await clock.tickAsync(0);
    if (result === undefined && clock.nextTimer !== undefined) await clock.tickAsync(clock.nextTimer - clock.now());
  }
  return result;
}

Deno.test("performJob delivers the outcome with all that identifies the job, once", async () => {
  const clock = fakeClock();
  const carried = { epoch: "e1", durability: "deferred", continuation: "c" } as const;
  const job = { ...jobFor("https://example.com/", { now: clock.now() }), attempt: 2, carried };
  const origin = new Origin(clock, settled);
  assertEquals(await perform(job, origin, clock), "settled");
  const [delivery, ...more] = origin.received;
  assertEquals(more, []);
  const { id, due, token } = job;
  const expected = { type: "outcome", v: 1, id, due, token, attempt: 2, sending: 1, carried, outcome: "" };
  assertEquals({ ...delivery, outcome: "" }, expected);
  assertEquals(responseIn(parse(delivery?.outcome ?? "")).text(), "hello");
  assertEquals(clock.pending, 0);
});

Deno.test("performJob returns what the origin answers", async () => {
  for (const answer of ["settled", "late", "unknown"] as const) {
    const clock = fakeClock();
    const origin = new Origin(clock, () => Promise.resolve(answer));
    assertEquals(await perform(jobFor("https://example.com/", { now: clock.now() }), origin, clock), answer);
    assertEquals(origin.received.length, 1);
  }
});

Deno.test("performJob delivers again, counted, after a throw, a rejection, a silence and a wrong answer", async () => {
  const clock = fakeClock();
  const wrong = () => "pending" as const;
  const origin = new Origin(clock, fail, reject, silence, wrong, settled);
  const job = jobFor("https://example.com/", { now: clock.now(), grace: 60_000 });
  assertEquals(await perform(job, origin, clock), "settled");
  assertEquals(origin.received.map(({ sending }) => sending), [1, 2, 3, 4, 5]);
  assertEquals(new Set(origin.received.map(({ outcome }) => outcome)).size, 1);
  const waits = origin.times.slice(1).map((time, index) => time - (origin.times[index] ?? 0));
  for (const [index, ceiling] of [100, 200, 10_400, 800].entries()) {
    assert((waits[index] ?? 0) <= ceiling && (waits[index] ?? 0) >= ceiling / 2, `wait ${index}: ${waits[index]} ms`);
  }
  assertEquals(clock.pending, 0);
});

Deno.test("performJob gives up when grace is over, with a last delivery at that very time", async () => {
  const clock = fakeClock();
  const origin = new Origin(clock, reject);
  const job = jobFor("https://example.com/", { now: clock.now(), timeout: 1_000, grace: 7_000 });
  assertEquals(await perform(job, origin, clock), "undelivered");
  assert(origin.received.length > 5);
  assertEquals(origin.times.at(-1), job.due);
  assertEquals(clock.pending, 0);
});

Deno.test("performJob sends an outcome once however late it is", async () => {
  const clock = fakeClock();
  const job = jobFor("https://example.com/", { now: clock.now() });
  clock.tick(60_000);
  const origin = new Origin(clock, reject);
  assertEquals(await perform(job, origin, clock), "undelivered");
  assertEquals(origin.received.length, 1);
  assertEquals(errorIn(parse(origin.received[0]?.outcome ?? "")).code, "TIMEOUT");
});

Deno.test("performJob delivers a timeout within grace", async () => {
  const clock = fakeClock();
  const origin = new Origin(clock, settled);
  const job = jobFor("https://example.com/", { now: clock.now(), timeout: 5_000, grace: 1_000 });
  assertEquals(await perform(job, origin, clock, { fetch: () => new Promise(() => {}) }), "settled");
  assertEquals(origin.times, [job.due - 1_000]);
});

Deno.test("performJob delivers nothing once it is given up", async () => {
  const clock = fakeClock();
  const job = jobFor("https://example.com/", { now: clock.now() });
  const before = new Origin(clock, settled);
  assertEquals(await perform(job, before, clock, { signal: AbortSignal.abort() }), "undelivered");
  assertEquals(before.received, []);
  const controller = new AbortController();
  const between = new Origin(clock, () => {
    controller.abort();
    return fail();
  });
  assertEquals(await perform(job, between, clock, { signal: controller.signal }), "undelivered");
  assertEquals(between.received.length, 1);
  assertEquals(clock.pending, 0);
});

Deno.test("performJob lets something go on beside the fetch, which may give it up", async () => {
  const clock = fakeClock();
  const job = jobFor("https://example.com/", { now: clock.now() });
  const steps: string[] = [];
  const origin = new Origin(clock, () => (steps.push("delivered"), "settled"));
  const accompany = (accompanied: Job) => {
    steps.push(`began ${accompanied.id}`);
    return async () => {
      await Promise.resolve();
      steps.push("ended");
    };
  };
  assertEquals(await perform(job, origin, clock, { accompany }), "settled");
  assertEquals(steps, ["began r1", "ended", "delivered"]);
  const lost = new Origin(clock, settled);
  const giveUp = (_: Job, give: () => void) => (give(), () => {});
  assertEquals(await perform(job, lost, clock, { accompany: giveUp }), "undelivered");
  assertEquals(lost.received, []);
});

Deno.test("performJob replaces an outcome that does not fit the way, status and headers kept", async () => {
  const clock = fakeClock();
  const origin = new Origin(clock, settled);
  const job = jobFor("https://example.com/", { now: clock.now(), method: "POST" });
  const fetch = () => Promise.resolve(new Response("x".repeat(5_000), { status: 201, headers: { "x-tag": "7" } }));
  assertEquals(await perform(job, origin, clock, { fetch, maxDeliveryBytes: 4_000 }), "settled");
  const error = errorIn(parse(origin.received[0]?.outcome ?? ""));
  assertEquals([error.code, error.status, error.headers?.get("x-tag")], ["OUTCOME_TOO_LARGE", 201, "7"]);
  assert(error.ambiguous);
});

Deno.test("performJob says that it is alive until its outcome is acknowledged, and delivers whatever that is answered", async () => {
  for (const beat of ["pending", "late", "unknown"] as const) {
    const clock = fakeClock();
    const job = { ...jobFor("https://example.com/", { now: clock.now() }), heartbeat: 1_000 };
    const sent: [string, number][] = [];
    const start = clock.now();
    const answer = await perform(job, new Origin(clock), clock, {
      deliver(message) {
        sent.push([message.type, clock.now() - start]);
        if (message.type !== "outcome") return beat;
        return new Promise((resolve) => clock.setTimeout(() => resolve("settled"), 3_500));
      },
    });
    assertEquals(answer, "settled");
    const beats = [1_000, 2_000, 3_000].map((ms): [string, number] => ["heartbeat", ms]);
    assertEquals([sent, clock.pending], [[["outcome", 0], ...beats], 0]);
  }
});
