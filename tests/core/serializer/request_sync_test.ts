import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError, InvalidUrlError } from "../../../core/errors.ts";
import { parse, RequestSync, type RequestSyncInit, SerializerError, stringify } from "../../../core/serializer/mod.ts";

const URL_TEXT = "https://x.example/a";

Deno.test("RequestSync + has the defaults of Request", () => {
  const request = new RequestSync(new URL(URL_TEXT));
  assertEquals([request.url, request.method, request.redirect, request.text()], [URL_TEXT, "GET", "follow", ""]);
  assertEquals(Object.keys(request), []);
});

Deno.test("RequestSync + writes standard methods in capitals and leaves others alone", () => {
  assertEquals(new RequestSync(URL_TEXT, { method: "post" }).method, "POST");
  assertEquals(new RequestSync(URL_TEXT, { method: "patch" }).method, "patch");
});

Deno.test("RequestSync + adds the content type of text and forms", () => {
  const type = (init: RequestSyncInit): string | null =>
    new RequestSync(URL_TEXT, { method: "POST", ...init }).headers.get("content-type");
  assertEquals(type({ body: "x" }), "text/plain;charset=UTF-8");
  assertEquals(type({ body: new URLSearchParams("a=1") }), "application/x-www-form-urlencoded;charset=UTF-8");
  assertEquals(type({ body: new ArrayBuffer(1) }), null);
  assertEquals(type({ body: "x", headers: { "Content-Type": "a/b" } }), "a/b");
});

Deno.test("RequestSync + refuses what fetch would refuse", () => {
  assertThrows(() => new RequestSync("/relative"), InvalidUrlError);
  for (
    const init of [{ method: "A B" }, { method: "connect" }, { body: "x" }, { redirect: "x" }, {
      method: "HEAD",
      body: "",
    }]
  ) {
    assertThrows(() => new RequestSync(URL_TEXT, init as RequestSyncInit), InvalidOptionError);
  }
});

Deno.test("RequestSync + travels, and becomes a native request", async () => {
  const init: RequestSyncInit = { method: "PUT", body: Uint8Array.of(1, 255), headers: { a: "b" }, redirect: "manual" };
  const copy = parse(stringify(new RequestSync(URL_TEXT, init))) as RequestSync;
  const native = copy.clone().toRequest();
  assertEquals([native.url, native.method, native.redirect], [URL_TEXT, "PUT", "manual"]);
  assertEquals([native.headers.get("a"), await native.bytes()], ["b", Uint8Array.of(1, 255)]);
});

Deno.test("RequestSync.from + reads a native request, up to a cap", async () => {
  const make = (): Request => new Request(URL_TEXT, { method: "POST", body: "héllo", headers: { a: "b" } });
  const request = await RequestSync.from(make());
  assertEquals([request.method, request.text(), request.headers.get("a")], ["POST", "héllo", "b"]);
  const error = await assertRejects(() => RequestSync.from(make(), { maxBytes: 3 }), SerializerError);
  assertEquals([error.code, error.received], ["BODY_TOO_LARGE", 6]);
});
