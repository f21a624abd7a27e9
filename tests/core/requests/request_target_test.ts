import { assertEquals } from "@std/assert";
import { requestTarget } from "../../../core/requests/request_target.ts";
import { RequestSync, stringify } from "../../../core/serializer/mod.ts";

Deno.test("requestTarget reads URL, host and whether the request may be repeated", () => {
  const request = stringify(new RequestSync("https://API.example:8443/a?b#c"));
  assertEquals(requestTarget({ request }), {
    url: "https://api.example:8443/a?b#c",
    host: "api.example:8443",
    idempotent: true,
  });
});

Deno.test("requestTarget takes a POST for repeatable only with an Idempotency-Key", () => {
  const once = stringify(new RequestSync("https://api.example/", { method: "POST" }));
  assertEquals(requestTarget({ request: once })?.idempotent, false);
  const keyed = new RequestSync("https://api.example/", { method: "POST", headers: { "idempotency-key": "1" } });
  assertEquals(requestTarget({ request: stringify(keyed) })?.idempotent, true);
});

Deno.test("requestTarget leaves out the port of the scheme", () => {
  assertEquals(requestTarget({ request: stringify(new RequestSync("https://a.example:443/")) })?.host, "a.example");
});

Deno.test("requestTarget returns undefined for what is no request", () => {
  for (const request of ["", "{", stringify("https://a.example"), stringify({ url: "https://a.example" })]) {
    assertEquals(requestTarget({ request }), undefined);
  }
});
