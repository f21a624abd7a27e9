import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Delivery, Job } from "../../../core/job.ts";
import { ResponseSync, stringify } from "../../../core/serializer/mod.ts";
import { Book } from "../../../testing/simulation/book.ts";
import { Disk } from "../../../testing/simulation/disk.ts";
import { Host } from "../../../testing/simulation/host.ts";
import { readLog, simulatedObject } from "../../../testing/simulation/object.ts";
import type { CallStep } from "../../../testing/simulation/plan.ts";
import { ObjectLostError } from "../../../testing/simulation/shaky_storage.ts";
import { settle, VirtualTime } from "../../../testing/simulation/time.ts";

const STEP: CallStep = {
  ...{ step: "call", request: 1, durability: "strict", method: "GET", timeout: 1_000, grace: 500, takes: 1 },
  ...{ breaks: false, manner: "plain", onLate: false, onAmbiguous: "drop", named: false },
};

function open() {
  const time = new VirtualTime(1_000_000);
  const [disk, book] = [new Disk(), new Book(() => time.now, true)];
  const jobs: Job[] = [];
  const executor = { maxTimeout: Infinity, dispatch: (job: Job) => void jobs.push(job) };
  const host = new Host({
    ...{ time, seed: 1, disk, book, executor: () => executor },
    inhabit: (habitat) => simulatedObject(habitat, book),
    isAsynchronous: () => false,
  });
  return { time, disk, book, jobs, host };
}

function answer({ id, due, token, attempt, carried }: Job): Delivery {
  const outcome = stringify(new ResponseSync("", { headers: { "x-attempt": "1" } }));
  const message = { type: "outcome", v: 1, id, due, token, attempt, sending: 1, outcome } as const;
  return carried === undefined ? message : { ...message, carried };
}

Deno.test("Host starts the object for a call, and dispatches its job", async () => {
  const { host, jobs, book, disk } = open();
  host.call(STEP);
  await settle();
  assertEquals([jobs.length, book.stories.size, disk.due(2_000_000, 9).length], [1, 1, 1]);
  assert(host.isStored(jobs[0].id) && !host.isStored("other"));
  assertEquals(host.waiting(), [jobs[0].id]);
  assertEquals(host.checkAlarm(), undefined);
});

Deno.test("Host takes a delivery in, in an object that has been evicted meanwhile", async () => {
  const { host, jobs, disk, book } = open();
  host.call(STEP);
  await settle();
  host.evict();
  host.evict();
  assertEquals(await host.arrive(answer(jobs[0])), "settled");
  assertEquals([readLog(disk, "log/1"), host.waiting()], [["ok/1"], []]);
  assertEquals(book.byId(jobs[0].id)?.arrived, true);
});

Deno.test("Host cancels, once", async () => {
  const { host, book, jobs } = open();
  host.call(STEP);
  await settle();
  host.cancel({ step: "cancel", request: 1 });
  host.cancel({ step: "cancel", request: 1 });
  host.cancel({ step: "cancel", request: 2 });
  assertEquals([book.stories.get(1)?.cancelled, host.waiting()], [true, []]);
  assertEquals(await host.arrive(answer(jobs[0])), "late");
});

Deno.test("Host does not know whether a request is cancelled by an object that is lost in the act", async () => {
  const { host, book } = open();
  host.call(STEP);
  await settle();
  host.state.crashIn = 1;
  host.cancel({ step: "cancel", request: 1 });
  assertEquals([book.stories.get(1)?.cancelled, host.waiting().length], ["maybe", 1]);
});

Deno.test("Host cancels in a transaction that is undone: the row is back, and what only memory held may be gone", async () => {
  for (const durability of ["strict", "deferred"] as const) {
    const { host, book, jobs } = open();
    host.call({ ...STEP, durability });
    await settle();
    host.cancel({ step: "cancel", request: 1, undone: true });
    const strict = durability === "strict";
    assertEquals([book.stories.get(1)?.cancelled, host.waiting().length], [strict ? false : "maybe", strict ? 1 : 0]);
    assertEquals(await host.arrive(answer(jobs[0])), strict ? "settled" : "late");
    assertEquals(book.violations, []);
  }
});

Deno.test("Host finds a request that is cancelled while its handler runs", async () => {
  const { host, book } = open();
  host.call(STEP);
  await settle();
  Object.assign(book.stories.get(1) ?? {}, { running: true });
  host.cancel({ step: "cancel", request: 1 });
  assertStringIncludes(book.violations.join(), "request 1: it was cancelled while its handler ran");
});

