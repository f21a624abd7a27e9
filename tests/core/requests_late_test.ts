import { assertEquals } from "@std/assert";
import { FetchError } from "../../core/fetch/fetch_error.ts";
import { RequestSync, stringify } from "../../core/serializer/mod.ts";
import { answer, beat, brief, LedgerHost, onStorages, reply, StagedError, urlOf } from "./ledger_host.ts";

function explode(): never {
  throw new StagedError("the handler failed");
}

/** A request with `onLate` that has timed out. */
async function timedOut(host: LedgerHost, label = "a") {
  const { ctn } = host;
  const job = await host.sent(label, { onLate: ctn.onLate(label, ctn.$result) });
  await host.advance(30_000);
  return job;
}

onStorages("Requests runs onLate for an outcome after the deadline, never the continuation again", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await timedOut(host);
  assertEquals(host.requests.deliver(answer(job)), "late");
  assertEquals([host.agent.log, host.rows()], [["a: TIMEOUT", "late a: 200 hello"], []]);
  assertEquals(host.heard(), ["dispatched", "settled", "late"]);
});

onStorages("Requests runs onLate once for copies of an outcome", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await timedOut(host);
  for (const sending of [1, 2, 3]) assertEquals(host.requests.deliver(answer(job, reply(), sending)), "late");
  assertEquals(host.agent.log, ["a: TIMEOUT", "late a: 200 hello"]);
  assertEquals(host.heard().filter((type) => type === "late").length, 1);
});

Deno.test("Requests runs onLate after a cancel", async () => {
  const host = new LedgerHost();
  const { ctn } = host;
  const job = await host.sent("a", { onLate: ctn.onLate("a", ctn.$result) });
  host.requests.cancel(job.id);
  assertEquals(host.requests.deliver(answer(job)), "late");
  assertEquals(host.agent.log, ["late a: 200 hello"]);
});

for (const durability of ["strict", "deferred", "memory"] as const) {
  for (const timeout of [15_000, 15_001]) {
    onStorages(
      `Requests ${durability}: under a cancelled request's id, another runs and the first is given up, ${timeout} ms`,
      async (storage) => {
        const host = new LedgerHost({ storage });
        const { ctn, hand } = host;
        const options = { id: "x", durability, onLate: ctn.onLate("old", ctn.$result) };
        const old = await host.sent("old", { ...options, timeout: 20_000 });
        await host.advance(5_000);
        host.requests.cancel("x");
        host.call("new", { id: "x", durability, timeout });
        await host.settle();
        assertEquals(hand.aborted, [`x/${old.token}`]);
        const job = hand.job();
        assertEquals(job.due === old.due, timeout === 15_000);
        for (const sending of [1, 2]) assertEquals(host.requests.deliver(answer(old, reply(), sending)), "late");
        assertEquals(host.requests.deliver(beat(old)), "late");
        assertEquals(host.requests.deliver(answer(job)), "settled");
        assertEquals(host.agent.log, ["late old: 200 hello", "new: 200 hello"]);
        assertEquals(host.heard().filter((type) => type === "refused"), []);
      },
    );
  }
}

Deno.test("Requests sends a request that takes the id of another, called and cancelled in the same turn", async () => {
  for (const durability of ["strict", "deferred", "memory"] as const) {
    for (const timeout of [20_000, 20_001]) {
      const host = new LedgerHost();
      host.call("old", { id: "x", durability, timeout: 20_000 });
      host.requests.cancel("x");
      host.call("new", { id: "x", durability, timeout });
      await host.settle();
      assertEquals([host.hand.jobs.length, host.requests.status("x")?.phase], [1, "open"]);
      assertEquals(host.requests.deliver(answer(host.hand.job())), "settled");
      assertEquals(host.agent.log, ["new: 200 hello"], `${durability} ${timeout}`);
    }
  }
});

Deno.test("Requests runs onLate for a failure that comes late, too", async () => {
  const host = new LedgerHost();
  const job = await timedOut(host);
  host.requests.deliver(answer(job, stringify(new FetchError("NETWORK", urlOf("a")))));
  assertEquals(host.agent.log, ["a: TIMEOUT", "late a: NETWORK"]);
});

