import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../adapters/memory.ts";
import { DuplicateIdError } from "../../core/errors.ts";
import { FetchError } from "../../core/fetch/fetch_error.ts";
import type { Job } from "../../core/job.ts";
import { RequestSync } from "../../core/serializer/mod.ts";
import type { Row, RowKey } from "../../core/storage.ts";
import { answer, beat, LedgerHost, onStorages, persist, reply, StagedError, urlOf } from "./ledger_host.ts";

/** What a continuation receives that is a schedule's. */
const NONE = new FetchError("NETWORK", "");

/** A real storage that counts what a paid one would charge for: rows written and alarms set. */
class Meter extends MemoryStorage {
  written = 0;
  armed = 0;
  override insert(row: Row): void {
    super.insert(row);
    this.written += row.named ? 2 : 1;
  }
  override take(key: RowKey): Row | undefined {
    const row = super.take(key);
    if (row !== undefined) this.written += row.named ? 2 : 1;
    return row;
  }
  override move(key: RowKey, row: Row): boolean {
    this.written++;
    return super.move(key, row);
  }
  override arm(at: number | undefined): void {
    if (at !== undefined) this.armed++;
    super.arm(at);
  }
}

function explode(): never {
  throw new StagedError("the handler failed");
}

function post(): RequestSync {
  return new RequestSync(urlOf("post"), { method: "POST", body: "once" });
}

onStorages("Requests strict: the outcome finds its continuation after a restart", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a");
  host.restart();
  assertEquals(host.requests.deliver(answer(job)), "settled");
  assertEquals([host.agent.log, host.rows()], [["a: 200 hello"], []]);
});

onStorages("Requests strict: copies of an outcome run nothing, before a restart and after it", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a");
  host.requests.deliver(answer(job));
  host.restart();
  for (const sending of [1, 2, 3]) assertEquals(host.requests.deliver(answer(job, reply(), sending)), "late");
  assertEquals(host.agent.log, ["a: 200 hello"]);
});

onStorages("Requests strict: the deadline comes after a restart, too", async (storage) => {
  const host = new LedgerHost({ storage });
  await host.sent("a");
  host.restart();
  await host.advance(30_000);
  assertEquals([host.agent.log, host.rows()], [["a: TIMEOUT"], []]);
});

onStorages(
  "Requests strict: an object that dies in the middle of an asynchronous handler runs it again",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a");
    host.agent.handle = () => new Promise(() => {});
    void host.requests.deliver(answer(job));
    host.restart();
    host.agent.handle = () => {};
    assertEquals(await host.requests.deliver(answer(job, reply(), 2)), "settled");
    assertEquals([host.agent.log, host.rows()], [["a: 200 hello", "a: 200 hello"], []]);
  },
);

onStorages(
  "Requests strict: a handler that throws runs again on the same outcome, with back-off, then is a dead letter",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const times: number[] = [];
    host.agent.handle = () => {
      times.push(host.clock.now() - host.start);
      explode();
    };
    const job = await host.sent("a", { handlerRetry: { attempts: 4 } });
    host.requests.deliver(answer(job));
    host.restart();
    await host.advance(60_000);
    assertEquals([times, host.agent.log.length], [[0, 1_000, 3_000, 7_000], 4]);
    assertEquals(new Set(host.agent.log), new Set(["a: 200 hello"]));
    assertEquals(host.heard().slice(1), ["retrying", "retrying", "retrying", "dead"]);
    const [letter, ...others] = host.alarms.getDeadLetters({ kind: "request" });
    assertEquals([letter.id, letter.failures, letter.error?.name, others], [job.id, 4, "StagedError", []]);
  },
);

Deno.test("Requests strict: writes two rows for a request and shares its alarm", async () => {
  const storage = new Meter();
  const host = new LedgerHost({ storage });
  for (let nth = 0; nth < 20; nth++) {
    const job = await host.sent("a");
    host.clock.tick(10);
    host.requests.deliver(answer(job));
  }
  assertEquals([storage.written, storage.armed], [40, 1]);
});

