import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DuplicateIdError, InvalidOptionError } from "../../core/errors.ts";
import type { Durability } from "../../core/job.ts";
import type { PendingFilter } from "../../core/requests.ts";
import { RequestSync } from "../../core/serializer/mod.ts";
import {
  Agent,
  answer,
  beat,
  LedgerHost,
  onStorages,
  persist,
  type Result,
  StagedError,
  urlOf,
} from "./ledger_host.ts";

const DURABILITIES: readonly Durability[] = ["strict", "deferred", "memory"];

function explode(): never {
  throw new StagedError("the handler failed");
}

onStorages("Requests.cancel wins over everything that comes later", async (storage) => {
  for (const durability of DURABILITIES) {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a", { durability });
    assertEquals(host.requests.cancel(job.id)?.phase, "open");
    await host.settle();
    assertEquals(host.hand.aborted, [`${job.id}/${job.token}`]);
    assertEquals(host.requests.deliver(beat(job)), "late");
    assertEquals(host.requests.deliver(answer(job)), "late");
    await host.advance(100_000);
    assertEquals([host.agent.log, host.rows(), host.clock.pending], [[], [], 0], durability);
    assertEquals(host.heard(), ["dispatched", "cancelled", "late"]);
  }
});

onStorages("Requests.cancel gives the request to exactly one of several callers", async (storage) => {
  const host = new LedgerHost({ storage });
  const { id, due } = await host.sent("a");
  assertEquals([1, 2, 3].map(() => host.requests.cancel(id)?.due), [due, undefined, undefined]);
});

Deno.test("Requests.cancel finds nothing under an id that never was, has been settled, or is a schedule's", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a");
  host.requests.deliver(answer(job));
  host.alarms.schedule(60, host.ctn.onReply("b", host.ctn.$result), { id: "schedule" });
  for (const id of ["never", job.id, "schedule", ""]) {
    assertEquals([host.requests.cancel(id), host.requests.status(id)], [undefined, undefined]);
  }
  assertEquals(host.alarms.getSchedule("schedule")?.state, "scheduled");
  assertEquals(host.heard(), ["dispatched", "settled"]);
});

Deno.test("Requests.cancel comes too late for a handler that has begun, and the outcome stands", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a");
  const { promise, resolve } = Promise.withResolvers<void>();
  host.agent.handle = () => promise;
  const settling = host.requests.deliver(answer(job));
  assertEquals(host.requests.cancel(job.id), undefined);
  resolve();
  assertEquals([await settling, host.heard()], ["settled", ["dispatched", "settled"]]);
});

Deno.test("Requests.cancel in a handler ends another request, and cannot end its own", async () => {
  const host = new LedgerHost();
  const other = await host.sent("b");
  const own = await host.sent("a");
  const cancelled: (string | undefined)[] = [];
  host.agent.handle = () => void cancelled.push(...[own.id, other.id].map((id) => host.requests.cancel(id)?.id));
  host.requests.deliver(answer(own));
  assertEquals([cancelled, host.rows()], [[undefined, other.id], []]);
});

/** Its handler is known to be asynchronous before it runs, so that its row stays meanwhile. */
class AsyncAgent extends Agent {
  override async onReply(label: string, result: Result): Promise<void> {
    await super.onReply(label, result);
  }
}

Deno.test("Requests.cancel comes too late for an asynchronous handler in its first turn, with or without a watch", async () => {
  for (const durability of DURABILITIES) {
    for (const timeout of [10_000, 60_000]) {
      const host = new LedgerHost();
      Object.setPrototypeOf(host.agent, AsyncAgent.prototype);
      const { id } = await host.sent("a", { durability, timeout });
      const seen: unknown[] = [];
      host.agent.handle = () => {
        const phases = [host.requests.status(id)?.phase, ...host.requests.pending().map(({ phase }) => phase)];
        seen.push(...phases, host.requests.cancel(id));
      };
      assertEquals(await host.requests.deliver(answer(host.hand.job())), "settled");
      assertEquals(seen, ["running", "running", undefined], `${durability}, ${timeout} ms`);
      assertEquals(host.heard(), ["dispatched", "settled"]);
    }
  }
});

