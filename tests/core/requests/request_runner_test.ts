import { assert, assertEquals, assertThrows } from "@std/assert";
import { storedOutcome, verdict } from "../../../core/requests/request_outcome.ts";
import { readRequest, REQUEST_KIND } from "../../../core/requests/request_row.ts";
import type { Ending } from "../../../core/requests/request_runner.ts";
import { DEAD_DUE, type Row, type Storage } from "../../../core/storage.ts";
import { onStorages, reply, StagedError } from "../ledger_host.ts";
import { LedgerParts, type Place } from "../ledger_parts.ts";

/** What ends a placed request: an executor's outcome, unless a test says otherwise. */
function ending({ job, stored, named }: Place, more: Partial<Ending> = {}): Ending {
  const key = { due: job.due, id: job.id };
  return { key, stored, named, outcome: storedOutcome(reply(), true), kept: false, ...more };
}

/** A row that a handler writes, to see whether its writes were kept. */
function note(storage: Storage): void {
  storage.insert({ due: 1, id: "note", kind: "note", payload: "1\n", named: false });
}

function notes(parts: LedgerParts): number {
  return parts.rows().filter(({ kind }) => kind === "note").length;
}

function requests(parts: LedgerParts): Row[] {
  return parts.rows().filter(({ kind }) => kind === REQUEST_KIND);
}

function explode(): never {
  throw new StagedError("the handler failed");
}

onStorages("RequestRunner.settle with a row takes the row and runs the continuation, in one transaction", (storage) => {
  const parts = new LedgerParts({ storage });
  const place = parts.place("a");
  parts.agent.handle = () => {
    assertEquals(requests(parts), []);
    note(storage);
  };
  assertEquals(parts.runner.settle(place.row, ending(place)), "committed");
  assertEquals([parts.agent.log, notes(parts), requests(parts)], [["a: 200 hello"], 1, []]);
  assertEquals(parts.memory.ended(place.job.token)?.settled, 1);
  assertEquals(parts.heard(), ["settled"]);
});

onStorages(
  "RequestRunner.settle with a row undoes all that a handler wrote before it threw, and keeps the outcome",
  (storage) => {
    const parts = new LedgerParts({ storage });
    const place = parts.place("a");
    parts.agent.handle = () => {
      note(storage);
      explode();
    };
    assertEquals(parts.runner.settle(place.row, ending(place)), "retrying");
    const [row, ...others] = requests(parts);
    assertEquals([notes(parts), others.length], [0, 0]);
    assertEquals([row.due, readRequest(row).meta.due], [parts.start + 1_000, place.job.due]);
    const { outcome, delivered } = readRequest(row).stored;
    assertEquals([outcome, delivered], [reply(), true]);
    assertEquals(parts.memory.ended(place.job.token), undefined);
    assert(parts.isArmed());
    assertEquals(parts.heard(), ["retrying"]);
  },
);

Deno.test("RequestRunner.settle with a row lets exactly one of two endings run", () => {
  const parts = new LedgerParts();
  const place = parts.place("a");
  assertEquals(parts.runner.settle(place.row, ending(place)), "committed");
  assertEquals(parts.runner.settle(place.row, ending(place)), "gone");
  assertEquals([parts.agent.log.length, parts.heard()], [1, ["settled"]]);
});

Deno.test("RequestRunner.settle with a row remembers no dispatch as settled after a verdict of the origin's own", () => {
  const parts = new LedgerParts();
  const place = parts.place("a");
  const outcome = verdict("TIMEOUT", place.stored, { due: place.job.due, now: place.job.due });
  parts.runner.settle(place.row, ending(place, { outcome }));
  assertEquals(parts.agent.log, ["a: TIMEOUT"]);
  const ended = parts.memory.ended(place.job.token);
  assertEquals([ended !== undefined, ended?.settled], [true, undefined]);
});

Deno.test("RequestRunner.settle with a row forgets the live request, and ends its timer", () => {
  const parts = new LedgerParts();
  const place = parts.place("a", { live: true });
  parts.live(place.job.id).stopTimer = parts.clock.setTimeout(explode, 10);
  parts.runner.settle(place.row, ending(place));
  assertEquals([parts.memory.live.size, parts.clock.pending], [0, 0]);
});

