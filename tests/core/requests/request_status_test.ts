import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PayloadVersionError } from "../../../core/errors.ts";
import { requestRow, type StoredRequest } from "../../../core/requests/request_row.ts";
import {
  liveStatus,
  passes,
  type PendingFilter,
  type RequestStatus,
  rowStatus,
} from "../../../core/requests/request_status.ts";
import { encodePayload } from "../../../core/alarms/row_payload.ts";
import { DEAD_DUE, type Row } from "../../../core/storage.ts";
import { jobFor } from "../unruly_server.ts";

const STORED: StoredRequest = {
  ...{ token: "t", attempt: 2, continuation: "c", url: "https://api.example/a", idempotent: true },
  ...{ timeout: 20_000, grace: 10_000 },
};
const OPEN = requestRow({ due: 30_000, id: "r1" }, STORED, true);

/** The row as it lies after its handler has thrown. */
function failed(due: number, meta: { failures: number; due?: number }): Row {
  const payload = encodePayload(JSON.stringify({ ...STORED, outcome: "o", delivered: true }), meta);
  return { ...OPEN, due, payload };
}

Deno.test("rowStatus tells of a request that waits for its outcome", () => {
  assertEquals(rowStatus(OPEN, { runs: () => false }), {
    ...{ id: "r1", phase: "open", url: "https://api.example/a", due: 30_000, attempt: 2, failures: 0 },
    ...{ stored: true, durability: "strict" },
  });
});

Deno.test("rowStatus tells of a handler that runs, on its first outcome or on one that was kept", () => {
  assertEquals(rowStatus(OPEN, { runs: () => true }).phase, "running");
  assertEquals(rowStatus(failed(9_000, { failures: 1, due: 30_000 }), { runs: () => true }).phase, "running");
});

Deno.test("rowStatus tells of a handler that will run again, with the deadline that the request had", () => {
  const { phase, due, failures } = rowStatus(failed(9_000, { failures: 2, due: 30_000 }), { runs: () => false });
  assertEquals({ phase, due, failures }, { phase: "retrying", due: 30_000, failures: 2 });
});

Deno.test("rowStatus tells of a dead letter, which nothing runs", () => {
  for (const running of [false, true]) {
    const { phase, due, failures } = rowStatus(failed(DEAD_DUE, { failures: 3, due: 30_000 }), { runs: () => running });
    assertEquals({ phase, due, failures }, { phase: "dead", due: 30_000, failures: 3 });
  }
});

Deno.test("rowStatus refuses a row that is no request", () => {
  const error = assertThrows(
    () => rowStatus({ ...OPEN, payload: "2\n{}" }, { runs: () => false }),
    PayloadVersionError,
  );
  assertEquals(error.code, "PAYLOAD_VERSION");
});

Deno.test("liveStatus tells of a request that no row holds", () => {
  const job = { ...jobFor("https://api.example/a", { now: 0 }), id: "r2", due: 30_000 };
  const live = { job, stored: STORED, durability: "memory", row: false, named: false, lastSeen: 0 } as const;
  assertEquals(liveStatus(live, { runs: () => false }), {
    ...{ id: "r2", phase: "open", url: "https://api.example/a", due: 30_000, attempt: 2, failures: 0 },
    ...{ stored: false, durability: "memory" },
  });
  assertEquals(liveStatus(live, { runs: () => true }).phase, "running");
  assertEquals(liveStatus({ ...live, durability: "deferred" }, { runs: () => false }).durability, "deferred");
});

function statuses(): fc.Arbitrary<RequestStatus> {
  return fc.record({
    id: fc.string(),
    phase: fc.constantFrom("open", "running", "retrying", "dead"),
    url: fc.constantFrom("https://a.example/", "https://a.example/x", "https://b.example/x"),
    ...{ due: fc.nat(), attempt: fc.nat(), failures: fc.nat(), stored: fc.boolean() },
    durability: fc.constantFrom("strict", "deferred", "memory"),
  });
}

function filters(): fc.Arbitrary<PendingFilter> {
  return fc.record({
    phase: fc.constantFrom("open" as const, "running" as const, "retrying" as const),
    url: fc.constantFrom("", "https://a.example/", "https://a.example/x", "a.example", "https://A.example/"),
    limit: fc.integer({ min: 1, max: 3 }),
  }, { requiredKeys: [] });
}

Deno.test("passes lets all through that a filter says nothing about", () => {
  fc.assert(fc.property(statuses(), (status) => {
    assertEquals(passes(status, {}), true);
    assertEquals(passes(status, { limit: 1 }), true);
  }));
});

Deno.test("passes asks for each member of the filter, and for all of them", () => {
  fc.assert(fc.property(statuses(), filters(), (status, { phase, url, limit }) => {
    const alone = [passes(status, phase ? { phase } : {}), passes(status, url === undefined ? {} : { url })];
    assertEquals(alone[0], phase === undefined || phase === status.phase);
    assertEquals(alone[1], url === undefined || status.url.indexOf(url) === 0);
    const both = { ...(phase && { phase }), ...(url === undefined ? {} : { url }), ...(limit && { limit }) };
    assertEquals(passes(status, both), alone[0] && alone[1]);
  }));
});