onStorages(
  "Requests.cancel ends the tries of a handler that keeps failing, and asks nobody to give up",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a");
    host.agent.handle = explode;
    host.requests.deliver(answer(job));
    assertEquals(host.requests.cancel(job.id)?.phase, "retrying");
    await host.advance(100_000);
    assertEquals([host.agent.log.length, host.rows(), host.hand.aborted], [1, [], []]);
  },
);

onStorages("Requests.cancel removes a dead letter", async (storage) => {
  const host = new LedgerHost({ storage, retry: { attempts: 1 } });
  const job = await host.sent("a");
  host.agent.handle = explode;
  host.requests.deliver(answer(job));
  assertEquals(host.requests.cancel(job.id)?.phase, "dead");
  assertEquals([host.rows(), host.alarms.getDeadLetters()], [[], []]);
});

onStorages("Requests.cancel that is undone leaves the request as it was in its row", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a");
  assertThrows(() =>
    storage.transaction(() => {
      host.requests.cancel(job.id);
      throw new StagedError("on second thought");
    }), StagedError);
  await host.settle();
  assertEquals([host.hand.aborted, host.requests.status(job.id)?.phase], [[], "open"]);
  assertEquals([host.requests.deliver(answer(job)), host.agent.log], ["settled", ["a: 200 hello"]]);
});

onStorages("Requests.status follows a request through its life", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a");
  const phase = () => host.requests.status(job.id)?.phase;
  assertEquals(phase(), "open");
  const { promise, reject } = Promise.withResolvers<void>();
  host.agent.handle = () => promise;
  const settling = host.requests.deliver(answer(job));
  assertEquals(phase(), "running");
  reject(new StagedError("later"));
  await settling;
  assertEquals([phase(), host.requests.status(job.id)?.failures], ["retrying", 1]);
  host.agent.handle = explode;
  await host.advance(60_000);
  assertEquals([phase(), host.requests.status(job.id)?.failures], ["dead", 3]);
  host.agent.handle = () => {};
  assertEquals(host.alarms.redrive(job.id), job.id);
  assertEquals(phase(), "retrying");
  await host.advance(1_000);
  assertEquals([phase(), host.agent.log.at(-1)], [undefined, "a: 200 hello"]);
});

Deno.test("Requests.status tells what is promised: a deferred request is strict once it is written down", async () => {
  const host = new LedgerHost();
  for (const durability of DURABILITIES) {
    const job = await host.sent(durability, { durability });
    const { url, due, attempt } = { url: urlOf(durability), due: job.due, attempt: 1 };
    const common = { id: job.id, phase: "open", url, due, attempt, failures: 0 } as const;
    const stored = durability === "strict";
    assertEquals(host.requests.status(job.id), { ...common, stored, durability });
    if (durability !== "deferred") continue;
    host.requests.deliver(persist(job));
    assertEquals(host.requests.status(job.id), { ...common, stored: true, durability: "strict" });
  }
});

Deno.test("Requests.status knows after a restart what rows hold, and nothing else", async () => {
  const host = new LedgerHost();
  const ids = DURABILITIES.map((durability) => host.call(durability, { durability }));
  await host.settle();
  host.restart();
  assertEquals(ids.map((id) => host.requests.status(id)?.phase), ["open", undefined, undefined]);
});

onStorages("Requests.pending lists what has not ended, first due first, dead letters left out", async (storage) => {
  const host = new LedgerHost({ storage, retry: { attempts: 1 } });
  const dead = await host.sent("dead");
  host.agent.handle = explode;
  host.requests.deliver(answer(dead));
  host.call("c", { timeout: 3_000, durability: "memory" });
  host.call("a", { timeout: 1_000 });
  host.call("b", { timeout: 2_000, durability: "deferred" });
  host.alarms.schedule(1, host.ctn.onReply("schedule", host.ctn.$result));
  assertEquals(host.requests.pending().map(({ url }) => url), ["a", "b", "c"].map(urlOf));
});