onStorages(
  "RequestRunner.settle with a row keeps the row until an asynchronous handler has finished",
  async (storage) => {
    const parts = new LedgerParts({ storage });
    const place = parts.place("a");
    const { promise, resolve } = Promise.withResolvers<void>();
    parts.agent.handle = () => promise;
    const result = parts.runner.settle(place.row, ending(place));
    assert(result instanceof Promise);
    assertEquals(requests(parts).length, 1);
    assertEquals(parts.memory.running.get(place.job.id)?.token, place.job.token);
    assertEquals(parts.heard(), []);
    resolve();
    assertEquals(await result, "committed");
    assertEquals([requests(parts), parts.memory.running.size], [[], 0]);
    assertEquals([parts.memory.ended(place.job.token)?.settled, parts.heard()], [1, ["settled"]]);
  },
);

Deno.test("RequestRunner.settle with a row keeps the outcome when an asynchronous handler fails", async () => {
  const parts = new LedgerParts();
  const place = parts.place("a");
  parts.agent.handle = () => Promise.reject(new StagedError("later"));
  assertEquals(await parts.runner.settle(place.row, ending(place)), "retrying");
  assertEquals(readRequest(requests(parts)[0]).stored.outcome, reply());
  assertEquals([parts.memory.running.size, parts.heard()], [0, ["retrying"]]);
});

Deno.test("RequestRunner.settle with a row leaves a request that was cancelled while its handler ran", async () => {
  const parts = new LedgerParts();
  const place = parts.place("a");
  const { promise, reject } = Promise.withResolvers<void>();
  parts.agent.handle = () => promise;
  const result = parts.runner.settle(place.row, ending(place));
  parts.storage.take(place.row);
  reject(new StagedError("too late to matter"));
  assertEquals(await result, "gone");
  assertEquals([requests(parts), parts.heard()], [[], []]);
});

onStorages("RequestRunner.settle with a row makes a dead letter of the last failure, outcome included", (storage) => {
  const parts = new LedgerParts({ storage, retry: { attempts: 1 } });
  const place = parts.place("a");
  parts.agent.handle = explode;
  assertEquals(parts.runner.settle(place.row, ending(place)), "dead");
  const [row] = requests(parts);
  assertEquals([row.due, readRequest(row).stored.outcome], [DEAD_DUE, reply()]);
  assertEquals(parts.heard(), ["dead"]);
});

Deno.test("RequestRunner.settle with a row takes an outcome that cannot be read for a failure of the handler", () => {
  const parts = new LedgerParts();
  const place = parts.place("a");
  const outcome = storedOutcome("nonsense", true);
  assertEquals(parts.runner.settle(place.row, ending(place, { outcome })), "retrying");
  assertEquals([parts.agent.log, readRequest(requests(parts)[0]).stored.outcome], [[], "nonsense"]);
});

Deno.test("RequestRunner.settle with a row hands no handler what is no outcome, and keeps it with its cause", () => {
  const parts = new LedgerParts({ retry: { attempts: 1 } });
  const place = parts.place("a");
  const outcome = storedOutcome('{"status":200}', true);
  assertEquals(parts.runner.settle(place.row, ending(place, { outcome })), "dead");
  const { meta, stored } = readRequest(requests(parts)[0]);
  assertEquals([parts.agent.log, meta.error?.code, stored.outcome], [[], "INVALID_OUTCOME", '{"status":200}']);
});

onStorages("RequestRunner.settle with a row lets a failure of the platform through, the row as it was", (storage) => {
  const parts = new LedgerParts({ storage, isPlatformFailure: (error) => error instanceof StagedError });
  const place = parts.place("a");
  parts.agent.handle = explode;
  assertThrows(() => parts.runner.settle(place.row, ending(place)), StagedError);
  assertEquals(parts.storage.get(place.row)?.payload, place.row.payload);
  assertEquals([parts.heard(), parts.memory.ended(place.job.token)], [[], undefined]);
});

