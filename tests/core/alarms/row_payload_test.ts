import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { InvalidUrlError, PayloadVersionError, RowTooLargeError } from "../../../core/errors.ts";
import {
  byteLength,
  checkSize,
  decodePayload,
  encodePayload,
  failureRecord,
  MAX_PAYLOAD_BYTES,
  type RowMeta,
} from "../../../core/alarms/row_payload.ts";

Deno.test("encodePayload() keeps a body as it is, without meta", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (body) => {
    assertEquals(encodePayload(body), `1\n${body}`);
    assertEquals(decodePayload(encodePayload(body)), { meta: {}, body });
  }));
});

Deno.test("encodePayload() keeps any meta and any body apart, line breaks and braces included", () => {
  const metas = fc.record<RowMeta>({
    failures: fc.nat(),
    pattern: fc.string({ unit: "binary" }),
    error: fc.record({ name: fc.string(), message: fc.constantFrom("a\nb", "}", "\n", '"'), at: fc.nat() }),
  }, { requiredKeys: [] });
  fc.assert(fc.property(metas, fc.string({ unit: "binary" }), (meta, body) => {
    const read = decodePayload(encodePayload(body, meta));
    assertEquals(read.body, body);
    assertEquals(read.meta, JSON.parse(JSON.stringify(meta)));
  }));
});

Deno.test("decodePayload() refuses a newer format, by code, and names the version", () => {
  for (const text of ["2\nbody", '2{"failures":1}\nbody', "17\n"]) {
    const error = assertThrows(() => decodePayload(text), PayloadVersionError, "Cannot read a stored row");
    assertEquals([error.code, error.payload, error.found], ["PAYLOAD_VERSION", "row", parseInt(text)]);
  }
});

Deno.test("decodePayload() refuses a text that is none of ours", () => {
  for (const text of ["", "1", "body", "01\n", "1 \n", "-1\n", "1{}", '{"v":1}', "1{not json}\nbody", "1{\n}\nbody"]) {
    assertThrows(() => decodePayload(text), PayloadVersionError);
  }
});

Deno.test("failureRecord() keeps an error's name, message, code and stack", () => {
  const record = failureRecord(new InvalidUrlError("nope"), 5);
  assertEquals([record.name, record.code, record.at], ["InvalidUrlError", "INVALID_URL", 5]);
  assert(record.message.includes('"nope"') && record.stack?.includes("row_payload_test"));
});

Deno.test("failureRecord() has no code for an error without one, or with one that is no string", () => {
  assertEquals(failureRecord(new RangeError("x"), 0).code, undefined);
  assertEquals(failureRecord(Object.assign(new RangeError("x"), { code: 7 }), 0).code, undefined);
});

Deno.test("failureRecord() takes whatever is thrown", () => {
  const hostile = {
    toString(): string {
      throw new RangeError("no");
    },
  };
  const cases: [unknown, string, string][] = [
    ["text", "string", "text"],
    [7, "number", "7"],
    [undefined, "undefined", "undefined"],
    [null, "object", "null"],
    [Symbol("s"), "symbol", "Symbol(s)"],
    [hostile, "object", "a value that cannot be shown"],
    [Object.create(null), "object", "a value that cannot be shown"],
  ];
  for (const [thrown, name, message] of cases) {
    assertEquals(failureRecord(thrown, 1), { name, message, at: 1 });
  }
});

Deno.test("failureRecord() cuts what is too long for a row, and leaves text that can be stored", () => {
  const error = new RangeError(`${"x".repeat(999)}😀`);
  error.stack = "s".repeat(9_000);
  const record = failureRecord(error, 0);
  assertEquals([record.message.length, record.stack?.length], [1_001, 2_001]);
  assert(record.message.isWellFormed());
});

Deno.test("failureRecord() takes errors whose members or prototype throw when they are read", () => {
  const message = Object.defineProperty(new Error("x"), "message", {
    get: () => {
      throw new RangeError("getter");
    },
  });
  const trapped = new Proxy({}, {
    getPrototypeOf: () => {
      throw new RangeError("trap");
    },
  });
  for (const hostile of [message, trapped]) {
    assertEquals(failureRecord(hostile, 7), { name: "object", message: "a value that cannot be shown", at: 7 });
  }
});

Deno.test("checkSize() takes what just fits a row, and refuses one byte more, counted as UTF-8", () => {
  for (const [unit, bytes] of [["x", 1], ["é", 2], ["€", 3], ["😀", 4]] as const) {
    const full = unit.repeat(Math.floor(MAX_PAYLOAD_BYTES / bytes));
    const room = MAX_PAYLOAD_BYTES - byteLength(full);
    checkSize("request", full + "x".repeat(room));
    const error = assertThrows(() => checkSize("request", full + "x".repeat(room + 1)), RowTooLargeError);
    assertEquals([error.code, error.what, error.limit], ["ROW_TOO_LARGE", "request", MAX_PAYLOAD_BYTES]);
  }
});