Deno.test("Requests.pending lists a deferred request once, written down or not", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a", { durability: "deferred" });
  assertEquals(host.requests.pending().length, 1);
  host.requests.deliver(persist(job));
  assertEquals(host.requests.pending().map(({ stored }) => stored), [true]);
});

Deno.test("Requests.pending tells which handlers run, with and without a row", async () => {
  const host = new LedgerHost();
  const { promise, resolve } = Promise.withResolvers<void>();
  host.agent.handle = () => promise;
  const settling = [];
  for (const durability of DURABILITIES) {
    settling.push(host.requests.deliver(answer(await host.sent(durability, { durability }))));
  }
  assertEquals(host.requests.pending({ phase: "running" }).length, 3);
  assertEquals(host.requests.pending({ phase: "open" }), []);
  resolve();
  await Promise.all(settling);
  assertEquals(host.requests.pending(), []);
});

Deno.test("Requests.pending with a filter is the list without one, narrowed and cut", async () => {
  const host = new LedgerHost();
  for (const [nth, durability] of [...DURABILITIES, ...DURABILITIES].entries()) {
    const job = await host.sent(`${durability}/${nth}`, { durability, timeout: 1_000 * (7 - nth) });
    if (nth > 2) continue;
    host.agent.handle = explode;
    host.requests.deliver(answer(job));
  }
  const all = host.requests.pending();
  assertEquals(all.length, 6);
  const phases = fc.constantFrom("open" as const, "running" as const, "retrying" as const, undefined);
  const urls = fc.constantFrom(urlOf(""), urlOf("memory"), urlOf("strict/3"), "http://", undefined);
  fc.assert(fc.property(phases, urls, fc.integer({ min: 1, max: 8 }), (phase, url, limit) => {
    const filter = { ...(phase && { phase }), ...(url === undefined ? {} : { url }), limit };
    const expected = all.filter((status) =>
      (phase === undefined || status.phase === phase) && (url === undefined || status.url.startsWith(url))
    );
    assertEquals(host.requests.pending(filter), expected.slice(0, limit));
  }));
});

Deno.test("Requests.pending refuses a limit that is no integer of 1 or more", () => {
  const host = new LedgerHost();
  for (const limit of [0, -1, 1.5, NaN, Infinity]) {
    const error = assertThrows(() => host.requests.pending({ limit }), InvalidOptionError);
    assertEquals([error.code, error.option, error.value], ["INVALID_OPTION", "limit", limit]);
  }
});

Deno.test("Requests.pending refuses a filter that is none, a phase that no request has, and a URL that is no text", () => {
  const host = new LedgerHost();
  const wrong: [option: string, filter: unknown][] = [
    ["filter", null],
    ["filter", []],
    ["filter", "open"],
    ["phase", { phase: "bogus" }],
    ["phase", { phase: null }],
    ["phase", { phase: "dead" }],
    ["url", { url: 5 }],
  ];
  for (const [option, filter] of wrong) {
    const error = assertThrows(() => host.requests.pending(filter as PendingFilter), InvalidOptionError);
    assertEquals(error.option, option);
  }
});

Deno.test("Requests.pending returns a thousand at most, unless it is asked for more", () => {
  const host = new LedgerHost();
  for (let nth = 0; nth < 1_001; nth++) host.call("a", { durability: nth % 2 === 0 ? "strict" : "memory" });
  assertEquals(host.requests.pending().length, 1_000);
  assertEquals(host.requests.pending({ limit: 5_000 }).length, 1_001);
});

Deno.test("Requests.cancel cannot end the request whose synchronous handler calls it, whatever its durability", async () => {
  for (const durability of DURABILITIES) {
    // Longer than the heartbeat, so that memory holds a strict request too.
    const host = new LedgerHost({ defaults: { timeout: 60_000 } });
    const job = await host.sent("a", { durability });
    const seen: unknown[] = [];
    host.agent.handle = () => void seen.push(host.requests.status(job.id)?.phase, host.requests.cancel(job.id));
    assertEquals(host.requests.deliver(answer(job)), "settled");
    assertEquals(seen[1], undefined, durability);
    assertEquals(seen[0] === "open", false, durability);
  }
});

