import { assertEquals, assertThrows } from "@std/assert";
import type { Acknowledgement, Delivery, Job, Persist } from "../../core/job.ts";
import { TOMBSTONE_KIND } from "../../core/requests/tombstone.ts";
import { RequestSync } from "../../core/serializer/mod.ts";
import { answer, LedgerHost, onStorages, persist, reply, StagedError, urlOf } from "./ledger_host.ts";

/** Watched, so that an object can give its executor up as lost after a minute. */
const WATCHED = { durability: "deferred", timeout: 300_000, heartbeat: 30_000 } as const;

function post(): RequestSync {
  return new RequestSync(urlOf("post"), { method: "POST", body: "once" });
}

/** The outcome of a job that has been written down after a persist that nobody has answered. */
function unsure(job: Job, sending = 1): Delivery {
  const { continuation: _, ...carried } = { epoch: "", durability: "strict" as const, ...job.carried };
  return { ...answer(job, reply(), sending), carried: { ...carried, durability: "strict", unsure: true } };
}

function tombstones(host: LedgerHost): number {
  return host.rows().filter(({ kind }) => kind === TOMBSTONE_KIND).length;
}

onStorages("Requests deferred: cancelled, it stays so in an object that has forgotten it", async (storage) => {
  for (const onAmbiguous of ["drop", "run"] as const) {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a", { durability: "deferred", onAmbiguous });
    assertEquals(host.requests.cancel(job.id)?.phase, "open");
    host.restart();
    const messages: (Delivery | Persist)[] = [answer(job), persist(job), answer(job, reply(), 2)];
    for (const message of messages) assertEquals(host.requests.deliver(message), "late");
    host.restart();
    await host.advance(30_000);
    assertEquals(host.requests.deliver(answer(job)), "late");
    assertEquals([host.agent.log, host.requests.pending(), tombstones(host)], [[], [], 1]);
    await host.advance(60_000);
    assertEquals([host.rows(), storage.armedAt()], [[], undefined]);
  }
});

onStorages(
  "Requests deferred: cancelled once it is written down, no late copy writes it down again",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a", { durability: "deferred" });
    host.requests.deliver(persist(job));
    host.requests.cancel(job.id);
    host.restart();
    assertEquals([host.requests.deliver(persist(job)), host.requests.pending()], ["late", []]);
  },
);

onStorages(
  "Requests deferred: written down by an object that has forgotten it, it keeps its lease",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a", { ...WATCHED, lease: 40_000 }, post());
    host.restart();
    await host.advance(5_000);
    assertEquals(host.requests.deliver(persist(job)), "pending");
    await host.advance(39_000);
    assertEquals(host.agent.log, []);
    await host.advance(2_000);
    assertEquals(host.agent.log, ["a: EXECUTOR_LOST"]);
  },
);

onStorages("Requests deferred: a cancel leaves the id free, even with the same deadline", async (storage) => {
  const host = new LedgerHost({ storage });
  const first = await host.sent("a", { durability: "deferred", id: "mine" });
  host.requests.cancel("mine");
  const second = await host.sent("b", { id: "mine" });
  assertEquals(first.due, second.due);
  host.restart();
  assertEquals(host.requests.deliver(answer(second)), "settled");
  assertEquals(host.agent.log, ["b: 200 hello"]);
});

onStorages("Requests deferred: a cancel that is undone leaves no tombstone", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a", { durability: "deferred" });
  assertThrows(() =>
    storage.transaction(() => {
      host.requests.cancel(job.id);
      throw new StagedError("undone");
    })
  );
  assertEquals(host.rows(), []);
});

Deno.test("Requests strict and memory: a cancel leaves no tombstone", async () => {
  for (const durability of ["strict", "memory"] as const) {
    const host = new LedgerHost();
    const job = await host.sent("a", { durability });
    host.requests.cancel(job.id);
    assertEquals(host.rows(), []);
  }
});

