import { assertEquals } from "@std/assert";
import { JobCompany } from "../../../core/fetch/company.ts";
import type { DeliverOptions } from "../../../core/fetch/deliver.ts";
import type { Acknowledgement, Job, Message } from "../../../core/job.ts";
import { type FakeClock, fakeClock } from "../../../testing/fake_clock.ts";
import { jobFor } from "../unruly_server.ts";

type Answer = () => Acknowledgement | Promise<Acknowledgement>;

const CARRIED = { epoch: "e1", durability: "deferred", continuation: "c", onLate: "l" } as const;
const NO_CHANCE = { attempts: Infinity, backoff: 100, maxDelay: 5_000, jitter: 0 };

/** A company in progress: what it has sent, when, and whether it was told to give up. */
interface Scene {
  readonly clock: FakeClock;
  readonly company: JobCompany;
  readonly job: Job;
  readonly sent: [ms: number, message: Message][];
  gaveUp: number;
}

/** Starts a company whose origin gives its answers in turn, the last one for ever. */
function accompany(more: Partial<Job>, answers: Answer[], options: Partial<DeliverOptions> = {}): Scene {
  const clock = fakeClock();
  const start = clock.now();
  const job = { ...jobFor("https://api.example/", { now: start, timeout: 5_000, grace: 1_000 }), ...more };
  const sent: Scene["sent"] = [];
  function deliver(message: Message): Acknowledgement | Promise<Acknowledgement> {
    sent.push([clock.now() - start, message]);
    return answers[Math.min(sent.length, answers.length) - 1]();
  }
  const made = { clock, deliver, redelivery: NO_CHANCE, ...options };
  const scene: Scene = { clock, job, sent, gaveUp: 0, company: new JobCompany(job, made, () => scene.gaveUp++) };
  return scene;
}

function times({ sent }: Scene): [number, string][] {
  return sent.map(([ms, { type }]) => [ms, type]);
}

function say(answer: Acknowledgement): Answer {
  return () => answer;
}

function fail(): never {
  throw new DOMException("the object is restarting", "AbortError");
}

Deno.test("JobCompany says nothing for a job that asks for nothing", async () => {
  const scene = accompany({ carried: { epoch: "e1", durability: "strict" } }, [say("pending")]);
  await scene.clock.tickAsync(10_000);
  assertEquals([scene.sent, scene.clock.pending, await scene.company.end()], [[], 0, scene.job]);
});

Deno.test("JobCompany sends a sign of life at every beat, with all that proves it", async () => {
  const scene = accompany({ heartbeat: 700, attempt: 2 }, [say("pending")]);
  await scene.clock.tickAsync(2_100);
  assertEquals(times(scene), [[700, "heartbeat"], [1_400, "heartbeat"], [2_100, "heartbeat"]]);
  const { id, due, token } = scene.job;
  assertEquals(scene.sent[0][1], { type: "heartbeat", v: 1, id, due, token, attempt: 2 });
  assertEquals(scene.gaveUp, 0);
  scene.company.close();
  await scene.clock.tickAsync(10_000);
  assertEquals([scene.sent.length, scene.clock.pending], [3, 0]);
});

Deno.test("JobCompany keeps beating while the origin does not answer, fails, or rejects", async () => {
  const never: Answer = () => new Promise(() => {});
  const scene = accompany({ heartbeat: 700 }, [fail, () => Promise.reject(new DOMException("gone")), never]);
  await scene.clock.tickAsync(3_500);
  assertEquals([scene.sent.length, scene.gaveUp], [5, 0]);
  scene.company.close();
  await scene.clock.tickAsync(20_000);
  assertEquals([scene.sent.length, scene.clock.pending], [5, 0]);
});

