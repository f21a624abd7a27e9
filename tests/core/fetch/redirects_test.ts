import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Hop, nextHop, redirectLocation, resolveLocation } from "../../../core/fetch/redirects.ts";

function hop(method: string, url = "https://a.example/x"): Hop {
  const headers = new Headers({
    authorization: "s",
    cookie: "s",
    host: "a.example",
    "content-type": "t",
    "x-tag": "7",
  });
  return { url: new URL(url), method, headers, body: method === "GET" ? null : new Uint8Array([1]) };
}

function location(value: string, status = 302): string | undefined {
  return redirectLocation(new Response(null, { status, headers: { location: value } }));
}

Deno.test("redirectLocation reads the Location of the five redirect statuses only", () => {
  for (const status of [301, 302, 303, 307, 308]) assertEquals(location("/b", status), "/b");
  for (const status of [200, 201, 300, 304, 305, 306, 404]) assertEquals(location("/b", status), undefined);
  assertEquals(redirectLocation(new Response(null, { status: 302 })), undefined);
});

Deno.test("redirectLocation decodes UTF-8 that is shown as Latin-1", () => {
  assertEquals(location("/plain%20text"), "/plain%20text");
  assertEquals(location("/stra\u00c3\u009fe"), "/straße");
});

Deno.test("resolveLocation resolves against the hop and keeps its fragment when there is no other", () => {
  const base = new URL("https://a.example/x/y?q#mark");
  assertEquals(resolveLocation("z", base)?.href, "https://a.example/x/z#mark");
  assertEquals(resolveLocation("//b.example/z#own", base)?.href, "https://b.example/z#own");
  assertEquals(resolveLocation("", base)?.href, "https://a.example/x/y?q#mark");
  assertEquals(resolveLocation("http://[::1", base), undefined);
});

Deno.test("nextHop turns the method into GET where the Fetch standard says so", () => {
  const to = new URL("https://a.example/y");
  const methods = fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  fc.assert(fc.property(methods, fc.constantFrom(301, 302, 303, 307, 308), (method, status) => {
    const next = nextHop(hop(method), status, to);
    const changed = (status < 303 && method === "POST") || (status === 303 && method !== "GET" && method !== "HEAD");
    assertEquals(next.method, changed ? "GET" : method);
    assertEquals(next.body, changed ? null : hop(method).body);
    assertEquals(next.headers.has("content-type"), !changed);
    assertEquals(next.headers.get("x-tag"), "7");
  }));
});

Deno.test("nextHop carries credentials within an origin and none beyond it", () => {
  const elsewhere = [
    "https://b.example/",
    "http://a.example/",
    "https://a.example:8443/",
    "https://a.example.b.example/",
  ];
  for (const url of elsewhere) {
    const { headers } = nextHop(hop("GET"), 302, new URL(url));
    assertEquals([...headers.keys()], ["content-type", "x-tag"], url);
  }
  const { headers } = nextHop(hop("GET"), 302, new URL("https://a.example:443/z"));
  assertEquals(headers.get("authorization"), "s");
});

Deno.test("nextHop leaves the hop that it is given as it was", () => {
  const before = hop("POST");
  nextHop(before, 303, new URL("https://b.example/"));
  assertEquals([...before.headers.keys()].length, 5);
});
