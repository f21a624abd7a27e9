import { assertEquals, assertThrows } from "@std/assert";
import { PayloadVersionError } from "../../../core/errors.ts";
import { readRequest, REQUEST_KIND } from "../../../core/requests/request_row.ts";
import { knownRequest, rowState, viewRequest } from "../../../core/requests/request_view.ts";
import { encodePayload } from "../../../core/alarms/row_payload.ts";
import { DEAD_DUE, type Row } from "../../../core/storage.ts";
import { onStorages } from "../ledger_host.ts";
import { LedgerParts, type Place } from "../ledger_parts.ts";

const NOTHING = { phase: "absent", known: "nothing" };

/** The row of a placed request as it lies once its handler has thrown on an executor's outcome. */
function kept({ row, stored }: Place, due: number): Row {
  const payload = encodePayload(JSON.stringify({ ...stored, outcome: "o", delivered: true }), { due: row.due });
  return { ...row, due, payload };
}

function stateOf(parts: LedgerParts, { job }: Place, token: string = job.token): unknown {
  return viewRequest(parts.context, job, token)?.state;
}

onStorages("viewRequest finds a request in its row, and shows what the row holds", (storage) => {
  const parts = new LedgerParts({ storage });
  const place = parts.place("a", { attempt: 2 });
  const view = viewRequest(parts.context, place.job, place.job.token);
  assertEquals(view?.state, { phase: "open", row: true, attempt: 2 });
  assertEquals(view?.stored, place.stored);
  assertEquals(view?.row?.payload, place.row.payload);
  assertEquals(view?.live, undefined);
});

Deno.test("viewRequest shows a row together with what memory knows of it", () => {
  const parts = new LedgerParts();
  const { job } = parts.place("a", { live: true });
  const view = viewRequest(parts.context, job, job.token);
  assertEquals(view?.live, parts.live(job.id));
  assertEquals(view?.row?.id, job.id);
});

Deno.test("viewRequest finds a request that memory alone holds", () => {
  const parts = new LedgerParts();
  const place = parts.place("a", { durability: "memory" });
  const view = viewRequest(parts.context, place.job, place.job.token);
  assertEquals(view?.state, { phase: "open", row: false, attempt: 1 });
  assertEquals(view?.live, parts.live(place.job.id));
  assertEquals(view?.row, undefined);
});

Deno.test("viewRequest looks at the handler that runs before all else", () => {
  const parts = new LedgerParts();
  const place = parts.place("a");
  const running = { attempt: 1, delivered: true, kept: false, row: true };
  const { token, id } = place.job;
  parts.memory.running.set(id, { ...running, token, done: Promise.resolve() });
  const state = viewRequest(parts.context, place.job, token)?.state;
  assertEquals(state?.phase === "running" && [state.attempt, state.delivered, state.row], [1, true, true]);
});

Deno.test("viewRequest is not about a request with another token, in a row or in memory", () => {
  const parts = new LedgerParts();
  for (const place of [parts.place("a"), parts.place("b", { durability: "memory" })]) {
    assertEquals(viewRequest(parts.context, place.job, "forged"), undefined);
    assertEquals(viewRequest(parts.context, place.job, ""), undefined);
  }
});

Deno.test("viewRequest remembers how a request ended whose id and deadline another has taken", () => {
  const parts = new LedgerParts();
  for (const durability of ["strict", "memory"] as const) {
    const place = parts.place(durability, { durability });
    const { due } = place.job;
    parts.memory.end("cancelled", due, parts.clock.now());
    parts.memory.end("answered", due, parts.clock.now(), 2);
    assertEquals(stateOf(parts, place, "cancelled"), { phase: "absent", known: "ended" });
    assertEquals(stateOf(parts, place, "answered"), { phase: "absent", known: "settled", attempt: 2 });
    assertEquals(viewRequest(parts.context, place.job, "forged"), undefined);
    assertEquals(stateOf(parts, place), { phase: "open", row: durability === "strict", attempt: 1 });
  }
});

Deno.test("viewRequest does not take another request's running handler for this one's", () => {
  const parts = new LedgerParts();
  const place = parts.make("a");
  const done = Promise.resolve();
  parts.memory.running.set(place.job.id, { attempt: 1, delivered: true, kept: false, row: false, token: "x", done });
  assertEquals(stateOf(parts, place), NOTHING);
});

Deno.test("viewRequest knows nothing of a request that never was", () => {
  const parts = new LedgerParts();
  assertEquals(stateOf(parts, parts.make("a")), NOTHING);
});

Deno.test("viewRequest remembers how a request ended", () => {
  const parts = new LedgerParts();
  const [settled, cancelled] = [parts.make("a"), parts.make("b")];
  parts.memory.end(settled.job.token, settled.job.due, parts.start, 3);
  parts.memory.end(cancelled.job.token, cancelled.job.due, parts.start);
  assertEquals(stateOf(parts, settled), { phase: "absent", known: "settled", attempt: 3 });
  assertEquals(stateOf(parts, cancelled), { phase: "absent", known: "ended" });
});