Deno.test("JobCompany.end lets the signs of life go on until close, and gives nothing up any more", async () => {
  for (const answer of ["pending", "late", "unknown"] as const) {
    const scene = accompany({ heartbeat: 700 }, [say("pending"), say(answer)]);
    await scene.clock.tickAsync(1_000);
    assertEquals(await scene.company.end(), scene.job);
    await scene.clock.tickAsync(1_800);
    assertEquals([times(scene).map(([ms]) => ms), scene.gaveUp], [[700, 1_400, 2_100, 2_800], 0], answer);
    scene.company.close();
    await scene.clock.tickAsync(20_000);
    assertEquals([scene.sent.length, scene.clock.pending], [4, 0]);
  }
});

Deno.test("JobCompany.end begins to beat for a deferred job that has not been written down", async () => {
  const scene = accompany({ persistAfter: 500, heartbeat: 700, carried: CARRIED }, [say("late")]);
  await scene.clock.tickAsync(400);
  assertEquals(await scene.company.end(), scene.job);
  await scene.clock.tickAsync(1_500);
  scene.company.close();
  assertEquals([times(scene), scene.gaveUp], [[[700, "heartbeat"], [1_400, "heartbeat"]], 0]);
});

Deno.test("JobCompany gives up when the origin wants no outcome any more", async () => {
  for (const answer of ["late", "unknown"] as const) {
    const scene = accompany({ heartbeat: 700 }, [say("pending"), say(answer)]);
    await scene.clock.tickAsync(1_399);
    assertEquals(scene.gaveUp, 0);
    await scene.clock.tickAsync(1);
    assertEquals(scene.gaveUp, 1);
    await scene.company.end();
  }
});

Deno.test("JobCompany asks to write a deferred job down once persistAfter has passed since the call", async () => {
  const scene = accompany({ persistAfter: 2_000, carried: CARRIED }, [say("pending")]);
  await scene.clock.tickAsync(1_999);
  assertEquals(scene.sent, []);
  await scene.clock.tickAsync(4_000);
  assertEquals(scene.sent, [[2_000, { type: "persist", v: 1, job: scene.job }]]);
  await scene.company.end();
});

Deno.test("JobCompany counts persistAfter from the call, not from when the job came to it", async () => {
  const start = fakeClock().now();
  // By two clocks the call may seem to lie in the future: then it is now.
  for (const [late, at] of [[500, 1_500], [3_000, 0], [-4_000, 2_000]]) {
    const due = start - late + 6_000;
    const scene = accompany({ persistAfter: 2_000, carried: CARRIED, due }, [say("pending")]);
    await scene.clock.tickAsync(2_000);
    assertEquals(times(scene), [[at, "persist"]]);
    await scene.company.end();
  }
});

Deno.test("JobCompany asks to write a deferred job down by its first beat: until then it gives no sign of life", async () => {
  const scene = accompany({ persistAfter: 2_000, heartbeat: 700, carried: CARRIED }, [say("pending")]);
  await scene.clock.tickAsync(1_400);
  assertEquals(times(scene), [[700, "persist"], [1_400, "heartbeat"]]);
  scene.company.close();
});

Deno.test("JobCompany asks nothing for a job that ends before persistAfter", async () => {
  const scene = accompany({ persistAfter: 2_000, carried: CARRIED }, [say("pending")]);
  await scene.clock.tickAsync(1_000);
  assertEquals(await scene.company.end(), scene.job);
  await scene.clock.tickAsync(10_000);
  assertEquals([scene.sent, scene.clock.pending], [[], 0]);
});

Deno.test("JobCompany asks nothing for a job that does not bring its continuation", async () => {
  for (const carried of [undefined, { epoch: "e1", durability: "strict" } as const]) {
    const scene = accompany({ persistAfter: 100, ...(carried && { carried }) }, [say("pending")]);
    await scene.clock.tickAsync(1_000);
    assertEquals([scene.sent, await scene.company.end()], [[], scene.job]);
  }
});

