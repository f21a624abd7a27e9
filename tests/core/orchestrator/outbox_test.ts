import { assertEquals, AssertionError } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { StopSwitch } from "../../../core/fetch/stop_signal.ts";
import type { Acknowledgement, Job, Message } from "../../../core/job.ts";
import type { Entry } from "../../../core/orchestrator/entry.ts";
import { OrchestratorRows } from "../../../core/orchestrator/orchestrator_rows.ts";
import { type OutboxOptions, sendOutcome } from "../../../core/orchestrator/outbox.ts";
import { MAX_DUE, type RowKey } from "../../../core/storage.ts";
import { type FakeClock, fakeClock } from "../../../testing/fake_clock.ts";
import { jobFor } from "../unruly_server.ts";
import { META, ORIGIN } from "./stage.ts";

interface Bench {
  readonly clock: FakeClock;
  readonly storage: MemoryStorage;
  readonly rows: OrchestratorRows;
  /** Sends the outcome once more. */
  send(): ReturnType<typeof sendOutcome>;
  readonly entry: Entry;
  readonly job: Job;
  readonly sent: Message[];
}

const OUTCOME = "line 1\nline 2";

/** Hears of rows that cannot be read: there are none. */
function fail(row: RowKey): never {
  throw new AssertionError(row.id);
}

function bench(answers: (Acknowledgement | undefined)[]): Bench {
  const clock = fakeClock();
  const storage = new MemoryStorage();
  const rows = new OrchestratorRows(storage);
  const sent: Message[] = [];
  const job = jobFor("https://a.example/", { now: clock.now(), timeout: 5_000, grace: 60_000 });
  const entry: Entry = {
    key: { due: clock.now(), id: "01A" },
    kind: "job",
    meta: { ...META, token: job.token, jobId: job.id, attempt: 2, arrived: clock.now(), expires: job.due },
    phase: "delivering",
    stop: new StopSwitch(),
  };
  rows.put(entry, JSON.stringify(job));
  const parts: OutboxOptions = {
    clock,
    deliverTo(origin, message) {
      assertEquals(origin, ORIGIN);
      sent.push(message);
      return answers.shift() ?? Promise.reject(new DOMException("restarting"));
    },
  };
  return { clock, storage, rows, entry, job, sent, send: () => sendOutcome(entry, job, OUTCOME, rows, parts) };
}

Deno.test("sendOutcome writes nothing when the origin takes the outcome", async () => {
  const { send, storage, sent } = bench(["settled"]);
  const before = storage.due(MAX_DUE, 10);
  assertEquals(await send(), "settled");
  assertEquals(storage.due(MAX_DUE, 10), before);
  assertEquals(sent.map((message) => message.type === "outcome" && [message.attempt, message.outcome]), [[2, OUTCOME]]);
});

Deno.test("sendOutcome keeps an outcome that nobody takes, without the request", async () => {
  const { send, entry, job, rows } = bench([]);
  assertEquals(await send(), "kept");
  assertEquals([...rows.heads(fail)].map(({ kind, meta }) => [kind, meta.sending]), [["outcome", 1]]);
  assertEquals(rows.text(entry.key), `${JSON.stringify({ ...job, request: "" })}\n${OUTCOME}`);
});

Deno.test("sendOutcome counts how often it has sent what was kept", async () => {
  const { send, entry, sent, rows } = bench([undefined, undefined, "late"]);
  await send();
  const first = entry.key.due;
  assertEquals(await send(), "kept");
  assertEquals(await send(), "late");
  assertEquals(
    sent.map((message) => message.type === "outcome" && [message.sending, message.outcome]),
    [1, 2, 3].map((sending) => [sending, OUTCOME]),
  );
  assertEquals([...rows.heads(fail)].length, 1);
  assertEquals(entry.key.due > first - 1_000, true);
});

Deno.test("sendOutcome waits longer each time, and sends for the last time at due", async () => {
  const { send, entry, job, clock } = bench([]);
  const waits: number[] = [];
  let result = await send();
  while (result === "kept") {
    waits.push(entry.key.due - clock.now());
    clock.tick(entry.key.due - clock.now());
    result = await send();
  }
  assertEquals(result, "undelivered");
  assertEquals(clock.now(), job.due);
  assertEquals(waits[0] >= 500 && waits[0] <= 1_000, true);
  assertEquals(waits.length < 10, true);
});

Deno.test("sendOutcome writes nothing for an entry that has gone meanwhile", async () => {
  const { send, entry, storage } = bench([]);
  const before = storage.due(MAX_DUE, 10);
  const sending = send();
  entry.phase = "gone";
  await sending;
  assertEquals(storage.due(MAX_DUE, 10), before);
});