Deno.test("Requests strict: sets the alarm once, for the first look at a request that is watched", async () => {
  const storage = new Meter();
  const host = new LedgerHost({ storage });
  await host.sent("a", { timeout: 60_000, heartbeat: 300 });
  assertEquals([storage.armed, storage.armedAt()], [1, host.start + 600]);
});

Deno.test("Requests strict: signs of life and lost executors cost at most the row's attempt", async () => {
  const storage = new Meter();
  const host = new LedgerHost({ storage });
  const job = await host.sent("a", { timeout: 60_000, heartbeat: 300 });
  for (let nth = 0; nth < 50; nth++) {
    await host.advance(300);
    assertEquals(host.requests.deliver(beat(job)), "pending");
  }
  assertEquals(storage.written, 1);
  await host.advance(600);
  assertEquals([storage.written, host.hand.job().attempt], [2, 2]);
});

Deno.test("Requests deferred: a short fetch writes nothing", async () => {
  const storage = new Meter();
  const host = new LedgerHost({ storage });
  for (let nth = 0; nth < 20; nth++) {
    const job = await host.sent("a", { durability: "deferred" });
    assertEquals(host.requests.deliver(answer(job)), "settled");
  }
  assertEquals([storage.written, storage.armed, host.agent.log.length], [0, 1, 20]);
});

Deno.test("Requests deferred: asks the executor to have it written down, and then costs what strict does", async () => {
  const storage = new Meter();
  const host = new LedgerHost({ storage });
  const job = await host.sent("a", { durability: "deferred", persistAfter: 700 });
  assertEquals([job.persistAfter, typeof job.carried?.continuation], [700, "string"]);
  assertEquals(host.requests.deliver(persist(job)), "pending");
  assertEquals(host.requests.deliver(answer(job)), "settled");
  assertEquals([storage.written, host.agent.log], [2, ["a: 200 hello"]]);
});

/** A deferred request whose object has been lost since. */
async function lost(host: LedgerHost, onAmbiguous: "drop" | "run" = "drop"): Promise<Job> {
  const job = await host.sent("a", { durability: "deferred", onAmbiguous });
  host.restart();
  return job;
}

onStorages(
  "Requests deferred: a first delivery to an object that has forgotten brings the continuation along",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const job = await lost(host);
    assertEquals(host.requests.status(job.id), undefined);
    assertEquals(host.requests.deliver(answer(job)), "settled");
    assertEquals(host.requests.deliver(answer(job, reply(), 2)), "settled");
    assertEquals([host.agent.log, host.rows()], [["a: 200 hello"], []]);
  },
);

onStorages("Requests deferred: a redelivery to another epoch is ambiguous: dropped and reported", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await lost(host);
  assertEquals(host.requests.deliver(answer(job, reply(), 2)), "late");
  assertEquals([host.agent.log, host.heard()], [[], ["dispatched", "ambiguous"]]);
});

onStorages("Requests deferred: onAmbiguous run would rather run twice than never", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a", { durability: "deferred", onAmbiguous: "run" });
  host.requests.deliver(answer(job));
  host.restart();
  assertEquals(host.requests.deliver(answer(job, reply(), 2)), "settled");
  assertEquals(host.agent.log, ["a: 200 hello", "a: 200 hello"]);
});

Deno.test("Requests deferred: each instantiation has an epoch of its own, and sends it along", async () => {
  const host = new LedgerHost();
  const first = await host.sent("a");
  const second = await host.sent("b");
  host.restart();
  const third = await host.sent("c");
  assertEquals(first.carried?.epoch, second.carried?.epoch);
  assertNotEquals(first.carried?.epoch, third.carried?.epoch);
});

