import { assert, assertEquals, assertFalse } from "@std/assert";
import { systemClock } from "../../../core/clock.ts";
import type { FetchError } from "../../../core/fetch/fetch_error.ts";
import { runFetch } from "../../../core/fetch/run_fetch.ts";
import type { ResponseSync } from "../../../core/serializer/mod.ts";
import { hostileUrls } from "../policy_cases.ts";
import { errorIn, jobFor, type JobInit, responseIn, serveHttp, type UnrulyServer } from "../unruly_server.ts";

/** What the server saw of one request. */
interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** `/to?status=302&location=…` redirects; anything else answers 200. It notes every request. */
function redirecting(seen: Seen[]): UnrulyServer {
  return serveHttp(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const { method, headers } = request;
    seen.push({ method, path: pathname, headers, body: await request.text() });
    if (pathname !== "/to") return new Response(`end of ${pathname}`);
    const location = searchParams.get("location");
    const status = Number(searchParams.get("status") ?? 302);
    return new Response("moved", { status, headers: location === null ? {} : { location } });
  });
}

function to(origin: string, location: string, status = 302): string {
  return `${origin}/to?${new URLSearchParams({ status: String(status), location })}`;
}

function run(url: string, init: JobInit = {}): Promise<ResponseSync | FetchError> {
  return runFetch(jobFor(url, init), { fetch, clock: systemClock });
}

Deno.test("Exchange follows relative and absolute redirects and tells the final URL", async () => {
  const seen: Seen[] = [];
  await using server = redirecting(seen);
  const { origin } = server;
  const response = responseIn(await run(`${to(origin, to(origin, "/end?x=1"))}#mark`));
  assertEquals([response.status, response.redirected, response.text()], [200, true, "end of /end"]);
  assertEquals(response.url, `${origin}/end?x=1#mark`);
  const replaced = responseIn(await run(`${to(origin, "end#other")}#mark`));
  assertEquals(replaced.url, `${origin}/end#other`);
});

Deno.test("Exchange changes method and body as the Fetch standard says", async () => {
  const seen: Seen[] = [];
  await using server = redirecting(seen);
  const table: [status: number, method: string, after: string, body: string][] = [
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "POST", "GET", ""],
    [303, "PUT", "GET", ""],
    [303, "DELETE", "GET", ""],
    [301, "PUT", "PUT", "data"],
    [302, "DELETE", "DELETE", "data"],
    [307, "POST", "POST", "data"],
    [308, "POST", "POST", "data"],
    [307, "PUT", "PUT", "data"],
    [303, "HEAD", "HEAD", ""],
    [302, "GET", "GET", ""],
  ];
  for (const [status, method, after, body] of table) {
    seen.length = 0;
    const sent = method === "GET" || method === "HEAD" ? null : "data";
    const headers = { "content-language": "en", "x-tag": "7" };
    responseIn(await run(to(server.origin, "/end", status), { method, body: sent, headers }));
    const last = seen.at(-1);
    assertEquals([last?.method, last?.body, last?.headers.get("x-tag")], [after, body, "7"], `${status} ${method}`);
    const dropped = sent !== null && body === "";
    assertEquals(last?.headers.get("content-language"), dropped ? null : "en", `${status} ${method}`);
    assertEquals(last?.headers.has("content-type"), body !== "", `${status} ${method}`);
  }
});

Deno.test("Exchange strips credentials and cookies across origins and keeps them within one", async () => {
  const seen: Seen[] = [];
  await using server = redirecting(seen);
  await using other = redirecting(seen);
  const headers = { authorization: "Bearer x", cookie: "a=b", "proxy-authorization": "Basic y", "x-tag": "7" };
  responseIn(await run(to(server.origin, "/same"), { headers }));
  assertEquals(seen.at(-1)?.headers.get("authorization"), "Bearer x");
  assertEquals(seen.at(-1)?.headers.get("cookie"), "a=b");
  responseIn(await run(to(server.origin, to(other.origin, to(server.origin, "/back"))), { headers }));
  for (const { headers: sent } of seen.slice(-2)) {
    assertEquals(["authorization", "cookie", "proxy-authorization"].filter((name) => sent.has(name)), []);
    assertEquals(sent.get("x-tag"), "7");
  }
});

Deno.test("Exchange hands a redirect over with redirect manual and refuses it with redirect error", async () => {
  const seen: Seen[] = [];
  await using server = redirecting(seen);
  const manual = responseIn(await run(to(server.origin, "/end"), { redirect: "manual" }));
  assertEquals([manual.status, manual.headers.get("location"), manual.text()], [302, "/end", "moved"]);
  const error = errorIn(await run(to(server.origin, "/end"), { redirect: "error", method: "POST" }));
  assertEquals([error.code, error.status, error.headers?.get("location")], ["REDIRECT_REFUSED", 302, "/end"]);
  assert(error.ambiguous);
  assertEquals(seen.map(({ path }) => path), ["/to", "/to"]);
});

