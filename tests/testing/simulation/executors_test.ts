import { assert, assertEquals } from "@std/assert";
import type { Acknowledgement, Job, Message } from "../../../core/job.ts";
import { RequestSync, stringify } from "../../../core/serializer/mod.ts";
import { Book, type RequestStory } from "../../../testing/simulation/book.ts";
import { Executors } from "../../../testing/simulation/executors.ts";
import { Network } from "../../../testing/simulation/network.ts";
import { labelOf } from "../../../testing/simulation/object.ts";
import type { CallStep, Fault } from "../../../testing/simulation/plan.ts";
import { settle, VirtualTime } from "../../../testing/simulation/time.ts";
import { parse } from "../../../core/serializer/mod.ts";

const JOB: Job = {
  ...{ v: 1, id: "id", due: 2_000, token: "t", attempt: 1, timeout: 1_000, grace: 1_000, policy: {}, retry: undefined },
  request: stringify(new RequestSync("https://server.example/1")),
};

function open(step: Partial<CallStep> = {}, faults: readonly Fault[] = [], seed = 1) {
  const time = new VirtualTime(0);
  const book = new Book(() => time.now, true);
  const arrived: Message[] = [];
  const arrive = (message: Message): Promise<Acknowledgement> => {
    arrived.push(message);
    return Promise.resolve(message.type === "outcome" ? "settled" : "pending");
  };
  const plain: CallStep = {
    ...{ step: "call", request: 1, durability: "strict", method: "GET", timeout: 1_000, grace: 1_000, takes: 100 },
    ...{ breaks: false, manner: "plain", onLate: false, onAmbiguous: "drop", named: false },
  };
  book.begin({ ...plain, ...step }, "id", 0);
  const network = new Network({ time, seed, faults: new Set(faults), book, arrive });
  const executors = new Executors({ time, seed, faults: new Set(faults), book, network, originNow: () => time.now });
  const outcomes = () =>
    arrived.flatMap((message) => message.type === "outcome" ? labelOf(parse(message.outcome)) : []);
  return { time, book, executors, arrived, outcomes, story: book.byId("id") as RequestStory };
}

async function pass(time: VirtualTime, ms = 5_000): Promise<void> {
  const until = time.now + ms;
  await settle();
  while (time.step(until)) await settle();
  await settle();
}

const ENDS: [string, Partial<CallStep>, string][] = [
  ["an answer", {}, "ok/1"],
  ["an answer on the last millisecond", { takes: 999 }, "ok/1"],
  ["none in time", { takes: 1_500 }, "TIMEOUT"],
  ["a broken connection", { breaks: true }, "NETWORK"],
];

for (const [name, step, label] of ENDS) {
  Deno.test(`Executors deliver ${name}`, async () => {
    const { time, executors, outcomes, story } = open(step);
    executors.dispatch(JOB);
    await pass(time);
    assertEquals([outcomes(), executors.size], [[label], 0]);
    assertEquals([...story.settled], [1]);
  });
}

Deno.test("Executors ignore a job that nobody has called for", async () => {
  const { time, executors, arrived } = open();
  executors.dispatch({ ...JOB, id: "other" });
  await pass(time);
  assertEquals(arrived, []);
});

Deno.test("Executors can be killed, and are silent then", async () => {
  const { time, executors, arrived } = open();
  executors.kill(0);
  executors.dispatch(JOB);
  await pass(time, 50);
  assertEquals(executors.size, 1);
  executors.kill(3);
  await pass(time);
  assertEquals([executors.size, arrived], [0, []]);
});

Deno.test("Executors give up a job, by its token", async () => {
  const { time, executors, arrived } = open();
  executors.dispatch(JOB);
  await pass(time, 50);
  executors.abort("id", "other");
  assertEquals(executors.size, 1);
  executors.abort("id", "t");
  await pass(time);
  assertEquals([executors.size, arrived], [0, []]);
});

Deno.test("Executors refuse some jobs, lose some, and perform some twice, when they may", async () => {
  const seen = { refused: 0, lost: 0, twice: 0 };
  for (let seed = 1; seed <= 150; seed++) {
    const rig = open({}, ["drop", "executorDeath", "duplicate"], seed);
    const refused = await Promise.resolve(rig.executors.dispatch(JOB)).then(() => false, () => true);
    await pass(rig.time, 10_000);
    if (refused) seen.refused++;
    else if (rig.outcomes().length === 0) seen.lost++;
    if (rig.book.trace.some((line) => line.includes("(twice) ends"))) seen.twice++;
  }
  assert(Object.values(seen).every((count) => count > 0 && count < 40), JSON.stringify(seen));
});

Deno.test("Executors mark what one job fetches, handed over twice or not, apart from the same attempt dispatched anew", async () => {
  const { executors, time, outcomes } = open();
  executors.dispatch(JOB);
  await pass(time);
  executors.dispatch({ ...JOB, due: 8_000 });
  await pass(time);
  executors.dispatch({ ...JOB, attempt: 2, due: 12_000 });
  await pass(time);
  assertEquals(outcomes(), ["ok/1", "ok/1.1", "ok/2"]);
});
