import { assertEquals } from "@std/assert";
import { type LiveRequest, RequestMemory } from "../../../core/requests/request_memory.ts";
import { fakeClock } from "../../../testing/fake_clock.ts";
import { jobFor } from "../unruly_server.ts";
import type { Row } from "../../../core/storage.ts";

/** More entries than are kept without a look at which ones may go. */
const MANY = 1_100;
const MINUTE = 60_000;

function live(id: string, stopTimer?: () => void): LiveRequest {
  const job = { ...jobFor("https://api.example/", { now: 0 }), id };
  const { token, attempt, timeout, grace } = job;
  return {
    ...{ job, durability: "memory", row: false, named: false, lastSeen: 0 },
    stored: { token, attempt, continuation: "c", url: "https://api.example/", idempotent: true, timeout, grace },
    ...(stopTimer === undefined ? {} : { stopTimer }),
  };
}

Deno.test("RequestMemory knows nothing at first", () => {
  const memory = new RequestMemory();
  assertEquals([memory.live.size, memory.running.size], [0, 0]);
  assertEquals(memory.ended("t"), undefined);
  assertEquals(memory.reported("t", 1), false);
});

Deno.test("RequestMemory.drop forgets a request and ends its timer, and no other's", () => {
  const memory = new RequestMemory();
  const clock = fakeClock();
  const fired: string[] = [];
  for (const id of ["a", "b"]) memory.live.set(id, live(id, clock.setTimeout(() => fired.push(id), 10)));
  memory.drop("a");
  assertEquals([...memory.live.keys()], ["b"]);
  assertEquals(clock.pending, 1);
  clock.tick(10);
  assertEquals(fired, ["b"]);
});

Deno.test("RequestMemory.forget forgets a request by its token, and never another that has its id", () => {
  const memory = new RequestMemory();
  const own = live("a");
  const row: Row = { due: own.job.due, id: "a", kind: "request", payload: "p", named: true };
  memory.live.set("a", own);
  memory.write(row, own.stored);
  memory.forget({ ...own.job, token: "another" });
  assertEquals([memory.live.size, memory.written(own.job)?.row], [1, row]);
  memory.forget(own.job);
  assertEquals([memory.live.size, memory.written(own.job)], [0, undefined]);
  memory.forget(own.job);
});

Deno.test("RequestMemory.holds the ids of requests and handlers that no row holds", () => {
  const memory = new RequestMemory();
  memory.live.set("live", live("live"));
  memory.live.set("written", { ...live("written"), row: true });
  const handler = { attempt: 1, delivered: true, kept: false, token: "t", done: Promise.resolve() };
  memory.running.set("runs", { ...handler, row: false });
  memory.running.set("runs on a row", { ...handler, row: true });
  const held = ["live", "written", "runs", "runs on a row", "none"].filter((id) => memory.holds(id));
  assertEquals(held, ["live", "runs"]);
});

Deno.test("RequestMemory.drop passes over a request without a timer, and one that is not there", () => {
  const memory = new RequestMemory();
  memory.live.set("a", live("a"));
  memory.drop("a");
  memory.drop("a");
  memory.drop("never");
  assertEquals(memory.live.size, 0);
});

Deno.test("RequestMemory.end remembers which dispatch was settled, or that none was", () => {
  const memory = new RequestMemory();
  memory.end("settled", 1_000, 0, 2);
  memory.end("cancelled", 1_000, 0);
  assertEquals(memory.ended("settled")?.settled, 2);
  assertEquals(memory.ended("cancelled") !== undefined, true);
  assertEquals(memory.ended("cancelled")?.settled, undefined);
  assertEquals(memory.ended("other"), undefined);
});

Deno.test("RequestMemory.end keeps the last word", () => {
  const memory = new RequestMemory();
  memory.end("t", 1_000, 0);
  memory.end("t", 1_000, 0, 1);
  assertEquals(memory.ended("t")?.settled, 1);
});

Deno.test("RequestMemory.report remembers an outcome by token and dispatch", () => {
  const memory = new RequestMemory();
  memory.report("t", 1, 1_000, 0);
  assertEquals(memory.reported("t", 1), true);
  assertEquals(memory.reported("t", 2), false);
  assertEquals(memory.reported("u", 1), false);
});

