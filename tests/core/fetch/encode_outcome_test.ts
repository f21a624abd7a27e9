import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeOutcome, textBytes } from "../../../core/fetch/encode_outcome.ts";
import { FetchError } from "../../../core/fetch/fetch_error.ts";
import { parse, ResponseSync, stringify } from "../../../core/serializer/mod.ts";
import { errorIn, jobFor, responseIn } from "../unruly_server.ts";

const job = jobFor("https://example.com/");

Deno.test("textBytes is at least the size in UTF-8 and in structured clone, and exact for ASCII", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const utf8 = new TextEncoder().encode(text).byteLength;
    const wide = [...text].some((character) => (character.codePointAt(0) ?? 0) > 0xff);
    assertEquals(textBytes(text), Math.max(utf8, wide ? 2 * text.length : text.length));
  }));
  assertEquals([textBytes(""), textBytes("abc"), textBytes("é"), textBytes("a€"), textBytes("aaaa€")], [
    0,
    3,
    2,
    4,
    10,
  ]);
});

Deno.test("encodeOutcome writes what fits as it is, to the byte", () => {
  const response = new ResponseSync("hello", { status: 418 });
  const text = stringify(response);
  assertEquals(encodeOutcome(response, job, textBytes(text)), text);
  assertEquals(errorIn(parse(encodeOutcome(response, job, textBytes(text) - 1))).code, "OUTCOME_TOO_LARGE");
});

Deno.test("encodeOutcome counts what the job carries", () => {
  const response = new ResponseSync("hello");
  const room = textBytes(stringify(response)) + 500;
  const carried = { epoch: "e", durability: "deferred", continuation: "c".repeat(600) } as const;
  assertEquals(responseIn(parse(encodeOutcome(response, job, room))).text(), "hello");
  assertEquals(errorIn(parse(encodeOutcome(response, { ...job, carried }, room))).code, "OUTCOME_TOO_LARGE");
});

Deno.test("encodeOutcome keeps status and headers, and drops headers that do not fit themselves", () => {
  const small = new ResponseSync("x".repeat(9_000), {
    status: 500,
    headers: { "x-tag": "7" },
    url: "https://a.example/",
  });
  const kept = errorIn(parse(encodeOutcome(small, job, 2_000)));
  assertEquals([kept.status, kept.headers?.get("x-tag"), kept.url, kept.ambiguous], [
    500,
    "7",
    "https://a.example/",
    false,
  ]);
  const large = new ResponseSync("x", { status: 500, headers: { "x-big": "y".repeat(9_000) } });
  const dropped = errorIn(parse(encodeOutcome(large, job, 2_000)));
  assertEquals([dropped.code, dropped.status, dropped.headers], ["OUTCOME_TOO_LARGE", 500, undefined]);
});

Deno.test("encodeOutcome calls what a POST lost on the way ambiguous, unless it has an Idempotency-Key", () => {
  const response = new ResponseSync("x".repeat(9_000));
  const post = jobFor("https://example.com/", { method: "POST" });
  const keyed = jobFor("https://example.com/", { method: "POST", headers: { "idempotency-key": "k" } });
  assert(errorIn(parse(encodeOutcome(response, post, 2_000))).ambiguous);
  assert(!errorIn(parse(encodeOutcome(response, keyed, 2_000))).ambiguous);
});

Deno.test("encodeOutcome keeps the code of an error whose headers or causes do not fit", () => {
  const error = new FetchError("NETWORK", `https://a.example/${"x".repeat(5_000)}`, {
    status: 502,
    headers: { "x-big": "y".repeat(9_000) },
    ambiguous: true,
    attempt: 3,
    cause: new Error("z".repeat(9_000)),
  });
  const copy = errorIn(parse(encodeOutcome(error, job, 3_000)));
  assertEquals([copy.code, copy.status, copy.ambiguous, copy.attempt], ["NETWORK", 502, true, 3]);
  assertEquals([copy.headers, copy.cause, copy.url.length], [undefined, undefined, 1_024]);
});
