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
