import { assert, assertEquals, assertFalse, assertLess, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { DozeError } from "../../../core/errors.ts";
import { FetchError, type FetchErrorCode } from "../../../core/fetch/fetch_error.ts";
import { parse, stringify } from "../../../core/serializer/mod.ts";
import { errorIn } from "../unruly_server.ts";

const CODES: readonly FetchErrorCode[] = [
  "TIMEOUT",
  "NETWORK",
  "INVALID_URL",
  "URL_FORBIDDEN",
  "TOO_MANY_REDIRECTS",
  "REDIRECT_REFUSED",
  "BODY_TOO_LARGE",
  "HEADERS_TOO_LARGE",
  "REQUEST_TOO_LARGE",
  "OUTCOME_TOO_LARGE",
  "ROW_TOO_LARGE",
  "INVALID_RESPONSE",
  "INVALID_REQUEST",
  "EXECUTOR_LOST",
  "EXECUTOR_UNREACHABLE",
  "CANCELLED",
];

Deno.test("FetchError names the URL, the cause, the remedy and the value", () => {
  const error = new FetchError("TIMEOUT", "https://api.example/x", { detail: "5000 ms" });
  assert(error instanceof DozeError && error instanceof Error);
  assertEquals(
    error.message,
    'Cannot fetch "https://api.example/x": no complete answer came within the timeout, give it longer, got 5000 ms',
  );
  for (const code of CODES) {
    const { message } = new FetchError(code, "https://api.example/");
    assertFalse(message.includes("undefined") || message.endsWith("."), message);
    assertStringIncludes(message, ", ");
  }
});

Deno.test("FetchError has documented defaults, retryable by code", () => {
  const error = new FetchError("BODY_TOO_LARGE", "https://api.example/");
  assertEquals([error.ambiguous, error.attempt, error.status, error.headers, error.detail, error.cause], [
    false,
    1,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(error.timings, { start: 0, total: 0 });
  assertEquals(CODES.filter((code) => new FetchError(code, "").retryable), [
    "TIMEOUT",
    "NETWORK",
    "EXECUTOR_LOST",
    "EXECUTOR_UNREACHABLE",
  ]);
  assertEquals(new FetchError("NETWORK", "", { retryable: false }).retryable, false);
});

Deno.test("FetchError comes back from the wire as it was, anywhere in a value", () => {
  const init = fc.record({
    detail: fc.string(),
    ambiguous: fc.boolean(),
    retryable: fc.boolean(),
    attempt: fc.integer({ min: 1, max: 99 }),
    status: fc.integer({ min: 200, max: 599 }),
    headers: fc.array(
      fc.tuple(fc.constantFrom("x-a", "set-cookie", "retry-after"), fc.constantFrom("1", "a=b; c", "x y")),
    ),
    timings: fc.record({ start: fc.nat(), total: fc.nat() }),
  }, { requiredKeys: [] });
  fc.assert(fc.property(fc.constantFrom(...CODES), fc.webUrl(), init, (code, url, fields) => {
    const error = new FetchError(code, url, fields);
    const back = parse(stringify({ list: [error] })) as { list: unknown[] };
    const copy = errorIn(back.list[0]);
    assertEquals([...(copy.headers ?? [])], [...(error.headers ?? [])]);
    assertEquals({ ...copy, headers: undefined }, { ...error, headers: undefined });
    assertEquals([copy.message, copy.name], [error.message, "FetchError"]);
  }));
});

Deno.test("FetchError carries its causes by name, message and code, without stacks and live objects", () => {
  const socket = Object.assign(new Error("refused"), { code: "ECONNREFUSED", socket: () => {} });
  const cause = new TypeError("fetch failed", { cause: socket });
  const text = stringify(new FetchError("NETWORK", "https://api.example/", { cause }));
  assertFalse(text.includes("fetch_error_test.ts"));
  const copy = errorIn(parse(text)).cause as Error;
  assertEquals([copy.name, copy.message], ["TypeError", "fetch failed"]);
  assertEquals((copy.cause as Error & { code: string }).code, "ECONNREFUSED");
  const odd = new FetchError("NETWORK", "https://api.example/", { cause: "just text" });
  assertStringIncludes((errorIn(parse(stringify(odd))).cause as Error).message, "just text");
});

Deno.test("FetchError costs a reader of hostile text no more than the text is long", () => {
  const [users, members] = [3_000, 3_000];
  const data: Record<string, unknown> = { code: "NETWORK", url: "", timings: { start: 0, total: 0 } };
  for (let i = 0; i < members; i++) data[`k${i}`] = 0;
  let cause: object = { name: "Error", message: "" };
  for (let i = 0; i < members; i++) cause = { name: "Error", message: "", cause };
  for (const shared of [data, { ...data, cause }]) {
    const root = Array.from({ length: users }, () => ["~Cdoze:fetch-error", "~2"]);
    const text = JSON.stringify(["~doze1", root, shared]);
    const start = performance.now();
    const errors = parse(text) as FetchError[];
    assertLess(performance.now() - start, 3 * text.length / 1_024);
    assertEquals([errors.length, errors[1].code, Object.hasOwn(errors[1], "k1")], [users, "NETWORK", false]);
  }
});

Deno.test("FetchError with a chain of causes that never ends stays finite on the wire", () => {
  const cause = new Error("round");
  cause.cause = cause;
  const copy = errorIn(parse(stringify(new FetchError("NETWORK", "https://api.example/", { cause }))));
  let depth = 0;
  for (let error: unknown = copy.cause; error instanceof Error; error = error.cause) depth++;
  assertEquals(depth, 4);
});

Deno.test("FetchError written by a newer version with an unknown code is still a FetchError", () => {
  const text = stringify(new FetchError("NETWORK", "https://api.example/")).replace('"NETWORK"', '"FROM_TOMORROW"');
  assertStringIncludes(text, "FROM_TOMORROW");
  assertEquals(errorIn(parse(text)).code, "INVALID_RESPONSE");
});
