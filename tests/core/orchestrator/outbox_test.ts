import { assertEquals } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import type { Acknowledgement, Job, Message } from "../../../core/job.ts";
import { Entry } from "../../../core/orchestrator/entry.ts";
import { type EntryHead, OrchestratorRows } from "../../../core/orchestrator/orchestrator_rows.ts";
import { Outbox } from "../../../core/orchestrator/outbox.ts";
import { MAX_DUE } from "../../../core/storage.ts";
import { type FakeClock, fakeClock } from "../../../testing/fake_clock.ts";
import { jobFor } from "../unruly_server.ts";
import { ORIGIN } from "./stage.ts";

interface Bench {
  readonly clock: FakeClock;
  readonly storage: MemoryStorage;
  readonly rows: OrchestratorRows;
  readonly outbox: Outbox;
  readonly entry: Entry;
  readonly job: Job;
  readonly sent: Message[];
}

function bench(answers: (Acknowledgement | undefined)[]): Bench {
  const clock = fakeClock();
  const storage = new MemoryStorage();
  const rows = new OrchestratorRows(storage);
  const sent: Message[] = [];
  const job = jobFor("https://a.example/", { now: clock.now(), timeout: 5_000, grace: 60_000 });
  const head: EntryHead = {
    key: { due: clock.now(), id: "01A" },
    kind: "job",
    meta: {
      origin: ORIGIN,
      priority: "normal",
      host: "a.example",
      token: job.token,
      jobId: job.id,
      attempt: 2,
      arrived: clock.now(),
      expires: job.due,
      tries: 0,
      idempotent: true,
      started: false,
      sending: 0,
    },
  };
  rows.put(head, JSON.stringify(job));
  const outbox = new Outbox(rows, {
    clock,
    deliverTo(origin, message) {
      assertEquals(origin, ORIGIN);
      sent.push(message);
      return answers.shift() ?? Promise.reject(new DOMException("restarting"));
    },
  });
  return { clock, storage, rows, outbox, entry: new Entry(head), job, sent };
}

Deno.test("Outbox.first writes nothing when the origin takes the outcome", async () => {
  const { outbox, entry, job, storage, sent } = bench(["settled"]);
  const before = storage.due(MAX_DUE, 10);
  assertEquals(await outbox.first(entry, job, "text"), { type: "delivered", answer: "settled" });
  assertEquals(storage.due(MAX_DUE, 10), before);
  assertEquals(sent.map((message) => message.type === "outcome" && [message.attempt, message.outcome]), [[2, "text"]]);
});

Deno.test("Outbox.first keeps an outcome that nobody takes, without the request", async () => {
  const { outbox, entry, job, rows } = bench([]);
  assertEquals(await outbox.first(entry, job, "line 1\nline 2"), { type: "kept" });
  assertEquals([...rows.heads()].map(({ kind, meta }) => [kind, meta.sending]), [["outcome", 1]]);
  assertEquals(rows.text(entry.key), `${JSON.stringify({ ...job, request: "" })}\nline 1\nline 2`);
});

Deno.test("Outbox.again sends what was kept, as it was, and counts", async () => {
  const { outbox, entry, job, sent, rows } = bench([undefined, undefined, "late"]);
  await outbox.first(entry, job, "line 1\nline 2");
  const first = entry.key.due;
  assertEquals(await outbox.again(entry), { type: "kept" });
  assertEquals(await outbox.again(entry), { type: "delivered", answer: "late" });
  assertEquals(
    sent.map((message) => message.type === "outcome" && [message.sending, message.outcome]),
    [1, 2, 3].map((sending) => [sending, "line 1\nline 2"]),
  );
  assertEquals([...rows.heads()].length, 1);
  assertEquals(entry.key.due > first - 1_000, true);
});

Deno.test("Outbox waits longer each time, and sends for the last time at due", async () => {
  const { outbox, entry, job, clock } = bench([]);
  const waits: number[] = [];
  let result = await outbox.first(entry, job, "text");
  while (result.type === "kept") {
    waits.push(entry.key.due - clock.now());
    clock.tick(entry.key.due - clock.now());
    result = await outbox.again(entry);
  }
  assertEquals(result, { type: "undelivered" });
  assertEquals(clock.now(), job.due);
  assertEquals(waits[0] >= 500 && waits[0] <= 1_000, true);
  assertEquals(waits.length < 10, true);
});

Deno.test("Outbox writes nothing for an entry that has gone meanwhile", async () => {
  const { outbox, entry, job, storage } = bench([]);
  const before = storage.due(MAX_DUE, 10);
  const sending = outbox.first(entry, job, "text");
  entry.phase = "gone";
  await sending;
  assertEquals(storage.due(MAX_DUE, 10), before);
});

Deno.test("Outbox.again gives up on a row that is gone", async () => {
  const { outbox, entry, rows } = bench([]);
  rows.remove(entry.key);
  assertEquals(await outbox.again(entry), { type: "undelivered" });
});