onStorages(
  "Requests deferred: written down for an object that has forgotten it, it is strict from then on",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const job = await lost(host);
    assertEquals(host.requests.deliver(persist(job)), "pending");
    assertEquals(host.requests.status(job.id)?.durability, "strict");
    host.restart();
    await host.advance(30_000);
    assertEquals([host.agent.log, host.rows()], [["a: TIMEOUT"], []]);
  },
);

onStorages(
  "Requests deferred: one that nobody delivers ends at its deadline, unwritten, while the object lives",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a", { durability: "deferred" });
    await host.advance(29_999);
    assertEquals([host.agent.log, host.rows()], [[], []]);
    await host.advance(1);
    assertEquals(host.agent.log, ["a: TIMEOUT"]);
    assertEquals(host.requests.deliver(answer(job)), "late");
  },
);

onStorages(
  "Requests deferred: an executor that was given up cannot run a second time what another has settled",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const first = await host.sent("a", { durability: "deferred", timeout: 60_000, heartbeat: 300 });
    host.requests.deliver(persist(first));
    await host.advance(1_200);
    const [second, third] = [host.hand.job(1), host.hand.job(2)];
    assertEquals(host.requests.deliver(answer(third)), "settled");
    host.restart();
    assertEquals(host.requests.deliver(answer(second)), "late");
    assertEquals([host.agent.log, host.rows()], [["a: 200 hello"], []]);
  },
);

onStorages(
  "Requests deferred: cancelled after it was sent again, it stays cancelled through a restart",
  async (storage) => {
    const host = new LedgerHost({ storage });
    await host.sent("a", { durability: "deferred", timeout: 60_000, heartbeat: 300 });
    await host.advance(600);
    const second = host.hand.job(1);
    host.requests.cancel(second.id);
    host.restart();
    assertEquals(host.requests.deliver(answer(second)), "late");
    assertEquals(host.agent.log, []);
  },
);

onStorages("Requests deferred: a handler that throws gets its row after all, restart or not", async (storage) => {
  for (const restart of [false, true]) {
    const host = new LedgerHost({ storage });
    let failures = 2;
    host.agent.handle = () => failures-- > 0 ? explode() : undefined;
    const job = await host.sent("a", { durability: "deferred" });
    if (restart) host.restart();
    assertEquals(host.requests.deliver(answer(job)), "settled");
    assertEquals([host.rows().length, host.isArmed()], [1, true]);
    host.restart();
    await host.advance(30_000);
    assertEquals([host.agent.log.length, host.rows()], [3, []]);
  }
});

Deno.test("Requests deferred: under an id of the caller's it keeps another request from taking it, in memory and in a row", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a", { durability: "deferred", id: "mine" });
  for (const durability of ["strict", "deferred", "memory"] as const) {
    let code = "";
    try {
      host.call("b", { id: "mine", durability });
    } catch (error) {
      code = error instanceof Error && "code" in error ? String(error.code) : "";
    }
    assertEquals(code, "DUPLICATE_ID");
    host.requests.deliver(persist(job));
  }
  assertEquals(host.requests.pending().length, 1);
});

for (const durability of ["strict", "deferred", "memory"] as const) {
  onStorages(
    `Requests ${durability}: no schedule takes the id of a request, nor a request that of a schedule`,
    async (storage) => {
      const host = new LedgerHost({ storage });
      const { ctn, alarms } = host;
      const job = await host.sent("a", { durability, id: "mine" });
      const schedule = (onConflict?: "keep") =>
        alarms.schedule(3_600, ctn.onLate("tick", NONE), { id: "mine", ...(onConflict && { onConflict }) });
      const before = host.rows();
      assertThrows(() => schedule(), DuplicateIdError);
      assertThrows(() => schedule("keep"), DuplicateIdError);
      assertEquals(host.rows(), before);
      if (durability === "deferred") {
        assertEquals(host.requests.deliver(persist(job)), "pending");
        assertThrows(() => schedule(), DuplicateIdError);
      }
      assertEquals(host.requests.deliver(answer(job)), "settled");
      assertEquals([host.agent.log, host.rows()], [["a: 200 hello"], []]);
      assertEquals(schedule().id, "mine");
      assertThrows(() => host.call("b", { durability, id: "mine" }), DuplicateIdError);
    },
  );
}