Deno.test("JobCompany.end gives back a job without its continuation once that is written down", async () => {
  const scene = accompany({ persistAfter: 2_000, carried: CARRIED }, [say("pending")]);
  await scene.clock.tickAsync(2_000);
  const { carried, ...job } = await scene.company.end();
  const { carried: _, ...same } = scene.job;
  assertEquals([job, carried], [same, { epoch: "e1", durability: "strict", onLate: "l" }]);
});

Deno.test("JobCompany asks again, with back-off, until the origin has answered", async () => {
  const scene = accompany({ persistAfter: 1_000, carried: CARRIED }, [fail, fail, fail, say("pending")]);
  await scene.clock.tickAsync(5_000);
  assertEquals(times(scene), [1_000, 1_100, 1_300, 1_700].map((ms) => [ms, "persist"]));
  // An unanswered one may still be under way.
  const { carried } = await scene.company.end();
  assertEquals(carried, { epoch: "e1", durability: "strict", onLate: "l", unsure: true });
});

Deno.test("JobCompany.end waits for the answer that is under way: an outcome that overtook it would run twice", async () => {
  const { promise, resolve } = Promise.withResolvers<Acknowledgement>();
  const scene = accompany({ persistAfter: 1_000, carried: CARRIED }, [() => promise]);
  await scene.clock.tickAsync(1_000);
  let ended: Job | undefined;
  const ending = scene.company.end().then((job) => ended = job);
  await scene.clock.tickAsync(2_000);
  assertEquals(ended, undefined);
  resolve("pending");
  await ending;
  assertEquals(ended?.carried?.durability, "strict");
});

Deno.test("JobCompany.end keeps the continuation when the origin has not answered until the deadline", async () => {
  const scene = accompany({ persistAfter: 1_000, carried: CARRIED }, [fail]);
  await scene.clock.tickAsync(1_000);
  const ending = scene.company.end();
  await scene.clock.tickAsync(10_000);
  assertEquals(await ending, scene.job);
  assertEquals([scene.sent.at(-1)?.[0], scene.clock.pending], [6_000, 0]);
});

Deno.test("JobCompany.end keeps the continuation when the job's signal has ended", async () => {
  const controller = new AbortController();
  const scene = accompany({ persistAfter: 1_000, carried: CARRIED }, [fail], { signal: controller.signal });
  await scene.clock.tickAsync(1_050);
  controller.abort();
  const ending = scene.company.end();
  await scene.clock.tickAsync(5_000);
  assertEquals([await ending, scene.clock.pending], [scene.job, 0]);
});

Deno.test("JobCompany gives up when the origin answers a persist with late", async () => {
  const scene = accompany({ persistAfter: 500, carried: CARRIED, heartbeat: 700 }, [say("late")]);
  await scene.clock.tickAsync(5_000);
  assertEquals([scene.gaveUp, times(scene)], [1, [[500, "persist"]]]);
});

Deno.test("JobCompany beats for a deferred job only once it is written down", async () => {
  const scene = accompany({ persistAfter: 500, carried: CARRIED, heartbeat: 700 }, [say("pending")]);
  await scene.clock.tickAsync(1_900);
  assertEquals(times(scene), [[500, "persist"], [1_200, "heartbeat"], [1_900, "heartbeat"]]);
  scene.company.close();
  assertEquals(scene.clock.pending, 0);
});

Deno.test("JobCompany starts no beat for an answer that comes after close, and gives nothing up after end", async () => {
  for (const late of ["pending", "late"] as const) {
    const { promise, resolve } = Promise.withResolvers<Acknowledgement>();
    const scene = accompany({ persistAfter: 500, carried: CARRIED, heartbeat: 700 }, [() => promise]);
    await scene.clock.tickAsync(500);
    const ending = scene.company.end();
    scene.company.close();
    resolve(late);
    await ending;
    await scene.clock.tickAsync(5_000);
    assertEquals([scene.sent.length, scene.gaveUp, scene.clock.pending], [1, 0, 0]);
  }
});