Deno.test("RequestMemory remembers an ended request for a minute after its deadline, however many there are", () => {
  const memory = new RequestMemory();
  const due = 5_000;
  memory.end("kept", due, 0, 1);
  memory.report("kept", 1, due, 0);
  const last = due + MINUTE;
  for (let nth = 0; nth < 3 * MANY; nth++) memory.end(`t${nth}`, last, last);
  assertEquals(memory.ended("kept")?.settled, 1);
  assertEquals(memory.reported("kept", 1), true);
});

Deno.test("RequestMemory forgets what nobody can ask for any more, so that it does not grow for ever", () => {
  const memory = new RequestMemory();
  const due = 5_000;
  memory.end("old", due, 0, 1);
  memory.report("old", 1, due, 0);
  const later = due + MINUTE + 1;
  for (let nth = 0; nth < MANY; nth++) memory.end(`t${nth}`, later, later);
  assertEquals(memory.ended("old"), undefined);
  assertEquals(memory.reported("old", 1), false);
  assertEquals(memory.ended("t0") !== undefined, true);
});

Deno.test("RequestMemory remembers a report that came after the deadline from when it came", () => {
  const memory = new RequestMemory();
  memory.report("t", 1, 1_000, 500_000);
  for (let nth = 0; nth < MANY; nth++) memory.end(`t${nth}`, 500_000, 500_000 + MINUTE);
  assertEquals(memory.reported("t", 1), true);
  for (let nth = 0; nth < 2 * MANY; nth++) memory.end(`u${nth}`, 600_000, 500_000 + MINUTE + 1);
  assertEquals(memory.reported("t", 1), false);
});

Deno.test("RequestMemory leaves live and running requests alone when it forgets", () => {
  const memory = new RequestMemory();
  memory.live.set("a", live("a"));
  const done = Promise.resolve();
  memory.running.set("b", { attempt: 1, delivered: true, kept: false, row: true, token: "t", done });
  for (let nth = 0; nth < 3 * MANY; nth++) memory.end(`t${nth}`, 0, nth * MINUTE);
  assertEquals([memory.live.size, memory.running.size], [1, 1]);
});

Deno.test("RequestMemory.restore takes back what was forgotten, and leaves a newer request under the id alone", () => {
  const memory = new RequestMemory();
  const [old, newer] = [live("a"), live("a")];
  memory.live.set("a", old);
  memory.drop("a");
  memory.end(old.stored.token, 10, 0);
  memory.restore(old.stored.token, old);
  assertEquals([memory.live.get("a"), memory.ended(old.stored.token)], [old, undefined]);
  memory.live.set("a", newer);
  memory.restore(old.stored.token, old);
  assertEquals(memory.live.get("a") === newer, true);
  memory.end(old.stored.token, 10, 0);
  memory.restore(old.stored.token, undefined);
  assertEquals([memory.live.size, memory.ended(old.stored.token)], [1, undefined]);
});

function rowOf(id: string, due: number, payload = `1\n${id}`): Row {
  return { id, due, kind: "request", payload, named: false };
}

Deno.test("RequestMemory remembers a row that was written, at its own due time, until it is unwritten", () => {
  const memory = new RequestMemory();
  const { stored } = live("a");
  const row = rowOf("a", 7);
  assertEquals(memory.written(row), undefined);
  memory.write(row, stored);
  assertEquals(memory.written({ id: "a", due: 7 }), { row, stored });
  assertEquals([memory.written({ id: "a", due: 8 }), memory.written({ id: "b", due: 7 })], [undefined, undefined]);
  memory.unwrite("a");
  memory.unwrite("a");
  assertEquals(memory.written(row), undefined);
});

Deno.test("RequestMemory remembers no long rows, and so many at most", () => {
  const memory = new RequestMemory();
  const { stored } = live("a");
  memory.write(rowOf("long", 7, "x".repeat(4_097)), stored);
  assertEquals(memory.written({ id: "long", due: 7 }), undefined);
  for (let nth = 0; nth < 2_500; nth++) memory.write(rowOf(`r${nth}`, 7), stored);
  let known = 0;
  for (let nth = 0; nth < 2_500; nth++) if (memory.written({ id: `r${nth}`, due: 7 }) !== undefined) known++;
  assertEquals([known > 0, known <= 1_024, memory.written({ id: "r2499", due: 7 })?.row.id], [true, true, "r2499"]);
});
