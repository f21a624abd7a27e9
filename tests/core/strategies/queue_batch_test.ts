import { assert, assertEquals, AssertionError, assertRejects } from "@std/assert";
import { systemClock } from "../../../core/clock.ts";
import { InvalidOptionError } from "../../../core/errors.ts";
import type { FetchFunction } from "../../../core/fetch/exchange.ts";
import type { Acknowledgement, Job, Message } from "../../../core/job.ts";
import type { OriginAddress } from "../../../core/requests/origin_address.ts";
import { parse } from "../../../core/serializer/mod.ts";
import { performBatch, type QueueBatchOptions, type QueueMessage } from "../../../core/strategies/queue_batch.ts";
import { fakeClock } from "../../../testing/fake_clock.ts";
import { errorIn, jobFor, responseIn } from "../unruly_server.ts";

const ORIGIN = { name: "Agent", id: "0123" };

class FakeMessage implements QueueMessage {
  readonly body: unknown;
  readonly attempts: number;
  state = "open";

  constructor(body: unknown, attempts = 1) {
    this.body = structuredClone(body);
    this.attempts = attempts;
  }

  ack(): void {
    this.state = `${this.state} acked`;
  }

  retry(): void {
    this.state = `${this.state} retried`;
  }
}

interface Bench {
  readonly options: QueueBatchOptions;
  readonly outcomes: { address: OriginAddress; outcome: unknown }[];
}

function bench(fetch: FetchFunction, parts: Partial<QueueBatchOptions> = {}): Bench {
  const outcomes: Bench["outcomes"] = [];
  function deliverTo(address: OriginAddress, message: Message): Acknowledgement {
    if (message.type !== "outcome") throw new AssertionError(message.type);
    outcomes.push({ address, outcome: parse(message.outcome) });
    return "settled";
  }
  return { options: { fetch, clock: systemClock, deliverTo, ...parts }, outcomes };
}

function queued(job: Job): unknown {
  return { v: 1, job, origin: ORIGIN };
}

Deno.test("performBatch performs each message, delivers to its origin and acknowledges it", async () => {
  const { options, outcomes } = bench((url) => Promise.resolve(new Response(url)));
  const messages = [1, 2, 3].map((n) => new FakeMessage(queued(jobFor(`https://a.example/${n}`))));
  assertEquals(await performBatch(messages, options), ["done", "done", "done"]);
  assertEquals(messages.map(({ state }) => state), ["open acked", "open acked", "open acked"]);
  assertEquals(outcomes.map(({ outcome }) => responseIn(outcome).text()).sort(), [
    "https://a.example/1",
    "https://a.example/2",
    "https://a.example/3",
  ]);
  assertEquals(outcomes[0].address, ORIGIN);
});

Deno.test("performBatch runs six at a time, and acknowledges each by itself", async () => {
  let [active, most] = [0, 0];
  const { options } = bench(async () => {
    most = Math.max(most, ++active);
    await new Promise((resolve) => setTimeout(resolve, 1));
    active--;
    return new Response("x");
  });
  const messages = Array.from({ length: 40 }, () => new FakeMessage(queued(jobFor("https://a.example/"))));
  await performBatch(messages, options);
  assertEquals(most, 6);
  assert(messages.every(({ state }) => state === "open acked"));
});

Deno.test("performBatch refuses a concurrency that would leave messages behind, and touches none", async () => {
  const { options } = bench((url) => Promise.resolve(new Response(url)));
  const messages = [new FakeMessage(queued(jobFor("https://a.example/")))];
  for (const concurrency of [0, -1, 1.5, NaN, Infinity, "2"]) {
    const wrong = { ...options, concurrency } as QueueBatchOptions;
    const error = await assertRejects(() => performBatch(messages, wrong), InvalidOptionError);
    assertEquals([error.option, messages[0].state], ["concurrency", "open"]);
  }
  assertEquals(await performBatch(messages, { ...options, concurrency: 99 }), ["done"]);
  assertEquals(await performBatch([], options), []);
});