Deno.test("Requests deferred: no schedule takes the id of a request whose handler runs, and a redriven letter neither", async () => {
  const host = new LedgerHost({ retry: { attempts: 1 } });
  const { ctn, alarms, agent } = host;
  agent.handleLate = () => Promise.reject(new StagedError("no"));
  alarms.schedule(1, ctn.onLate("tick", NONE), { id: "mine" });
  await host.advance(1_000);
  assertEquals(alarms.getDeadLetters().map(({ id }) => id), ["mine"]);
  const job = await host.sent("a", { durability: "deferred", id: "mine" });
  const { promise, reject } = Promise.withResolvers<void>();
  agent.handle = () => promise;
  const answered = host.requests.deliver(answer(job));
  assertThrows(() => alarms.schedule(3_600, ctn.onLate("tick", NONE), { id: "mine" }), DuplicateIdError);
  assertNotEquals(alarms.redrive("mine"), "mine");
  reject(new StagedError("no"));
  assertEquals(await answered, "settled");
  assertEquals(alarms.getDeadLetters().map(({ id, kind }) => [id, kind]), [["mine", "request"]]);
});

Deno.test("Requests memory: writes nothing and sets no alarm", async () => {
  const storage = new Meter();
  const host = new LedgerHost({ storage });
  const job = await host.sent("a", { durability: "memory" });
  assertEquals([job.carried?.continuation, job.persistAfter], [undefined, undefined]);
  assertEquals(host.requests.deliver(answer(job)), "settled");
  assertEquals([storage.written, storage.armed, host.clock.pending], [0, 0, 0]);
  assertEquals(host.agent.log, ["a: 200 hello"]);
});

Deno.test("Requests memory: is lost with its object, and its outcome is late", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a", { durability: "memory" });
  host.restart();
  assertEquals(host.requests.deliver(answer(job)), "late");
  assertEquals([host.agent.log, host.heard()], [[], ["dispatched", "late"]]);
});

Deno.test("Requests memory: times out by a timer, ends a silent executor, and repeats what may be repeated", async () => {
  const host = new LedgerHost();
  host.call("timeout", { durability: "memory", timeout: 1_000, grace: 0 });
  host.call("silent", { durability: "memory", timeout: 60_000, heartbeat: 300 }, post());
  host.call("again", { durability: "memory", timeout: 60_000, heartbeat: 900 });
  await host.advance(1_800);
  assertEquals(host.agent.log, ["silent: EXECUTOR_LOST", "timeout: TIMEOUT"]);
  assertEquals(host.hand.jobs.map(({ attempt }) => attempt), [1, 1, 1, 2]);
  assertEquals(host.rows(), []);
});

onStorages(
  "Requests: an executor lost in a 5-minute request is known within two heartbeats, not five minutes",
  async (storage) => {
    const host = new LedgerHost({ storage });
    for (const durability of ["strict", "deferred", "memory"] as const) {
      const start = host.clock.now();
      await host.sent(durability, { durability, timeout: 300_000, heartbeat: 5_000 }, post());
      await host.advance(10_000);
      assertEquals(host.agent.log.at(-1), `${durability}: EXECUTOR_LOST`);
      const heard = host.events.find(({ type, at }) => type === "lost" && at >= start);
      assert(heard !== undefined && heard.at <= start + 10_000);
    }
  },
);

onStorages(
  "Requests deferred: cancelled by an object that had forgotten it, its outcome does not bring it back",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const job = await lost(host);
    host.requests.deliver(persist(job));
    assertEquals(host.requests.cancel(job.id)?.phase, "open");
    assertEquals(host.requests.deliver(answer(job)), "late");
    assertEquals([host.agent.log, host.requests.pending()], [[], []]);
  },
);
