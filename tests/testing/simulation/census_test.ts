import { assertEquals, assertStringIncludes } from "@std/assert";
import { PAUSED_DUE } from "../../../core/storage.ts";
import type { Subject } from "../../../testing/simulation/subject.ts";
import { RowCounter } from "../counter.ts";
import { answer, subjectStage } from "./subject_stage.ts";

const ASKING: Subject<RowCounter> = {
  origin: ({ storage }) => new RowCounter(storage),
  call: (_counter, { nth, ctn, proxyFetch, alarms }) => {
    proxyFetch("https://a.example/", ctn().onReply(nth, ctn().$result), nth === 9 ? { durability: "memory" } : {});
    if (nth === 5) alarms.schedule(1, ctn().onTick(nth));
  },
};

/** Puts a row into the log. */
function logged(it: ReturnType<typeof subjectStage>, id: string, payload = "ok/1"): void {
  it.disk.insert({ due: PAUSED_DUE, id, kind: "log", payload, named: false });
}

Deno.test("Census reports where each request stands, and how often it has committed", async () => {
  const it = subjectStage(ASKING);
  for (const nth of [0, 1, 9]) await it.call(nth);
  await it.host.arrive(answer(it.jobs[1]));
  const phases = () => it.report().requests.map(({ call, phase, commits }) => [call, phase, commits]);
  assertEquals(phases(), [[0, "open", 0], [1, "committed", 1], [9, "open", 0]]);
  assertEquals([it.report().commits, it.report().now, it.report().ended], [1, 1_000_000, false]);
  it.host.evict();
  it.host.bookLosses();
  assertEquals(phases(), [[0, "open", 0], [1, "committed", 1], [9, "lost", 0]]);
  assertEquals(it.judge(), [], "what lives in memory may be lost with it");
});

Deno.test("Census finds a request that is lost", async () => {
  const it = subjectStage(ASKING);
  await it.call(0);
  it.disk.take({ due: it.jobs[0].due, id: it.jobs[0].id });
  it.host.evict();
  assertEquals(it.judge(), ["request 0 is lost"]);
});

Deno.test("Census finds a request that has committed more often than it may", async () => {
  const it = subjectStage(ASKING);
  await it.call(0);
  await it.host.arrive(answer(it.jobs[0]));
  logged(it, "log/0/1", "TIMEOUT");
  assertStringIncludes(it.judge().join("\n"), "request 0 has committed 2 times (ok/1,TIMEOUT), not at most 1");
});

Deno.test("Census finds what runs although it was undone", async () => {
  const it = subjectStage(ASKING);
  await it.call(0);
  await it.host.arrive(answer(it.jobs[0]));
  it.disk.take({ due: PAUSED_DUE, id: "asked/0" });
  assertStringIncludes(it.judge()[0], "request 0 has committed 1 times (ok/1), not at most 0");
});

Deno.test("Census finds a schedule that is lost, and one that has run twice", async () => {
  const lost = subjectStage(ASKING);
  await lost.call(5);
  const [id] = lost.rolls.schedules.values().map((story) => story.id);
  lost.disk.take({ due: 1_001_000, id });
  assertEquals(lost.judge(), [`schedule ${id} is lost`]);
  const twice = subjectStage(ASKING);
  await twice.call(5);
  await twice.pass(2_000);
  logged(twice, "run/#5.001/1", "run");
  assertStringIncludes(twice.judge()[0], "has committed 2 times, not at most 1");
});

Deno.test("Census finds a row that nobody has run", async () => {
  const it = subjectStage(ASKING);
  await it.call(0);
  it.time.advance(it.jobs[0].due + 70_000);
  assertEquals(it.judge(), []);
  it.time.advance(it.jobs[0].due + 70_001);
  assertEquals(it.judge(), [`the row ${it.jobs[0].id} is left over since 70001 ms`]);
});

Deno.test("Census knows the rows of asynchronous handlers, and no row of the subject's own", async () => {
  const it = subjectStage(ASKING);
  await it.call(0);
  const rows = () => it.disk.due(PAUSED_DUE - 1, 9);
  assertEquals(rows().map((row) => it.census.isAsynchronous(row)), [false]);
  const story = it.book.byId(it.jobs[0].id);
  if (story !== undefined) story.asynchronous = true;
  assertEquals(rows().map((row) => it.census.isAsynchronous(row)), [true]);
  assertEquals(it.census.isAsynchronous({ due: 5, id: "x", kind: "mine", payload: "", named: false }), false);
});

Deno.test("Census takes no request for stored because another one with its id is", async () => {
  const it = subjectStage({
    ...ASKING,
    call: (_counter, { nth, ctn, proxyFetch, alarms }) => {
      if (nth === 0) alarms.schedule(0, ctn().onTick(0), { id: "mine" });
      else {proxyFetch("https://a.example/", ctn().onReply(1, ctn().$result), {
          id: `mine ${nth}`,
          durability: "memory",
        });}
    },
  });
  await it.call(0);
  await it.call(1);
  assertEquals([it.census.isStored(0), it.census.isStored(1)], [false, false]);
  it.host.evict();
  it.host.bookLosses();
  assertEquals([it.report().requests.map(({ phase }) => phase), it.judge()], [["lost"], []]);
});