onStorages("viewRequest finds a row that its failure has moved, where its id is the caller's", (storage) => {
  const parts = new LedgerParts({ storage });
  const place = parts.make("a", { named: true });
  storage.insert(kept(place, parts.start + 5));
  assertEquals(stateOf(parts, place), { phase: "kept", attempt: 1, delivered: true });
  assertEquals(stateOf(parts, place, "forged"), NOTHING);
});

onStorages("viewRequest finds a dead letter", (storage) => {
  const parts = new LedgerParts({ storage });
  const place = parts.make("a");
  storage.insert({ ...kept(place, DEAD_DUE), named: false });
  assertEquals(stateOf(parts, place), { phase: "dead", attempt: 1, delivered: true });
});

Deno.test("viewRequest does not confuse a request with a later one under the same id", () => {
  const parts = new LedgerParts();
  const first = parts.make("a", { named: true });
  parts.clock.tick(1);
  const second = parts.place("a", { named: true });
  assertEquals(first.job.id, second.job.id);
  assertEquals(stateOf(parts, first), NOTHING);
  parts.memory.end(first.job.token, first.job.due, parts.start, 1);
  assertEquals(stateOf(parts, first), { phase: "absent", known: "settled", attempt: 1 });
  assertEquals(stateOf(parts, second), { phase: "open", row: true, attempt: 1 });
});

Deno.test("viewRequest passes over rows that are no requests", () => {
  const parts = new LedgerParts();
  const place = parts.make("a", { named: true });
  parts.storage.insert({ ...place.row, kind: "once" });
  assertEquals(stateOf(parts, place), NOTHING);
});

Deno.test("viewRequest throws for a row that this release cannot read, and does not call the request absent", () => {
  const parts = new LedgerParts();
  const { row, job } = parts.make("a");
  parts.storage.insert({ ...row, payload: "9\nfrom the future" });
  const error = assertThrows(() => viewRequest(parts.context, job, job.token), PayloadVersionError);
  assertEquals(error.code, "PAYLOAD_VERSION");
});

Deno.test("rowState tells by the row alone whether a request is open, kept or dead", () => {
  const parts = new LedgerParts();
  const place = parts.make("a", { attempt: 2 });
  const at = (row: Row) => rowState(row, readRequest(row));
  assertEquals(place.row.kind, REQUEST_KIND);
  assertEquals(at(place.row), { phase: "open", row: true, attempt: 2 });
  assertEquals(at(kept(place, 5)), { phase: "kept", attempt: 2, delivered: true });
  assertEquals(at(kept(place, DEAD_DUE)), { phase: "dead", attempt: 2, delivered: true });
});

Deno.test("rowState takes a kept outcome for the origin's own verdict where the row does not say more", () => {
  const parts = new LedgerParts();
  const { row, stored } = parts.make("a");
  const verdict = { ...row, payload: encodePayload(JSON.stringify({ ...stored, outcome: "o" })) };
  assertEquals(rowState(verdict, readRequest(verdict)), { phase: "kept", attempt: 1, delivered: false });
});

Deno.test("viewRequest asks for the deadline as well: a request lies under both", () => {
  const parts = new LedgerParts();
  for (const { job } of [parts.place("a"), parts.place("b", { durability: "memory" })]) {
    const other = { due: job.due + 1, id: job.id };
    assertEquals(viewRequest(parts.context, other, job.token)?.state, NOTHING);
  }
});

Deno.test("knownRequest knows an open request by the row as it was written, and reads none", () => {
  const parts = new LedgerParts();
  const { job, row, stored } = parts.make("a", { attempt: 2 });
  assertEquals(knownRequest(parts.context, job, job.token), undefined);
  parts.memory.write(row, stored);
  const known = knownRequest(parts.context, job, job.token);
  assertEquals(known, { state: { phase: "open", row: true, attempt: 2 }, row, stored, live: undefined });
  assertEquals(parts.storage.first(), undefined);
});

Deno.test("knownRequest leaves another's token, another due time, and a handler that runs to who reads the row", () => {
  const parts = new LedgerParts();
  const { job, row, stored } = parts.make("a");
  parts.memory.write(row, stored);
  assertEquals(knownRequest(parts.context, job, "guess"), undefined);
  assertEquals(knownRequest(parts.context, { id: job.id, due: job.due + 1 }, job.token), undefined);
  const running = { attempt: 1, delivered: true, kept: false, row: true, token: "other", done: Promise.resolve() };
  parts.memory.running.set(job.id, running);
  assertEquals(knownRequest(parts.context, job, job.token), undefined);
});

Deno.test("viewRequest reads a row that is not as it was written", () => {
  const parts = new LedgerParts();
  const place = parts.place("a");
  parts.memory.write(place.row, place.stored);
  parts.storage.move(place.row, kept(place, place.row.due));
  assertEquals(stateOf(parts, place), { phase: "kept", attempt: 1, delivered: true });
});