Deno.test("RequestRunner.settle without a row runs the continuation and writes nothing", () => {
  const parts = new LedgerParts();
  const place = parts.place("a", { durability: "deferred" });
  assertEquals(parts.runner.settle(undefined, ending(place)), "committed");
  assertEquals([parts.agent.log, parts.rows()], [["a: 200 hello"], []]);
  assertEquals([parts.memory.live.size, parts.memory.ended(place.job.token)?.settled], [0, 1]);
  assertEquals(parts.heard(), ["settled"]);
});

onStorages(
  "RequestRunner.settle without a row undoes a handler that threw, and writes the row for the next try",
  (storage) => {
    const parts = new LedgerParts({ storage });
    const place = parts.place("a", { durability: "memory" });
    parts.agent.handle = () => {
      note(storage);
      explode();
    };
    assertEquals(parts.runner.settle(undefined, ending(place)), "retrying");
    const [row] = requests(parts);
    assertEquals([notes(parts), row.due, readRequest(row).stored.outcome], [0, parts.start + 1_000, reply()]);
    assert(parts.isArmed());
    assertEquals([parts.memory.live.size, parts.heard()], [0, ["retrying"]]);
  },
);

Deno.test("RequestRunner.settle without a row writes the row when an asynchronous handler has failed, not before", async () => {
  const parts = new LedgerParts();
  const place = parts.place("a", { durability: "memory" });
  const { promise, reject } = Promise.withResolvers<void>();
  parts.agent.handle = () => promise;
  const result = parts.runner.settle(undefined, ending(place));
  assertEquals([parts.rows(), parts.memory.running.get(place.job.id)?.row], [[], false]);
  reject(new StagedError("later"));
  assertEquals(await result, "retrying");
  assertEquals(requests(parts).length, 1);
});

Deno.test("RequestRunner.settle without a row runs a kept outcome from its row until it commits, once", async () => {
  const parts = new LedgerParts();
  const place = parts.place("a", { durability: "memory" });
  let failures = 2;
  parts.agent.handle = () => failures-- > 0 ? explode() : undefined;
  parts.runner.settle(undefined, ending(place));
  await parts.advance(60_000);
  assertEquals(parts.agent.log, ["a: 200 hello", "a: 200 hello", "a: 200 hello"]);
  assertEquals([parts.rows(), parts.heard()], [[], ["retrying", "retrying", "settled"]]);
});

Deno.test("RequestRunner.settle without a row lets a failure of the platform through, and writes nothing", () => {
  const parts = new LedgerParts({ isPlatformFailure: (error) => error instanceof StagedError });
  const place = parts.place("a", { durability: "memory" });
  parts.agent.handle = explode;
  assertThrows(() => parts.runner.settle(undefined, ending(place)), StagedError);
  assertEquals([parts.rows(), parts.heard(), parts.memory.live.size], [[], [], 1]);
});

Deno.test("RequestRunner.runLate runs a continuation and tells nothing of it: the request had ended", () => {
  const parts = new LedgerParts();
  const place = parts.make("a");
  parts.runner.runLate(ending(place));
  assertEquals([parts.agent.log, parts.heard(), parts.rows()], [["a: 200 hello"], [], []]);
  assertEquals(parts.memory.ended(place.job.token), undefined);
});

Deno.test("RequestRunner.runLate tries a continuation that threw again, from a row of its own", async () => {
  const parts = new LedgerParts();
  let failures = 1;
  parts.agent.handle = () => failures-- > 0 ? explode() : undefined;
  parts.runner.runLate(ending(parts.make("a")));
  assertEquals(requests(parts).length, 1);
  await parts.advance(60_000);
  assertEquals([parts.agent.log, parts.rows()], [["a: 200 hello", "a: 200 hello"], []]);
});

Deno.test("RequestRunner.runLate does not wait for an asynchronous handler, and survives its platform failure", async () => {
  const parts = new LedgerParts({ isPlatformFailure: () => true });
  parts.agent.handle = () => Promise.reject(new StagedError("reset"));
  parts.runner.runLate(ending(parts.make("a")));
  await parts.settle();
  assertEquals([parts.agent.log, parts.rows()], [["a: 200 hello"], []]);
});
