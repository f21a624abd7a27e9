import { assert, assertEquals, assertNotStrictEquals, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
import { parse, ResponseSync, SerializerError, stringify } from "../../../core/serializer/mod.ts";

Deno.test("ResponseSync + answers everything at once and again", async () => {
  const response = new ResponseSync('{"a":1}', {
    headers: { "content-type": "application/json" },
    url: "https://x.example/",
  });
  for (let i = 0; i < 2; i++) {
    assertEquals(response.json<{ a: number }>().a, 1);
    assertEquals(response.text(), '{"a":1}');
    assertEquals(response.bytes(), new TextEncoder().encode('{"a":1}'));
    assertEquals(response.arrayBuffer().byteLength, 7);
    assertEquals(await response.blob().text(), '{"a":1}');
  }
  assertEquals(response.blob().type, "application/json");
  assertEquals([response.ok, response.status, response.statusText], [true, 200, ""]);
  assertEquals([response.url, response.redirected], ["https://x.example/", false]);
  assertEquals(Object.keys(response), []);
  assertNotStrictEquals(response.bytes(), response.bytes());
});

Deno.test("ResponseSync + defaults to an empty body", () => {
  const response = new ResponseSync();
  assertEquals([response.text(), response.bytes().length, response.ok], ["", 0, true]);
  assertEquals(assertThrows(() => response.json(), SerializerError).code, "INVALID_BODY");
});

Deno.test("ResponseSync + refuses a status that is none", () => {
  for (const status of [99, 600, 200.5, NaN, -1, "200" as unknown as number]) {
    assertThrows(() => new ResponseSync("", { status }), InvalidOptionError);
  }
  assertEquals(new ResponseSync(null, { status: 0 }).ok, false);
});

Deno.test("ResponseSync + copies bytes and makes text well-formed", () => {
  const bytes = Uint8Array.of(255, 1);
  const response = new ResponseSync(bytes);
  bytes[0] = 0;
  assertEquals(response.bytes(), Uint8Array.of(255, 1));
  assertEquals(new ResponseSync("\ud800").text(), "\ufffd");
});

Deno.test("ResponseSync + drops the byte order mark from text alone", () => {
  const response = new ResponseSync(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31));
  assertEquals([response.text(), response.json()], ["1", 1]);
  assertEquals((parse(stringify(response)) as ResponseSync).bytes(), Uint8Array.of(0xef, 0xbb, 0xbf, 0x31));
});

Deno.test("ResponseSync + keeps changes to its headers, in the text and in clones of their own", () => {
  const response = new ResponseSync("", { headers: [["set-cookie", "a"], ["set-cookie", "b"]] });
  const clone = response.clone();
  response.headers.set("x-new", "1");
  assertEquals((parse(stringify(response)) as ResponseSync).headers.get("x-new"), "1");
  assertEquals(clone.headers.get("x-new"), null);
  assertEquals(response.clone().headers.getSetCookie(), ["a", "b"]);
});

Deno.test("ResponseSync.from + takes a snapshot and toResponse gives it back", async () => {
  const native = new Response("é", { status: 418, statusText: "Pot", headers: { a: "b" } });
  const response = await ResponseSync.from(native);
  assert(native.bodyUsed);
  assertEquals([response.status, response.statusText, response.text()], [418, "Pot", "é"]);
  const back = response.toResponse();
  assertEquals([back.status, back.headers.get("a"), await back.text()], [418, "b", "é"]);
  assertEquals((await ResponseSync.from(new Response(null, { status: 204 }))).toResponse().body, null);
});

Deno.test("ResponseSync.from + lets text travel as text and bytes as base64", async () => {
  const text = await ResponseSync.from(new Response("plain"));
  const bytes = await ResponseSync.from(new Response(Uint8Array.of(0, 200)));
  assert(stringify(text).includes('"plain"'));
  assert(stringify(bytes).includes('["~A","AMg="]'));
});

Deno.test("ResponseSync.from + stops at maxBytes and cancels the rest", async () => {
  let cancelled = false;
  let sent = 0;
  const body = new ReadableStream({
    pull: (controller) => {
      sent++;
      controller.enqueue(new Uint8Array(10));
    },
    cancel: () => void (cancelled = true),
  });
  const error = await assertRejects(() => ResponseSync.from(new Response(body), { maxBytes: 25 }), SerializerError);
  assertEquals([error.code, error.received, cancelled, sent < 10], ["BODY_TOO_LARGE", 30, true, true]);
  assertEquals((await ResponseSync.from(new Response("12345"), { maxBytes: 5 })).text(), "12345");
});

Deno.test("ResponseSync.from + refuses a body that has been read", async () => {
  const native = new Response("x");
  await native.text();
  assertEquals((await assertRejects(() => ResponseSync.from(native), SerializerError)).code, "BODY_USED");
});
