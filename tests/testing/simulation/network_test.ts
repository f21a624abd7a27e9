import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Acknowledgement, Delivery, Message } from "../../../core/job.ts";
import { Book } from "../../../testing/simulation/book.ts";
import { ConnectionLostError, Network } from "../../../testing/simulation/network.ts";
import type { Fault } from "../../../testing/simulation/plan.ts";
import { settle, VirtualTime } from "../../../testing/simulation/time.ts";

const OUTCOME: Delivery = {
  ...{ type: "outcome", v: 1, id: "a", due: 9, token: "t", attempt: 1, sending: 1, outcome: "{}" },
};

interface Rig {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly arrived: Message[];
}

function open(
  faults: readonly Fault[],
  answer: () => Promise<Acknowledgement> = () => Promise.resolve("settled"),
): Rig {
  const time = new VirtualTime(0);
  const arrived: Message[] = [];
  const arrive = (message: Message) => {
    arrived.push(message);
    return answer();
  };
  const network = new Network({ time, seed: 1, faults: new Set(faults), book: new Book(() => 0, false), arrive });
  return { time, network, arrived };
}

async function pass(time: VirtualTime): Promise<void> {
  await settle();
  while (time.step(60_000)) await settle();
  await settle();
}

/** What becomes of many calls. */
async function many(rig: Rig, message: Message = OUTCOME): Promise<Record<string, number>> {
  const ends: Record<string, number> = { answered: 0, failed: 0, silent: 200 };
  for (let nth = 0; nth < 200; nth++) {
    rig.network.call(message, `executor ${nth}`, 1).then(() => ends.answered++, () => ends.failed++)
      .finally(() => ends.silent--);
  }
  await pass(rig.time);
  return ends;
}

Deno.test("Network carries a message there and its answer back", async () => {
  const rig = open([]);
  const answer = rig.network.call(OUTCOME, "executor", 1);
  await pass(rig.time);
  assertEquals(await answer, "settled");
  assertEquals(rig.arrived, [OUTCOME]);
});

Deno.test("Network fails a call whose object is lost", async () => {
  const rig = open([], () => Promise.reject(new ConnectionLostError()));
  const failed = assertRejects(() => rig.network.call(OUTCOME, "executor", 1), ConnectionLostError);
  await pass(rig.time);
  assertEquals((await failed).code, "CONNECTION_LOST");
});

Deno.test("Network without faults loses nothing", async () => {
  const rig = open([]);
  assertEquals(await many(rig), { answered: 200, failed: 0, silent: 0 });
  assertEquals(rig.arrived.length, 200);
});

Deno.test("Network drops messages and answers, some with a failure and some silently", async () => {
  const rig = open(["drop"]);
  const { answered, failed, silent } = await many(rig);
  assert(answered > 140 && failed > 5 && silent > 3, `${answered} ${failed} ${silent}`);
  // Some whose answer was lost have arrived all the same.
  assert(rig.arrived.length > answered && rig.arrived.length < 200);
});

Deno.test("Network sends copies, counted where they bring a continuation along", async () => {
  const plain = open(["duplicate"]);
  await many(plain);
  assert(plain.arrived.length > 205);
  assert(plain.arrived.every((message) => message.type === "outcome" && message.sending === 1));
  const bringing = open(["duplicate"]);
  const carried = { epoch: "e", durability: "deferred", continuation: "text" } as const;
  await many(bringing, { ...OUTCOME, carried });
  const counted = bringing.arrived.filter((message) => message.type === "outcome" && message.sending === 2);
  assertEquals(counted.length, bringing.arrived.length - 200);
});

Deno.test("Network delays messages, so that they overtake each other, by less than an executor waits", async () => {
  const rig = open(["delay", "reorder"]);
  const times: number[] = [];
  for (let nth = 0; nth < 200; nth++) {
    rig.network.call(OUTCOME, `executor ${nth}`, 1).then(() => times.push(rig.time.now));
  }
  await pass(rig.time);
  assertEquals(times.length, 200);
  assert(Math.max(...times) > 3_000 && Math.max(...times) < 10_000);
});

Deno.test("Network comes to rest when it is told to", async () => {
  const rig = open(["drop", "delay", "duplicate"]);
  rig.network.faulty = false;
  assertEquals(await many(rig), { answered: 200, failed: 0, silent: 0 });
  assertEquals(rig.arrived.length, 200);
});

Deno.test("Network lets a call that brings a continuation along arrive long after its caller has given it up", async () => {
  const carried = { epoch: "e", durability: "deferred", continuation: "c" } as const;
  const rig = open(["delay"]);
  const { answered, failed } = await many(rig, { ...OUTCOME, carried });
  assert(failed > 5 && answered > 150, `${answered} ${failed}`);
  // What was given up has arrived all the same.
  assertEquals(rig.arrived.length, 200);
  for (const message of [OUTCOME, { ...OUTCOME, carried: { ...carried, onLate: "l" } }]) {
    assertEquals((await many(open(["delay"]), message)).failed, 0);
  }
});