onStorages("Requests deferred: a persist that comes after the outcome brings nothing back", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a", { durability: "deferred" });
  host.requests.deliver(persist(job));
  assertEquals(host.requests.deliver(unsure(job)), "settled");
  host.restart();
  assertEquals(host.requests.deliver(persist(job)), "late");
  assertEquals(host.requests.deliver(unsure(job, 2)), "settled");
  await host.advance(90_000);
  assertEquals([host.agent.log, host.rows()], [["a: 200 hello"], []]);
});

onStorages("Requests deferred: the first sending, overtaken by the second, does not run it again", async (storage) => {
  for (const onAmbiguous of ["drop", "run"] as const) {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a", { durability: "deferred", onAmbiguous });
    assertEquals(host.requests.deliver(answer(job, reply(), 2)), "settled");
    host.restart();
    assertEquals(host.requests.deliver(answer(job)), "settled");
    assertEquals([host.agent.log, host.heard()], [["a: 200 hello"], ["dispatched", "settled"]]);
    await host.advance(90_000);
  }
});

onStorages("Requests deferred: an asynchronous handler leaves its tombstone once it has finished", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a", { durability: "deferred" });
  const { promise, resolve } = Promise.withResolvers<void>();
  host.agent.handle = () => promise;
  const answered = host.requests.deliver(answer(job, reply(), 2));
  assertEquals(tombstones(host), 0);
  resolve();
  assertEquals([await answered, tombstones(host)], ["settled", 1]);
});

onStorages("Requests deferred: a handler that throws leaves its tombstone once it has succeeded", async (storage) => {
  const host = new LedgerHost({ storage });
  let failures = 1;
  host.agent.handle = () => {
    if (failures-- > 0) throw new StagedError("not yet");
  };
  const job = await host.sent("a", { durability: "deferred" });
  host.requests.deliver(answer(job, reply(), 2));
  assertEquals([host.rows().length, tombstones(host)], [1, 0]);
  host.restart();
  await host.advance(5_000);
  assertEquals([host.rows().length, tombstones(host), host.agent.log.length], [1, 1, 2]);
});

onStorages("Requests deferred: what comes once its executor may have been given up is ambiguous", async (storage) => {
  const cases: [(job: Job) => Delivery | Persist, "drop" | "run", Acknowledgement][] = [
    [answer, "drop", "late"],
    [persist, "drop", "late"],
    [answer, "run", "settled"],
    [persist, "run", "pending"],
  ];
  for (const [message, onAmbiguous, expected] of cases) {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a", { ...WATCHED, onAmbiguous }, post());
    await host.advance(60_000);
    assertEquals(host.agent.log, ["a: EXECUTOR_LOST"]);
    host.restart();
    assertEquals(host.requests.deliver(message(job)), expected);
    const lost = ["dispatched", "lost", "settled"];
    if (onAmbiguous === "drop") assertEquals([host.heard(), host.agent.log.length], [[...lost, "ambiguous"], 1]);
    await host.advance(400_000);
  }
});

onStorages("Requests deferred: until its executor may be given up, a first delivery is run", async (storage) => {
  for (const message of [answer, persist]) {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a", WATCHED, post());
    assertEquals(job.carried?.until, host.start + 60_000);
    host.restart();
    await host.advance(59_999);
    assertEquals(host.requests.deliver(message(job)), message === answer ? "settled" : "pending");
    await host.advance(400_000);
    assertEquals(host.agent.log.length, 1);
  }
});

onStorages(
  "Requests deferred: an executor that counted as unreachable cannot run it a second time",
  async (storage) => {
    const jobs: Job[] = [];
    const refused = () => Promise.reject(new StagedError("the answer was lost"));
    const host = new LedgerHost({
      storage,
      executor: { maxTimeout: Infinity, dispatch: (job) => (jobs.push(job), refused()) },
    });
    host.call("a", { durability: "deferred" });
    await host.advance(10);
    assertEquals(host.agent.log, ["a: EXECUTOR_UNREACHABLE"]);
    host.restart();
    assertEquals(host.requests.deliver(answer(jobs[0])), "late");
    assertEquals(host.agent.log.length, 1);
  },
);