Deno.test("performBatch fetches a repeatable request again when its message comes again", async () => {
  const { options, outcomes } = bench(() => Promise.resolve(new Response("again")));
  await performBatch([new FakeMessage(queued(jobFor("https://a.example/")), 2)], options);
  assertEquals(responseIn(outcomes[0].outcome).text(), "again");
});

Deno.test("performBatch does not fetch twice what may not be repeated", async () => {
  let fetched = 0;
  const { options, outcomes } = bench(() => (fetched++, Promise.resolve(new Response("x"))));
  const job = jobFor("https://a.example/pay", { method: "POST", body: "1" });
  const [first, second] = [new FakeMessage(queued(job), 1), new FakeMessage(queued(job), 2)];
  await performBatch([first], options);
  await performBatch([second], options);
  assertEquals(fetched, 1);
  const error = errorIn(outcomes[1].outcome);
  assertEquals([error.code, error.ambiguous, error.url], ["EXECUTOR_LOST", true, "https://a.example/pay"]);
  assertEquals(second.state, "open acked");
});

Deno.test("performBatch drops a job whose origin has settled it", async () => {
  let fetched = 0;
  const { options, outcomes } = bench(() => (fetched++, Promise.resolve(new Response("x"))));
  const message = new FakeMessage(queued(jobFor("https://a.example/", { now: Date.now() - 60_000 })));
  assertEquals(await performBatch([message], options), ["done"]);
  assertEquals([fetched, outcomes.length, message.state], [0, 0, "open acked"]);
});

Deno.test("performBatch gives a job only what is left of its budget", async () => {
  const clock = fakeClock();
  const { options, outcomes } = bench(() => new Promise(() => {}), { clock });
  const job = jobFor("https://a.example/", { now: clock.now() - 4_000, timeout: 5_000 });
  const done = performBatch([new FakeMessage(queued(job))], options);
  await clock.tickAsync(999);
  assertEquals(outcomes.length, 0);
  await clock.tickAsync(1);
  assertEquals(errorIn(outcomes[0].outcome).code, "TIMEOUT");
  assertEquals(await done, ["done"]);
});

Deno.test("performBatch hands back what is none of ours", async () => {
  const job = jobFor("https://a.example/");
  const bodies = [
    null,
    "text",
    {},
    { v: 2, job, origin: ORIGIN },
    { v: 1, job: { ...job, v: 2 }, origin: ORIGIN },
    { v: 1, job, origin: { name: "Agent" } },
    { v: 1, job: { ...job, request: 1 }, origin: ORIGIN },
    { v: 1, job: { ...job, attempt: 0 }, origin: ORIGIN },
    { v: 1, job: { ...job, due: 1.5 }, origin: ORIGIN },
    { v: 1, job: { ...job, carried: { epoch: 1 } }, origin: ORIGIN },
    { v: 1, origin: ORIGIN },
  ];
  let fetched = 0;
  const { options } = bench(() => (fetched++, Promise.resolve(new Response("x"))));
  const messages = bodies.map((body) => new FakeMessage(body));
  assertEquals(await performBatch(messages, options), bodies.map(() => "retried"));
  assert(messages.every(({ state }) => state === "open retried"));
  assertEquals(fetched, 0);
});

Deno.test("performBatch acknowledges when nobody takes the outcome until due", async () => {
  const clock = fakeClock();
  const { options } = bench(() => Promise.resolve(new Response("x")), {
    clock,
    deliverTo: () => Promise.reject(new DOMException("gone")),
  });
  const message = new FakeMessage(queued(jobFor("https://a.example/", { now: clock.now() })));
  const done = performBatch([message], options);
  await clock.tickAsync(6_000);
  assertEquals(await done, ["done"]);
  assertEquals(message.state, "open acked");
});
