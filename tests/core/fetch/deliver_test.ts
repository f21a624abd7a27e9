import { assert, assertEquals, AssertionError } from "@std/assert";
import { deliverOnce, deliverUntilDue, redeliveryDelay } from "../../../core/fetch/deliver.ts";
import type { Acknowledgement, Delivery, Job, Message } from "../../../core/job.ts";
import { fakeClock } from "../../../testing/fake_clock.ts";
import { jobFor } from "../unruly_server.ts";

function asDelivery(message: Message): Delivery {
  if (message.type !== "outcome") throw new AssertionError(message.type);
  return message;
}

function jobAt(now: number): Job {
  return jobFor("https://a.example/", { now, timeout: 5_000, grace: 60_000 });
}

Deno.test("deliverUntilDue sends until it is acknowledged, numbering its sendings", async () => {
  const clock = fakeClock();
  const job = jobAt(clock.now());
  const sendings: number[] = [];
  const delivering = deliverUntilDue(job, "text", {
    clock,
    deliver(message): Acknowledgement {
      sendings.push(asDelivery(message).sending);
      if (sendings.length < 4) throw new DOMException("restarting", "AbortError");
      return "settled";
    },
  });
  await clock.tickAsync(30_000);
  assertEquals(await delivering, "settled");
  assertEquals(sendings, [1, 2, 3, 4]);
});

Deno.test("deliverUntilDue sends a last time at due, then gives up", async () => {
  const clock = fakeClock();
  const job = jobAt(clock.now());
  const times: number[] = [];
  const delivering = deliverUntilDue(job, "text", {
    clock,
    deliver(): Promise<Acknowledgement> {
      times.push(clock.now());
      return Promise.reject(new DOMException("gone", "AbortError"));
    },
  });
  await clock.tickAsync(70_000);
  assertEquals(await delivering, "undelivered");
  assertEquals(times.at(-1), job.due);
  assertEquals(clock.pending, 0);
});

Deno.test("deliverUntilDue sends once even when due has passed", async () => {
  const clock = fakeClock();
  let sent = 0;
  const answer = await deliverUntilDue(jobAt(clock.now() - 100_000), "text", {
    clock,
    deliver: () => (sent++, "late"),
  });
  assertEquals([answer, sent], ["late", 1]);
});

Deno.test("deliverUntilDue takes an answer that is none for no answer", async () => {
  const clock = fakeClock();
  let sent = 0;
  const delivering = deliverUntilDue(jobAt(clock.now()), "text", {
    clock,
    deliver: () => ++sent === 1 ? "pending" : "settled",
  });
  await clock.tickAsync(1_000);
  assertEquals([await delivering, sent], ["settled", 2]);
});

Deno.test("deliverUntilDue ends with its signal", async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  const delivering = deliverUntilDue(jobAt(clock.now()), "text", {
    clock,
    signal: controller.signal,
    deliver: () => Promise.reject(new DOMException("gone", "AbortError")),
  });
  await clock.tickAsync(10);
  controller.abort();
  assertEquals(await delivering, "undelivered");
  assertEquals(clock.pending, 0);
});

Deno.test("deliverOnce waits for an answer for deliveryTimeout and no longer", async () => {
  const clock = fakeClock();
  const job = jobAt(clock.now());
  const sent = deliverOnce(job, "text", 3, { clock, deliveryTimeout: 500, deliver: () => new Promise(() => {}) });
  await clock.tickAsync(500);
  assertEquals(await sent, undefined);
});

Deno.test("deliverOnce carries what the job carries", async () => {
  const clock = fakeClock();
  const carried = { epoch: "e1", durability: "memory" } as const;
  const job = { ...jobAt(clock.now()), carried };
  const messages: Message[] = [];
  await deliverOnce(job, "text", 1, { clock, deliver: (message) => (messages.push(message), "settled") });
  const { id, due, token, attempt } = job;
  assertEquals(messages, [
    { type: "outcome", v: 1, id, due, token, attempt, sending: 1, outcome: "text", carried },
  ]);
});

Deno.test("redeliveryDelay grows up to its limit, half of it left to chance", () => {
  const clock = fakeClock();
  const first = redeliveryDelay({ clock }, 1);
  assert(first >= 50 && first <= 100, String(first));
  const later = redeliveryDelay({ clock }, 50);
  assert(later >= 2_500 && later <= 5_000, String(later));
});