Deno.test("a handler that asks again under its own id keeps the new request", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a", { durability: "memory", id: "mine" });
  let tries = 0;
  host.agent.handle = (label) => {
    if (label === "a" && tries++ > 0) host.call("b", { durability: "memory", id: "mine" });
    else if (label === "a") explode();
  };
  host.requests.deliver(answer(job));
  await host.advance(10_000);
  assertEquals(host.requests.pending().map(({ id }) => id), ["mine"]);
});

onStorages("a synchronous handler may ask again under its own id, whatever the durability", async (storage) => {
  for (const durability of DURABILITIES) {
    for (const timeout of [10_000, 60_000]) {
      const host = new LedgerHost({ storage });
      const options = { durability, timeout, id: "mine" } as const;
      const job = await host.sent("a", options);
      host.agent.handle = (label) => {
        if (label === "a") host.call("b", options);
      };
      assertEquals(host.requests.deliver(answer(job)), "settled");
      await host.settle();
      assertEquals(host.requests.status("mine")?.phase, "open", `${durability}, ${timeout} ms`);
      // The deadline of the first is nothing to the second.
      assertEquals(host.requests.deliver(answer(host.hand.job())), "settled");
      await host.advance(100_000);
      assertEquals(host.agent.log, ["a: 200 hello", "b: 200 hello"]);
      assertEquals([host.rows(), host.clock.pending], [[], 0]);
    }
  }
});

Deno.test("an asynchronous handler may not ask again under its own id: it has not ended", async () => {
  for (const durability of DURABILITIES) {
    const host = new LedgerHost();
    Object.setPrototypeOf(host.agent, AsyncAgent.prototype);
    await host.sent("a", { durability, id: "mine" });
    host.agent.handle = () => void assertThrows(() => host.call("b", { durability, id: "mine" }), DuplicateIdError);
    assertEquals(await host.requests.deliver(answer(host.hand.job())), "settled");
    assertEquals([host.heard(), host.rows()], [["dispatched", "settled"], []]);
  }
});

/** Cancels in a transaction that is undone. */
function cancelInVain(host: LedgerHost, id: string): void {
  assertThrows(() =>
    host.storage.transaction(() => {
      assertEquals([host.requests.cancel(id)?.id, host.requests.status(id)], [id, undefined]);
      explode();
    }), StagedError);
}

onStorages(
  "Requests.cancel in a transaction that is undone changes nothing: a lost executor is known",
  async (storage) => {
    const host = new LedgerHost({ storage, defaults: { timeout: 300_000 } });
    const job = await host.sent("a", {}, new RequestSync(urlOf("a"), { method: "POST" }));
    await host.advance(30_000);
    assertEquals(host.requests.deliver(beat(job)), "pending");
    // The first alarm takes up every row that memory does not know; no later one does.
    await host.advance(20_000);
    cancelInVain(host, job.id);
    await host.settle();
    assertEquals([host.requests.status(job.id)?.phase, host.hand.aborted], ["open", []]);
    await host.advance(25_000);
    assertEquals(host.agent.log, ["a: EXECUTOR_LOST"]);
  },
);

onStorages("Requests.cancel in a transaction that is undone leaves a kept outcome its answer", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a");
  host.agent.handle = explode;
  assertEquals(host.requests.deliver(answer(job)), "settled");
  cancelInVain(host, job.id);
  await host.settle();
  assertEquals(host.requests.deliver(answer(job, undefined, 2)), "settled");
  host.agent.handle = () => {};
  await host.advance(10_000);
  assertEquals([host.agent.log, host.rows()], [["a: 200 hello", "a: 200 hello"], []]);
});

onStorages("Requests.cancel in a transaction that is kept stands", async (storage) => {
  const host = new LedgerHost({ storage, defaults: { timeout: 60_000 } });
  const job = await host.sent("a");
  host.storage.transaction(() => host.requests.cancel(job.id));
  await host.settle();
  assertEquals([host.requests.deliver(answer(job)), host.requests.status(job.id)], ["late", undefined]);
});