onStorages("Requests runs onLate after a restart: it travels with the job and costs no row", async (storage) => {
  const host = new LedgerHost({ storage });
  const job = await timedOut(host);
  assertEquals(host.rows(), []);
  host.restart();
  assertEquals(host.requests.deliver(answer(job)), "late");
  assertEquals(host.agent.log, ["a: TIMEOUT", "late a: 200 hello"]);
});

Deno.test("Requests does not run onLate for a token that is not the request's own", async () => {
  const host = new LedgerHost();
  const { ctn } = host;
  const job = await host.sent("a", { onLate: ctn.onLate("a", ctn.$result) });
  assertEquals(host.requests.deliver(answer({ ...job, token: "forged" })), "unknown");
  assertEquals(host.agent.log, []);
});

onStorages(
  "Requests tries an onLate that throws again, and keeps the last failure as a dead letter",
  async (storage) => {
    const host = new LedgerHost({ storage });
    host.agent.handleLate = explode;
    const job = await timedOut(host);
    assertEquals(host.requests.deliver(answer(job)), "late");
    await host.advance(60_000);
    assertEquals(host.agent.log.filter((line) => line.startsWith("late")).length, 3);
    assertEquals(host.alarms.getDeadLetters().length, 1);
  },
);

Deno.test("Requests reports a late outcome without onLate, with all there is to know", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a", { timeout: 1_000, grace: 500 });
  await host.advance(2_000);
  host.requests.deliver(answer(job, reply("at last", 201)));
  const { outcome, ...late } = host.events[2];
  assertEquals(late, { type: "late", id: job.id, at: host.start + 2_000, attempt: 1, elapsed: undefined });
  assertEquals(outcome && brief(outcome), "201 at last");
});

Deno.test("Requests tells of every transition in turn, with attempt and time since the call", async () => {
  const host = new LedgerHost();
  let failures = 1;
  host.agent.handle = () => failures-- > 0 ? explode() : undefined;
  const first = await host.sent("a", { timeout: 60_000, heartbeat: 300 });
  await host.advance(600);
  host.clock.tick(50);
  host.requests.deliver(answer(first));
  host.requests.deliver(answer(host.hand.job()));
  await host.advance(1_000);
  assertEquals(host.events.map(({ type, attempt, elapsed }) => [type, attempt, elapsed]), [
    ["dispatched", 1, 0],
    ["lost", 1, 600],
    ["dispatched", 2, 600],
    ["stale", 1, 650],
    ["retrying", 2, 650],
    ["settled", 2, 1_650],
  ]);
  assertEquals(new Set(host.events.map(({ id }) => id)), new Set([first.id]));
});

Deno.test("Requests tells why a job was not taken", async () => {
  const host = new LedgerHost();
  host.hand.take = explode;
  await host.sent("a");
  assertEquals(host.heard(), ["dispatched", "unreachable", "settled"]);
  assertEquals(host.events[1].error instanceof StagedError, true);
});

Deno.test("Requests hears nothing of a heartbeat", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a", { timeout: 60_000, heartbeat: 300 });
  for (let nth = 0; nth < 5; nth++) host.requests.deliver(beat(job));
  assertEquals(host.heard(), ["dispatched"]);
});

onStorages("Requests works the same whether anybody listens or the listener throws", async (storage) => {
  for (const listener of [undefined, explode]) {
    const host = new LedgerHost({ storage, listen: false, ...(listener && { onEvent: listener }) });
    const job = await host.sent("a");
    assertEquals(host.requests.deliver(answer(job)), "settled");
    assertEquals(host.requests.deliver(answer({ ...job, attempt: 2 })), "late");
    const other = await host.sent("b", {}, new RequestSync(urlOf("b"), { method: "POST" }));
    host.requests.cancel(other.id);
    assertEquals([host.agent.log, host.rows()], [["a: 200 hello"], []]);
  }
});
