import { assert, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { DuplicateIdError, InvalidOptionError } from "../../../core/errors.ts";
import type { Orchestrator } from "../../../core/orchestrator/orchestrator.ts";
import { QueueFullError } from "../../../core/orchestrator/queue_full.ts";
import { MAX_DUE } from "../../../core/storage.ts";
import { errorIn, responseIn } from "../unruly_server.ts";
import { ORIGIN, Stage } from "./stage.ts";

Deno.test("Orchestrator fetches, delivers to the origin, and keeps nothing", async () => {
  const stage = new Stage();
  const orchestrator = stage.start();
  const job = stage.job("https://a.example/x");
  orchestrator.enqueue(job, ORIGIN);
  assertEquals(stage.rows, 1);
  stage.asked[0].answer(new Response("hello"));
  await stage.settle();
  const [{ origin, message }] = stage.delivered;
  assertEquals(origin, ORIGIN);
  assertEquals([message.id, message.token, message.attempt, message.sending], [job.id, job.token, 1, 1]);
  assertEquals(responseIn(stage.outcome(0)).text(), "hello");
  assertEquals(stage.rows, 0);
  assertEquals(stage.events.map(({ type }) => type), ["queued", "started", "finished", "delivered"]);
});

Deno.test("Orchestrator has maxInFlight fetches under way, the rest in line in the order of arrival", async () => {
  const stage = new Stage();
  const orchestrator = stage.start({ options: { maxInFlight: 2 } });
  const jobs = [1, 2, 3, 4].map((n) => stage.job(`https://h${n}.example/`));
  for (const job of jobs) orchestrator.enqueue(job, ORIGIN);
  assertEquals(stage.asked.length, 2);
  stage.asked[1].answer();
  await stage.settle();
  assertEquals(stage.asked.length, 3);
  stage.asked[0].answer();
  await stage.settle();
  assertEquals(stage.jobs("started"), jobs.map(({ id }) => id));
});

Deno.test("Orchestrator serves the urgent first", async () => {
  const stage = new Stage();
  const orchestrator = stage.start({ options: { maxInFlight: 1 } });
  const [first, low, normal, high] = [stage.job(), stage.job(), stage.job(), stage.job()];
  orchestrator.enqueue(first, ORIGIN);
  orchestrator.enqueue(low, ORIGIN, "low");
  orchestrator.enqueue(normal, ORIGIN);
  orchestrator.enqueue(high, ORIGIN, "high");
  for (let index = 0; index < 4; index++) {
    stage.asked[index].answer();
    await stage.settle();
  }
  assertEquals(stage.jobs("started"), [first, high, normal, low].map(({ id }) => id));
});

Deno.test("Orchestrator holds a host's concurrency, and does not let others wait for it", () => {
  const stage = new Stage();
  const orchestrator = stage.start({ options: { concurrency: 1 } });
  for (const host of ["a", "a", "a", "b"]) orchestrator.enqueue(stage.job(`https://${host}.example/`), ORIGIN);
  assertEquals(stage.asked.map(({ url }) => url), ["https://a.example/", "https://b.example/"]);
  const { hosts, queued, inFlight } = orchestrator.statistics();
  assertEquals([queued, inFlight], [2, 2]);
  assertEquals(hosts["a.example"], { queued: 2, inFlight: 1, breaker: "closed" });
});

Deno.test("Orchestrator holds a host's rate, and sleeps in between", async () => {
  const stage = new Stage();
  const orchestrator = stage.start({ options: { rate: { requests: 1, per: 2_000 } } });
  for (let n = 0; n < 3; n++) orchestrator.enqueue(stage.job(), ORIGIN);
  const begun: number[] = [];
  for (let n = 0; n < 3; n++) {
    begun.push(stage.clock.now());
    stage.asked[n].answer();
    await stage.settle(2_000);
  }
  assertEquals(begun.map((at) => at - begun[0]), [0, 2_000, 4_000]);
  assertEquals(stage.delivered.length, 3);
});

Deno.test("Orchestrator opens the breaker of a dead host, and does not slow the others", async () => {
  const stage = new Stage();
  const options = { maxInFlight: 2, breaker: { failures: 2, cooldown: 30_000 } };
  const orchestrator = stage.start({ options });
  for (let n = 0; n < 4; n++) orchestrator.enqueue(stage.job("https://dead.example/"), ORIGIN);
  orchestrator.enqueue(stage.job("https://live.example/"), ORIGIN);
  stage.asked[0].fail();
  stage.asked[1].fail();
  await stage.settle();
  assertEquals(orchestrator.statistics().hosts["dead.example"].breaker, "open");
  // The third had begun before the second failed.
  assertEquals(stage.asked.slice(2).map(({ url }) => url), ["https://dead.example/", "https://live.example/"]);
  stage.asked[2].fail();
  stage.asked[3].answer();
  await stage.settle(30_000);
  orchestrator.wake();
  assertEquals(stage.asked.slice(4).map(({ url }) => url), ["https://dead.example/"]);
  stage.asked[4].answer();
  await stage.settle();
  assertEquals(orchestrator.statistics().hosts["dead.example"].breaker, "closed");
  assertEquals([stage.delivered.length, stage.rows], [5, 0]);
});

Deno.test("Orchestrator tries a host once at a time when its breaker is half open, also when an older fetch ends", async () => {
  const stage = new Stage();
  const orchestrator = stage.start({ options: { breaker: { failures: 1, cooldown: 1_000 } } });
  const older = stage.job();
  for (const job of [older, stage.job(), stage.job(), stage.job()]) orchestrator.enqueue(job, ORIGIN);
  for (const index of [1, 2, 3]) stage.asked[index].fail();
  await stage.settle();
  for (const job of [stage.job(), stage.job()]) orchestrator.enqueue(job, ORIGIN);
  await stage.settle(1_000);
  assertEquals(stage.asked.length, 5);
  orchestrator.abort(older.id, older.token);
  await stage.settle(10);
  assertEquals(stage.asked.length, 5);
  stage.asked[4].answer();
  await stage.settle();
  assertEquals(stage.asked.length, 6);
});

Deno.test("Orchestrator waits for the next try without taking a place", async () => {
  const stage = new Stage();
  const orchestrator = stage.start({ options: { maxInFlight: 1 } });
  const retried = stage.job("https://busy.example/", { retry: { attempts: 2, jitter: 0 } });
  orchestrator.enqueue(retried, ORIGIN);
  orchestrator.enqueue(stage.job("https://b.example/"), ORIGIN);
  stage.asked[0].answer(new Response("", { status: 503, headers: { "retry-after": "3" } }));
  await stage.settle();
  assertEquals(stage.asked[1].url, "https://b.example/");
  stage.asked[1].answer();
  await stage.settle(2_999);
  assertEquals(stage.asked.length, 2);
  await stage.settle(1);
  assertEquals(stage.asked[2].url, "https://busy.example/");
  stage.asked[2].fail();
  await stage.settle();
  const error = errorIn(stage.outcome(1));
  assertEquals([error.code, error.attempt], ["NETWORK", 2]);
  assertEquals(stage.rows, 0);
});

Deno.test("Orchestrator ends what waits longer than maxRequestAge, or than its own timeout", async () => {
  const stage = new Stage();
  const orchestrator = stage.start({ options: { maxInFlight: 1, maxRequestAge: 20_000 } });
  const holder = stage.job("https://a.example/", { timeout: 100_000 });
  orchestrator.enqueue(holder, ORIGIN);
  orchestrator.enqueue(stage.job("https://old.example/"), ORIGIN);
  orchestrator.enqueue(stage.job("https://brief.example/", { timeout: 3_000 }), ORIGIN);
  await stage.settle(3_000);
  assertEquals(errorIn(stage.outcome(0)).url, "https://brief.example/");
  assertEquals(stage.storage.armedAt() !== undefined, true);
  await stage.settle(16_999);
  assertEquals(stage.delivered.length, 1);
  await stage.settle(1);
  orchestrator.wake();
  await stage.settle();
  const error = errorIn(stage.outcome(1));
  assertEquals([error.code, error.ambiguous, error.url], ["TIMEOUT", false, "https://old.example/"]);
  assertEquals(stage.jobs("expired").length, 2);
  assertEquals(stage.rows, 1);
});

Deno.test("Orchestrator keeps an outcome that is not taken, and sends it again with back-off, across restarts", async () => {
  const stage = new Stage();
  stage.reply = () => Promise.reject(new DOMException("restarting"));
  const first = stage.start();
  orchestrated(stage, first);
  await stage.settle();
  assertEquals([stage.delivered.length, stage.rows], [1, 1]);
  await stage.settle(2_000);
  assertEquals(stage.delivered.length, 2);
  first.close();
  stage.reply = () => "settled";
  stage.start();
  await stage.settle(10_000);
  assertEquals(stage.delivered.map(({ message }) => message.sending), [1, 2, 3]);
  assertEquals(responseIn(stage.outcome(2)).text(), "kept");
  assertEquals([stage.rows, stage.asked.length], [0, 1]);
});

function orchestrated(stage: Stage, orchestrator: Orchestrator): void {
  orchestrator.enqueue(stage.job(), ORIGIN);
  stage.asked.at(-1)?.answer(new Response("kept"));
}

Deno.test("Orchestrator stops sending at due, and keeps nothing", async () => {
  const stage = new Stage();
  stage.reply = () => Promise.reject(new DOMException("gone"));
  const orchestrator = stage.start();
  orchestrated(stage, orchestrator);
  for (let second = 0; second <= 70; second++) {
    await stage.settle(1_000);
    stage.alarm(orchestrator);
    await stage.settle();
  }
  assertEquals([stage.rows, stage.asked.length], [0, 1]);
  assertEquals(stage.jobs("undelivered").length, 1);
  assertLess(stage.delivered.length, 12);
});

Deno.test("Orchestrator forgets an outcome whose row somebody has taken away", async () => {
  const stage = new Stage();
  stage.reply = () => Promise.reject(new DOMException("restarting"));
  const orchestrator = stage.start();
  orchestrated(stage, orchestrator);
  await stage.settle();
  const [row] = stage.storage.due(MAX_DUE, 1);
  stage.storage.take(row);
  await stage.settle(2_000);
  assertEquals([stage.delivered.length, orchestrator.statistics().delivering], [1, 0]);
});

Deno.test("Orchestrator keeps an outcome of 10 MB in rows that fit", async () => {
  const stage = new Stage();
  stage.reply = () => Promise.reject(new DOMException("restarting"));
  const orchestrator = stage.start();
  orchestrator.enqueue(stage.job("https://a.example/", { policy: { maxBodyBytes: 11_000_000 } }), ORIGIN);
  const body = new Uint8Array(10_000_000).map((_, index) => index * 7);
  stage.asked[0].answer(new Response(body));
  await stage.settle();
  assertGreater(stage.rows, 5);
  stage.reply = () => "settled";
  await stage.settle(2_000);
  const bytes = responseIn(stage.outcome(1)).bytes();
  assert(bytes.length === body.length && bytes.every((byte, index) => byte === body[index]));
  assertEquals(stage.rows, 0);
});

Deno.test("Orchestrator fetches again after a restart what may be repeated", async () => {
  const stage = new Stage();
  const first = stage.start({ options: { maxInFlight: 1 } });
  for (const path of ["1", "2"]) first.enqueue(stage.job(`https://a.example/${path}`), ORIGIN);
  first.close();
  assertEquals(stage.asked[0].signal.aborted, true);
  stage.start();
  assertEquals(stage.asked.slice(1).map(({ url }) => url), ["https://a.example/1", "https://a.example/2"]);
  for (const asked of stage.asked.slice(1)) asked.answer();
  await stage.settle();
  assertEquals([stage.delivered.length, stage.rows], [2, 0]);
});

Deno.test("Orchestrator ends after a restart what had begun and may not be repeated; what had not is fetched", async () => {
  const stage = new Stage();
  const first = stage.start({ options: { maxInFlight: 1 } });
  const [begun, waiting] = ["1", "2"].map((n) => stage.job(`https://a.example/${n}`, { method: "POST", body: n }));
  first.enqueue(begun, ORIGIN);
  first.enqueue(waiting, ORIGIN);
  first.close();
  stage.start();
  await stage.settle();
  const error = errorIn(stage.outcome(0));
  assertEquals([error.code, error.ambiguous, error.url], ["EXECUTOR_LOST", true, "https://a.example/1"]);
  // It may be the second sending: the first one's outcome may have arrived before the loss.
  assertEquals(stage.delivered[0].message.sending, 2);
  assertEquals(stage.asked.slice(1).map(({ url }) => url), ["https://a.example/2"]);
});

Deno.test("Orchestrator takes a job once, and answers the latest dispatch of it", async () => {
  const stage = new Stage();
  const orchestrator = stage.start();
  const job = stage.job();
  orchestrator.enqueue(job, ORIGIN);
  orchestrator.enqueue({ ...job, attempt: 3 }, ORIGIN);
  orchestrator.enqueue({ ...job, attempt: 2 }, ORIGIN);
  assertEquals([stage.asked.length, stage.rows], [1, 1]);
  stage.asked[0].answer();
  await stage.settle();
  assertEquals(stage.delivered.map(({ message }) => message.attempt), [3]);
});

Deno.test("Orchestrator.abort gives a job up in line and under way, and only with its token, and has none then", async () => {
  const stage = new Stage();
  const orchestrator = stage.start({ options: { maxInFlight: 1 } });
  const [running, queued, next] = [stage.job(), stage.job(), stage.job()];
  for (const job of [running, queued, next]) orchestrator.enqueue(job, ORIGIN);
  assertEquals([orchestrator.has(queued.id, "guess"), orchestrator.has("guess", queued.token)], [false, false]);
  assertEquals([queued, running].map(({ id, token }) => orchestrator.has(id, token)), [true, true]);
  orchestrator.abort(queued.id, "guess");
  orchestrator.abort("guess", queued.token);
  assertEquals(stage.rows, 3);
  orchestrator.abort(queued.id, queued.token);
  orchestrator.abort(running.id, running.token);
  assertEquals([queued, running].map(({ id, token }) => orchestrator.has(id, token)), [false, false]);
  await stage.settle();
  assertEquals(stage.asked[0].signal.aborted, true);
  assertEquals(stage.jobs("started"), [running.id, next.id]);
  assertEquals([stage.rows, stage.delivered.length], [1, 0]);
});

Deno.test("Orchestrator refuses more than maxQueued, and stores nothing of it", () => {
  const stage = new Stage();
  const orchestrator = stage.start({ options: { maxQueued: 2 } });
  orchestrator.enqueue(stage.job(), ORIGIN);
  orchestrator.enqueue(stage.job(), ORIGIN);
  assertThrows(() => orchestrator.enqueue(stage.job(), ORIGIN), QueueFullError);
  assertEquals(stage.rows, 2);
});

Deno.test("Orchestrator refuses what it could not work on, and stores nothing of it", () => {
  const stage = new Stage();
  const orchestrator = stage.start();
  const job = stage.job();
  const wrong: unknown[][] = [[job, ORIGIN, "urgent"], [{}, ORIGIN], [job, {}], [
    { ...job, retry: { jitter: 2 } },
    ORIGIN,
  ]];
  for (const args of wrong) {
    assertThrows(() => orchestrator.enqueue(...args as Parameters<Orchestrator["enqueue"]>), InvalidOptionError);
  }
  assertEquals([stage.rows, stage.events, orchestrator.statistics().queued], [0, [], 0]);
});

Deno.test("Orchestrator leaves rows alone that it cannot read, keeps them, and works on the others", async () => {
  const stage = new Stage();
  const first = stage.start({ options: { maxInFlight: 1 } });
  for (let n = 0; n < 5; n++) first.enqueue(stage.job(), ORIGIN);
  first.close();
  const [none, later, urgent, torn] = stage.storage.due(MAX_DUE, 4);
  const texts = [
    { ...none, payload: "" },
    { ...later, payload: `2${later.payload.slice(1)}` },
    { ...urgent, payload: urgent.payload.replace('"normal"', '"urgent"') },
    { ...torn, payload: torn.payload.slice(0, -9) },
  ];
  for (const row of texts) stage.storage.move(row, row);
  for (let start = 1; start <= 2; start++) {
    const failures: unknown[] = [];
    const orchestrator = stage.start({ onFailure: (error) => failures.push(error) });
    if (start === 2) orchestrator.enqueue(stage.job(), ORIGIN);
    stage.asked[start].answer();
    await stage.settle();
    assertEquals([failures, stage.delivered.length, stage.rows], [[], start, 4]);
    assertEquals(orchestrator.statistics().events.unreadable, 4);
    orchestrator.close();
  }
});

Deno.test("Orchestrator sleeps when nothing is due", async () => {
  const stage = new Stage();
  const orchestrator = stage.start();
  orchestrator.enqueue(stage.job(), ORIGIN);
  stage.asked[0].answer();
  await stage.settle();
  assertEquals(stage.clock.pending, 0);
  await stage.settle(60_000);
  const armed = stage.storage.armedAt();
  orchestrator.wake();
  assertEquals([stage.storage.armedAt(), stage.clock.pending], [armed, 0]);
});

Deno.test("Orchestrator has an alarm armed whenever it has a row", async () => {
  const stage = new Stage();
  stage.reply = () => Promise.reject(new DOMException("restarting"));
  const orchestrator = stage.start({ options: { maxInFlight: 1, rate: { requests: 1, per: 9_000 } } });
  for (let n = 0; n < 3; n++) orchestrator.enqueue(stage.job(), ORIGIN);
  for (let n = 0; n < 12; n++) {
    assertGreater(stage.storage.armedAt() ?? 0, stage.clock.now());
    stage.asked.at(-1)?.answer();
    await stage.settle(4_000);
    stage.alarm(orchestrator);
  }
});

Deno.test("Orchestrator tells of a storage that fails, and delivers what it cannot store", async () => {
  const stage = new Stage();
  const failures: unknown[] = [];
  const orchestrator = stage.start({ onFailure: (error) => failures.push(error) });
  orchestrator.enqueue(stage.job(), ORIGIN);
  const failure = new DuplicateIdError("full");
  stage.storage.take = () => {
    throw failure;
  };
  stage.asked[0].answer();
  await stage.settle();
  assertEquals(failures, [failure]);
  assertEquals([stage.delivered.length, stage.rows], [1, 1]);
});

Deno.test("Orchestrator delivers that it cannot read a job", async () => {
  const stage = new Stage();
  stage.start().enqueue({ ...stage.job(), request: "no request" }, ORIGIN);
  await stage.settle();
  assertEquals(errorIn(stage.outcome(0)).code, "INVALID_REQUEST");
  assertEquals(stage.rows, 0);
});

Deno.test("Orchestrator forgets hosts of which nothing needs to be known", async () => {
  const stage = new Stage();
  const orchestrator = stage.start({ options: { maxInFlight: 2_000 } });
  orchestrator.enqueue(stage.job("https://busy.example/"), ORIGIN);
  for (let n = 0; n < 1_200; n++) {
    orchestrator.enqueue(stage.job(`https://h${n}.example/`), ORIGIN);
    stage.asked.at(-1)?.answer();
    if (n % 100 === 0) await stage.settle();
  }
  await stage.settle();
  const { hosts } = orchestrator.statistics();
  assertLess(Object.keys(hosts).length, 1_001);
  assertEquals(hosts["busy.example"].inFlight, 1);
});