Deno.test("Host finds an object that knows nothing of an open request's latest dispatch", async () => {
  const { host, book, jobs, disk } = open();
  host.call(STEP);
  await settle();
  disk.take(jobs[0]);
  host.evict();
  assertEquals(await host.arrive(answer(jobs[0])), "late");
  assertStringIncludes(book.violations.join(), "request 1: dispatch 1 is not known");
});

Deno.test("Host notes signs of life, and that the object may have taken in one over which it was lost", async () => {
  const { host, book, jobs, time } = open();
  host.call({ ...STEP, timeout: 30_000 });
  await settle();
  const [{ id, due, token }] = jobs;
  const beat = { type: "heartbeat", v: 1, id, due, token, attempt: 1 } as const;
  host.evict();
  host.bookLosses();
  time.advance(1_005_000);
  host.state.crashIn = 1;
  await assertRejects(() => host.arrive(beat), ObjectLostError);
  const story = book.stories.get(1);
  assertEquals([story?.sign, story?.forgot], [1_005_000, "signs"]);
  host.bookLosses();
  time.advance(1_006_000);
  assertEquals([await host.arrive(beat), story?.sign, story?.forgot], ["pending", 1_006_000, "earlier"]);
});

Deno.test("Host calls no alarm handler of an object that puts the alarm off as it starts, as Cloudflare does", async () => {
  const { host, book, time } = open();
  host.call({ ...STEP, timeout: 30_000 });
  await settle();
  assertEquals(host.alarmAt, 1_010_000);
  host.evict();
  time.advance(1_010_300);
  host.fire();
  await settle();
  assertEquals([host.alarmAt, book.stories.get(1)?.lateness], [1_010_301, 300]);
  assert(book.trace.some((line) => line.endsWith("alarm, put off by the object's start")));
});

Deno.test("Host rejects a delivery during which the object is lost, and keeps the row", async () => {
  const { host, jobs, disk } = open();
  host.call(STEP);
  await settle();
  host.state.crashIn = 2;
  await assertRejects(() => host.arrive(answer(jobs[0])), ObjectLostError);
  host.bookLosses();
  assertEquals([readLog(disk, "log/1"), host.waiting().length], [[], 1]);
  assertEquals(await host.arrive(answer(jobs[0])), "settled");
});

Deno.test("Host fires the alarm when it is due, as late as it is told", async () => {
  const { host, time, disk } = open();
  assertEquals(host.alarmAt, undefined);
  host.call(STEP);
  await settle();
  assertEquals(host.alarmAt, 1_001_500);
  host.alarm = { late: 100, twice: true };
  assertEquals(host.alarmAt, 1_001_600);
  time.advance(1_001_600);
  host.fire();
  assertEquals(host.alarmAt, undefined);
  await settle();
  assertEquals([readLog(disk, "log/1"), host.waiting()], [["TIMEOUT"], []]);
  assertEquals(host.alarm, { late: 0, twice: false });
});

Deno.test("Host fires an alarm again whose object was lost", async () => {
  const { host, time, disk } = open();
  host.call(STEP);
  await settle();
  time.advance(1_001_500);
  host.state.crashIn = 2;
  host.fire();
  await settle();
  assertEquals(readLog(disk, "log/1"), []);
  // The first wakes the next object, which sets it anew; the second calls its handler.
  for (let nth = 0; nth < 2; nth++) {
    const { alarmAt = Infinity } = host;
    assert(alarmAt <= time.now + 1);
    time.advance(alarmAt);
    host.fire();
    await settle();
  }
  assertEquals(readLog(disk, "log/1"), ["TIMEOUT"]);
});

Deno.test("Host.jump moves the origin's clock, and the alarm with it", async () => {
  const { host, time } = open();
  host.call(STEP);
  await settle();
  host.jump(1_000);
  assertEquals([host.now, time.now, host.alarmAt], [1_001_000, 1_000_000, 1_000_500]);
  host.jump(-2_000);
  assertEquals(host.now, 999_000);
});

Deno.test("Host.checkAlarm finds a row without an alarm, and one whose alarm comes too late", async () => {
  const { host, disk } = open();
  host.call(STEP);
  await settle();
  disk.arm(1_001_501);
  assertStringIncludes(host.checkAlarm() ?? "", "armed too late");
  disk.disarm();
  assertStringIncludes(host.checkAlarm() ?? "", "no alarm is armed");
});

Deno.test("Host leaves nothing of a call that fails", async () => {
  const { host, book, jobs } = open();
  host.state.full = 1;
  host.call(STEP);
  await settle();
  assertEquals([book.stories.size, jobs.length, host.waiting()], [0, 0, []]);
});