Deno.test("Exchange refuses a redirect without a Location with redirect error, and no other status", async () => {
  await using server = redirecting([]);
  for (const status of [301, 302, 303, 307, 308]) {
    const error = errorIn(await run(`${server.origin}/to?status=${status}`, { redirect: "error" }));
    assertEquals([error.code, error.status], ["REDIRECT_REFUSED", status]);
  }
  for (const status of [200, 300, 305]) {
    assertEquals(responseIn(await run(to(server.origin, "/end", status), { redirect: "error" })).status, status);
  }
  assertEquals(responseIn(await run(`${server.origin}/to?status=302`, { redirect: "manual" })).status, 302);
});

Deno.test("Exchange takes a redirect without a Location, and other statuses with one, for the response", async () => {
  await using server = redirecting([]);
  assertEquals(responseIn(await run(`${server.origin}/to?status=302`)).status, 302);
  for (const status of [200, 201, 206, 300, 404]) {
    assertEquals(responseIn(await run(to(server.origin, "/end", status))).status, status);
  }
});

Deno.test("Exchange stops after the most redirects that the policy allows", async () => {
  let count = 0;
  await using server = serveHttp(() => Response.redirect(`${server.origin}/${++count}`));
  const error = errorIn(await run(server.origin));
  assertEquals([error.code, error.status, count], ["TOO_MANY_REDIRECTS", 302, 21]);
  count = 0;
  errorIn(await run(server.origin, { policy: { allowPrivate: true, maxRedirects: 0 } }));
  assertEquals(count, 1);
});

Deno.test("Exchange refuses a Location that is too long or no URL", async () => {
  await using server = serveHttp((request) =>
    new Response(null, {
      status: 302,
      headers: { location: request.url.endsWith("/long") ? `/${"x".repeat(2_000)}` : "http://[::1" },
    })
  );
  const policy = { allowPrivate: true, maxUrlLength: 1_000 };
  for (const path of ["/long", "/broken"]) {
    const error = errorIn(await run(server.origin + path, { policy }));
    assertEquals([error.code, error.status, error.ambiguous], ["INVALID_URL", 302, false]);
  }
});

Deno.test("Exchange reads a Location beyond ASCII as UTF-8", async () => {
  await using server = serveHttp((request) =>
    request.url.endsWith("/start")
      ? new Response(null, { status: 302, headers: { location: "/stra\u00c3\u009fe" } })
      : new Response(new URL(request.url).pathname)
  );
  assertEquals(responseIn(await run(`${server.origin}/start`)).text(), "/stra%C3%9Fe");
});

Deno.test("Exchange refuses 50 hostile redirect chains before their last hop", async () => {
  const seen: Seen[] = [];
  await using server = redirecting(seen);
  const { origin } = server;
  // As a Location, "http:127.0.0.1" is relative: a path at the same server.
  const isElsewhere = (url: string): boolean => URL.parse(url, origin)?.origin !== origin;
  const all = hostileUrls().filter(({ url }) => /^\w+:/.test(url) && !/[^\x20-\x7e]/.test(url) && isElsewhere(url));
  const targets = [...all.filter((_, index) => index % 4 === 0), ...all.filter(({ url }) => url.startsWith("ftp"))];
  assert(targets.length >= 50);
  const policy = { allow: [origin, "*://*", "*://*:*"] };
  for (const [index, { trick, url }] of targets.entries()) {
    seen.length = 0;
    let start = to(origin, url, [301, 302, 303, 307, 308][index % 5]);
    const hops = 1 + index % 4;
    for (let hop = 1; hop < hops; hop++) start = to(origin, start);
    const error = errorIn(await run(start, { policy }));
    assert(["URL_FORBIDDEN", "INVALID_URL"].includes(error.code), `${trick} ${url}: ${error.code}`);
    assertEquals(seen.length, hops, url);
  }
});

Deno.test("Exchange keeps a password in a Location out of its error", async () => {
  await using server = redirecting([]);
  const error = errorIn(await run(to(server.origin, "http://user:hunter2@example.com/")));
  assertEquals(error.code, "URL_FORBIDDEN");
  assertFalse(`${error.message} ${error.url}`.includes("hunter2"));
});

Deno.test("Exchange lets go of the bodies of redirects", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using server = serveHttp((request) => {
    if (request.url.endsWith("/end")) return new Response("done");
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      cancel: () => cancelled.resolve(),
    });
    return new Response(body, { status: 302, headers: { location: "/end" } });
  });
  assertEquals(responseIn(await run(server.origin)).text(), "done");
  await cancelled.promise;
});

Deno.test("Exchange with a fetch that throws at the call reports NETWORK, nothing sent", async () => {
  const job = jobFor("https://example.com/", { method: "POST" });
  const broken = () => {
    throw new TypeError("no network here");
  };
  const error = errorIn(await runFetch(job, { fetch: broken, clock: systemClock }));
  assertEquals([error.code, error.ambiguous], ["NETWORK", false]);
});
