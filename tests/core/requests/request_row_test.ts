import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PayloadVersionError, RowTooLargeError } from "../../../core/errors.ts";
import { FetchError } from "../../../core/fetch/fetch_error.ts";
import { type Outcome, storedOutcome } from "../../../core/requests/request_outcome.ts";
import {
  bodyWithOutcome,
  readRequest,
  REQUEST_KIND,
  requestBody,
  requestRow,
  type StoredRequest,
} from "../../../core/requests/request_row.ts";
import { decodePayload, encodePayload, MAX_PAYLOAD_BYTES } from "../../../core/alarms/row_payload.ts";
import { parse, ResponseSync, stringify } from "../../../core/serializer/mod.ts";
import type { Row } from "../../../core/storage.ts";
import { onStorages, reply } from "../ledger_host.ts";
import { errorIn } from "../unruly_server.ts";

const KEY = { due: 30_000, id: "r1" };
const STORED: StoredRequest = {
  ...{ token: "t", attempt: 1, continuation: "c", url: "https://api.example/", idempotent: false },
  ...{ timeout: 20_000, grace: 10_000 },
};

function bytes(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/** The outcome that a body keeps, as its handler would get it. */
function keptIn(body: string): unknown {
  return parse(JSON.parse(body).outcome);
}

function response(text: string, init: { status?: number; headers?: HeadersInit } = {}): Outcome {
  return storedOutcome(stringify(new ResponseSync(text, init)), true);
}

/** Anything that a request may be stored with. */
function requests(): fc.Arbitrary<StoredRequest> {
  const text = fc.string({ unit: "binary" });
  const span = fc.integer({ min: 0, max: 1e9 });
  return fc.record({
    ...{ token: text, attempt: fc.integer({ min: 1, max: 9 }), continuation: text, url: text },
    ...{ idempotent: fc.boolean(), timeout: span, grace: span, heartbeat: span, lease: span, onLate: text },
    again: fc.record({ request: text, policy: fc.constant({ allow: ["https://a.example/*"] }) }),
    onAmbiguous: fc.constant("run" as const),
    outcome: text,
    delivered: fc.boolean(),
  }, { requiredKeys: ["token", "attempt", "continuation", "url", "idempotent", "timeout", "grace"] });
}

Deno.test("requestRow and readRequest give back what was stored, whatever it was", () => {
  fc.assert(fc.property(requests(), fc.boolean(), (stored, named) => {
    const row = requestRow(KEY, stored, named);
    assertEquals([row.due, row.id, row.kind, row.named], [KEY.due, KEY.id, REQUEST_KIND, named]);
    assertEquals(readRequest(row), { stored, meta: {} });
  }));
});

onStorages("requestRow and readRequest give back what a database has kept", (storage) => {
  fc.assert(fc.property(requests(), (stored) => {
    storage.insert(requestRow(KEY, stored, true));
    const [row, ...others] = storage.due(KEY.due, 2);
    assertEquals([readRequest(row).stored, others], [stored, []]);
    storage.take(KEY);
  }));
});

Deno.test("requestRow keeps the handler's retries where every kind of row has them", () => {
  const handlerRetry = { attempts: 7, backoff: 5 };
  const row = requestRow(KEY, { ...STORED, handlerRetry }, false);
  assertEquals(decodePayload(row.payload).meta, { retry: handlerRetry });
  assertEquals(readRequest(row).stored, STORED);
});

Deno.test("requestRow takes just what fits a row, and refuses one byte more", () => {
  const room = MAX_PAYLOAD_BYTES - bytes(requestRow(KEY, { ...STORED, continuation: "" }, false).payload);
  const full = requestRow(KEY, { ...STORED, continuation: "c".repeat(room) }, false);
  assertEquals(bytes(full.payload), MAX_PAYLOAD_BYTES);
  const error = assertThrows(
    () => requestRow(KEY, { ...STORED, continuation: "c".repeat(room + 1) }, false),
    RowTooLargeError,
  );
  assertEquals([error.code, error.what, error.limit], ["ROW_TOO_LARGE", "request", MAX_PAYLOAD_BYTES]);
});

Deno.test("requestRow counts bytes of UTF-8, not characters", () => {
  const third = Math.ceil(MAX_PAYLOAD_BYTES / 3);
  assertThrows(() => requestRow(KEY, { ...STORED, continuation: "€".repeat(third) }, false), RowTooLargeError);
  requestRow(KEY, { ...STORED, continuation: "e".repeat(third) }, false);
});

Deno.test("requestBody changes what is stored, and keeps what the row remembers of its tries", () => {
  const meta = { failures: 2, due: 30_000, retry: { attempts: 4 } };
  const row: Row = { ...requestRow(KEY, STORED, false), payload: encodePayload(JSON.stringify(STORED), meta) };
  const changed = { ...row, payload: requestBody(row, { ...STORED, attempt: 2, handlerRetry: { attempts: 9 } }) };
  assertEquals(readRequest(changed), { stored: { ...STORED, attempt: 2 }, meta });
});

Deno.test("readRequest refuses a payload of a newer format, and one that is none", () => {
  for (const payload of ["2\n{}", "", "{}", "x\n{}"]) {
    const error = assertThrows(
      () => readRequest({ ...KEY, kind: REQUEST_KIND, payload, named: false }),
      PayloadVersionError,
    );
    assertEquals([error.code, error.payload], ["PAYLOAD_VERSION", "row"]);
  }
});

Deno.test("readRequest refuses a body that is no request, and tells how it begins", () => {
  const bodies = ["", "nonsense", "null", "5", "[]", "{}", '{"token":"t"}', '{"token":1,"continuation":"c"}'];
  for (const body of bodies) {
    const row = { ...KEY, kind: REQUEST_KIND, payload: encodePayload(body), named: false };
    const error = assertThrows(() => readRequest(row), PayloadVersionError);
    assertEquals([error.code, error.payload, error.found], ["PAYLOAD_VERSION", "request", body.slice(0, 20)]);
  }
});

Deno.test("bodyWithOutcome keeps the outcome, and drops what only a further dispatch needs", () => {
  const again = { request: "r", policy: {} };
  const body = bodyWithOutcome({ ...STORED, again, handlerRetry: { attempts: 2 } }, response("hello"));
  assertEquals(JSON.parse(body), { ...STORED, outcome: reply("hello"), delivered: true });
});

Deno.test("bodyWithOutcome takes the place of an earlier one", () => {
  const first = JSON.parse(bodyWithOutcome(STORED, response("first"))) as StoredRequest;
  const second = JSON.parse(bodyWithOutcome(first, response("second"))) as StoredRequest;
  assertEquals(second, { ...STORED, outcome: reply("second"), delivered: true });
});

Deno.test("bodyWithOutcome puts an error in the place of an outcome too large, status and headers kept", () => {
  const large = response("x".repeat(MAX_PAYLOAD_BYTES), { status: 201, headers: { etag: "v1" } });
  const body = bodyWithOutcome(STORED, large);
  assert(bytes(body) < 2_000);
  const error = errorIn(keptIn(body));
  assertEquals([error.code, error.status, error.headers?.get("etag")], ["ROW_TOO_LARGE", 201, "v1"]);
  assertEquals([error.url, error.ambiguous, error.detail], [STORED.url, true, `${bytes(large.text())} bytes`]);
  assertEquals(JSON.parse(body).continuation, "c");
});

Deno.test("bodyWithOutcome does not call a request ambiguous that may be repeated", () => {
  const body = bodyWithOutcome({ ...STORED, idempotent: true }, response("x".repeat(MAX_PAYLOAD_BYTES)));
  assertEquals(errorIn(keptIn(body)).ambiguous, false);
});

Deno.test("bodyWithOutcome gives the headers up where they alone do not fit", () => {
  const headers = { "x-long": "h".repeat(MAX_PAYLOAD_BYTES) };
  const body = bodyWithOutcome(STORED, response("x", { status: 203, headers }));
  const error = errorIn(keptIn(body));
  assertEquals([error.code, error.status, error.headers], ["ROW_TOO_LARGE", 203, undefined]);
});

Deno.test("bodyWithOutcome keeps the status of a failure that is too large", () => {
  const failed = new FetchError("BODY_TOO_LARGE", "https://b.example/", {
    ...{ status: 502, cause: new SyntaxError("x".repeat(MAX_PAYLOAD_BYTES)) },
  });
  const error = errorIn(keptIn(bodyWithOutcome(STORED, storedOutcome(stringify(failed), true))));
  assertEquals([error.code, error.status], ["ROW_TOO_LARGE", 502]);
});

Deno.test("bodyWithOutcome keeps at least a code when even the URL does not fit beside the continuation", () => {
  const stored = { ...STORED, continuation: "c".repeat(900_000), url: `https://a.example/${"u".repeat(700_000)}` };
  const error = errorIn(keptIn(bodyWithOutcome(stored, response("x".repeat(900_000), { status: 200 }))));
  assertEquals([error.code, error.url], ["ROW_TOO_LARGE", ""]);
});

Deno.test("bodyWithOutcome always fits the row that the request fitted", () => {
  const size = fc.integer({ min: 0, max: 1_200_000 });
  fc.assert(
    fc.property(size, size, fc.constantFrom("x", "ß", "€"), (held, came, unit) => {
      const stored = { ...STORED, continuation: "c".repeat(held) };
      const body = bodyWithOutcome(stored, response(unit.repeat(came)));
      assert(bytes(body) <= MAX_PAYLOAD_BYTES);
      const kept = keptIn(body);
      if (kept instanceof ResponseSync) assertEquals(kept.text().length, came);
      else assertEquals(errorIn(kept).code, "ROW_TOO_LARGE");
    }),
    { numRuns: 20 },
  );
});

Deno.test("bodyWithOutcome keeps the size of an outcome that fits no row and cannot be read", () => {
  for (const text of ["nonsense".padEnd(MAX_PAYLOAD_BYTES), stringify("x".repeat(MAX_PAYLOAD_BYTES))]) {
    const error = errorIn(parse(JSON.parse(bodyWithOutcome(STORED, storedOutcome(text, true))).outcome));
    assertEquals([error.code, error.status, error.detail], ["ROW_TOO_LARGE", undefined, `${bytes(text)} bytes`]);
  }
});
