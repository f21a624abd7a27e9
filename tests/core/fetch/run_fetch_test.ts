import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../../core/clock.ts";
import type { FetchError } from "../../../core/fetch/fetch_error.ts";
import type { Job } from "../../../core/job.ts";
import { runFetch } from "../../../core/fetch/run_fetch.ts";
import { parse, type ResponseSync, stringify } from "../../../core/serializer/mod.ts";
import { type FakeClock, fakeClock } from "../../../testing/fake_clock.ts";
import {
  errorIn,
  jobFor,
  refusingOrigin,
  responseIn,
  send,
  serveHttp,
  serveRaw,
  type UnrulyServer,
  untilClosed,
} from "../unruly_server.ts";

function run(job: Job): Promise<ResponseSync | FetchError> {
  return runFetch(job, { fetch, clock: systemClock });
}

async function responseOf(job: Job): Promise<ResponseSync> {
  return responseIn(await run(job));
}

async function errorOf(job: Job): Promise<FetchError> {
  return errorIn(await run(job));
}

Deno.test("runFetch sends method, headers and body and brings the response", async () => {
  await using server = serveHttp(async (request) =>
    Response.json({ method: request.method, tag: request.headers.get("x-tag"), body: await request.text() }, {
      status: 201,
      headers: { "x-reply": "yes" },
    })
  );
  const job = jobFor(`${server.origin}/a?b=c`, { method: "POST", headers: { "x-tag": "7" }, body: "hello" });
  const response = await responseOf(job);
  assertEquals(response.status, 201);
  assertEquals(response.headers.get("x-reply"), "yes");
  assertEquals(response.url, `${server.origin}/a?b=c`);
  assertEquals(response.redirected, false);
  assertEquals(response.json(), { method: "POST", tag: "7", body: "hello" });
});

Deno.test("runFetch takes an error status for a response", async () => {
  await using server = serveHttp(() => new Response("busy", { status: 503 }));
  const response = await responseOf(jobFor(server.origin));
  assertEquals([response.status, response.ok, response.text()], [503, false, "busy"]);
});

Deno.test("runFetch keeps binary bodies and 10 MB as they are", async () => {
  const bytes = new Uint8Array(10_000_000).map((_, index) => (index * 31) ^ (index >> 8));
  await using server = serveHttp(async (request) => new Response(await request.bytes()));
  const response = await responseOf(jobFor(server.origin, { method: "PUT", body: bytes, timeout: 20_000 }));
  assertEquals(response.bytes().byteLength, bytes.byteLength);
  assert(response.bytes().every((byte, index) => byte === bytes[index]));
});

Deno.test("runFetch answers HEAD, 204 and 304 without a body", async () => {
  await using server = serveHttp((request) =>
    request.method === "HEAD"
      ? new Response(null, { headers: { "content-length": "99999999" } })
      : new Response(null, { status: Number(new URL(request.url).pathname.slice(1)) })
  );
  const head = await responseOf(
    jobFor(server.origin, { method: "HEAD", policy: { allowPrivate: true, maxBodyBytes: 1 } }),
  );
  assertEquals([head.status, head.text()], [200, ""]);
  assertEquals((await responseOf(jobFor(`${server.origin}/204`))).status, 204);
  assertEquals((await responseOf(jobFor(`${server.origin}/304`))).status, 304);
});

Deno.test("runFetch decompresses and drops the headers that are untrue then", async () => {
  const text = "a".repeat(10_000);
  const gzip = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
  await using server = serveHttp(() =>
    new Response(gzip, { headers: { "content-encoding": "gzip", "content-type": "text/plain" } })
  );
  const response = await responseOf(jobFor(server.origin));
  assertEquals(response.text(), text);
  assertEquals([response.headers.get("content-encoding"), response.headers.get("content-length")], [null, null]);
  assertEquals(response.headers.get("content-type"), "text/plain");
});

Deno.test("runFetch reports a refused connection as NETWORK", async () => {
  const error = await errorOf(jobFor(refusingOrigin()));
  assertEquals([error.code, error.ambiguous, error.retryable, error.attempt], ["NETWORK", false, true, 1]);
  assertEquals([error.status, error.headers], [undefined, undefined]);
  assert(error.cause instanceof Error);
});

Deno.test("runFetch reports a connection closed before the headers as NETWORK, ambiguous for POST", async () => {
  await using server = serveRaw(() => Promise.resolve());
  const error = await errorOf(jobFor(server.origin, { method: "POST", body: "pay" }));
  assertEquals([error.code, error.ambiguous, error.status], ["NETWORK", true, undefined]);
  assertEquals((await errorOf(jobFor(server.origin, { method: "PUT", body: "pay" }))).ambiguous, false);
  const keyed = jobFor(server.origin, { method: "POST", headers: { "Idempotency-Key": "k" }, body: "pay" });
  assertEquals((await errorOf(keyed)).ambiguous, false);
});

Deno.test("runFetch reports a body that breaks off as NETWORK with status and headers", async () => {
  await using server = serveRaw((connection) =>
    send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nX-Tag: 7\r\n\r\nhalf")
  );
  const error = await errorOf(jobFor(server.origin, { method: "POST" }));
  assertEquals([error.code, error.status, error.headers?.get("x-tag"), error.ambiguous], ["NETWORK", 200, "7", true]);
  assert(error.timings.headers !== undefined && error.timings.headers <= error.timings.total);
});

Deno.test("runFetch reports a chunked body that breaks off as NETWORK", async () => {
  await using server = serveRaw((connection) =>
    send(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
  );
  assertEquals((await errorOf(jobFor(server.origin))).code, "NETWORK");
});

Deno.test("runFetch reports what is no HTTP as NETWORK", async () => {
  await using server = serveRaw((connection) => send(connection, "SSH-2.0-OpenSSH_9.2\r\n"));
  assertEquals((await errorOf(jobFor(server.origin))).code, "NETWORK");
});

Deno.test("runFetch refuses a body that announces too much without reading it", async () => {
  await using server = serveHttp(() => new Response("x".repeat(5_000), { headers: { "x-tag": "7" } }));
  const error = await errorOf(jobFor(server.origin, { policy: { allowPrivate: true, maxBodyBytes: 4_999 } }));
  assertEquals([error.code, error.status, error.headers?.get("x-tag")], ["BODY_TOO_LARGE", 200, "7"]);
  assertEquals(error.retryable, false);
  const exact = await responseOf(jobFor(server.origin, { policy: { allowPrivate: true, maxBodyBytes: 5_000 } }));
  assertEquals(exact.text().length, 5_000);
});

Deno.test("runFetch stops an endless body at the cap and closes the connection", async () => {
  const cancelled = Promise.withResolvers<void>();
  await using server = serveHttp(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => cancelled.resolve(),
      }),
    )
  );
  const error = await errorOf(jobFor(server.origin, { policy: { allowPrivate: true, maxBodyBytes: 1_000_000 } }));
  assertEquals(error.code, "BODY_TOO_LARGE");
  await cancelled.promise;
});

Deno.test("runFetch counts a gzip bomb after decompression", async () => {
  const zeros = new Blob([new Uint8Array(50_000_000)]).stream().pipeThrough(new CompressionStream("gzip"));
  const bomb = await new Response(zeros).bytes();
  assert(bomb.byteLength < 100_000);
  await using server = serveHttp(() => new Response(bomb, { headers: { "content-encoding": "gzip" } }));
  const error = await errorOf(jobFor(server.origin, { policy: { allowPrivate: true, maxBodyBytes: 1_000_000 } }));
  assertEquals([error.code, error.status], ["BODY_TOO_LARGE", 200]);
});

Deno.test("runFetch refuses response headers over the cap and keeps the status", async () => {
  await using server = serveHttp(() => new Response("x", { headers: { "x-big": "y".repeat(3_000) } }));
  const error = await errorOf(jobFor(server.origin, { policy: { allowPrivate: true, maxResponseHeaderBytes: 2_000 } }));
  assertEquals([error.code, error.status, error.headers], ["HEADERS_TOO_LARGE", 200, undefined]);
});

Deno.test("runFetch refuses a request over the caps before anything is sent", async () => {
  let seen = 0;
  await using server = serveHttp(() => new Response(String(++seen)));
  const policy = { allowPrivate: true, maxRequestBodyBytes: 3, maxRequestHeaderBytes: 100 };
  const body = await errorOf(jobFor(server.origin, { method: "POST", body: "four", policy }));
  assertEquals([body.code, body.ambiguous], ["REQUEST_TOO_LARGE", false]);
  const headers = await errorOf(jobFor(server.origin, { headers: { "x-big": "y".repeat(200) }, policy }));
  assertEquals([headers.code, headers.ambiguous], ["REQUEST_TOO_LARGE", false]);
  assertEquals(seen, 0);
});

Deno.test("runFetch refuses a forbidden URL before anything is sent", async () => {
  let seen = 0;
  await using server = serveHttp(() => new Response(String(++seen)));
  const error = await errorOf(jobFor(server.origin, { method: "POST", policy: {} }));
  assertEquals([error.code, error.ambiguous, error.detail], ["URL_FORBIDDEN", false, "loopback address"]);
  assertEquals(seen, 0);
});

Deno.test("runFetch answers a status that HTTP does not know with an outcome", async () => {
  await using server = serveRaw((connection) => send(connection, "HTTP/1.1 999 Denied\r\nContent-Length: 2\r\n\r\nno"));
  const { code } = await errorOf(jobFor(server.origin));
  assert(["INVALID_RESPONSE", "NETWORK"].includes(code), code);
});

Deno.test("runFetch answers a job that it cannot read with INVALID_REQUEST", async () => {
  const job = jobFor("https://example.com/");
  const broken: Partial<Job>[] = [
    { request: "{" },
    { request: stringify("https://example.com/") },
    { v: 2 as 1 },
    { policy: { maxRedirects: -1 } },
    { policy: { allow: ["nonsense"] } },
    { retry: { attempts: 0 } },
  ];
  for (const part of broken) {
    const error = await errorOf({ ...job, ...part });
    assertEquals([error.code, error.ambiguous], ["INVALID_REQUEST", false], JSON.stringify(part));
  }
});

Deno.test("runFetch outcomes survive the wire", async () => {
  await using server = serveHttp((request) =>
    new Response(request.url, { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] })
  );
  const copy = responseIn(parse(stringify(await run(jobFor(server.origin)))));
  assertEquals(copy.headers.getSetCookie(), ["a=1", "b=2"]);
  const error = parse(stringify({ outcome: [await errorOf(jobFor(refusingOrigin()))] })) as { outcome: unknown[] };
  assertEquals(errorIn(error.outcome[0]).code, "NETWORK");
});

/** Lets everything that only waits for a turn run, until `done`; real I/O has no fake clock. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("runFetch gives up before the headers when the timeout is over", async () => {
  const clock = fakeClock();
  const arrived = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  await using server = serveRaw(async (connection) => {
    arrived.resolve();
    await untilClosed(connection);
    left.resolve();
  });
  const job = jobFor(server.origin, { method: "POST", now: clock.now(), timeout: 3_000 });
  const outcome = runFetch(job, { fetch, clock });
  await arrived.promise;
  clock.tick(2_999);
  assertEquals(clock.pending, 1);
  clock.tick(1);
  const error = errorIn(await outcome);
  assertEquals([error.code, error.ambiguous, error.detail, error.status], ["TIMEOUT", true, "3000 ms", undefined]);
  assertEquals(error.timings, { start: job.due - 4_000, total: 3_000 });
  assertEquals(clock.pending, 0);
  await left.promise;
});

Deno.test("runFetch gives up in the middle of a body when the timeout is over", async () => {
  const clock = fakeClock();
  const left = Promise.withResolvers<void>();
  await using server = serveRaw(async (connection) => {
    await send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nX-Tag: 7\r\n\r\nhalf");
    await untilClosed(connection);
    left.resolve();
  });
  let headers = false;
  const spied = async (url: string, init: RequestInit) => {
    const response = await fetch(url, init);
    headers = true;
    return response;
  };
  const outcome = runFetch(jobFor(server.origin, { now: clock.now() }), { fetch: spied, clock });
  await until(() => headers);
  await clock.tickAsync(5_000);
  const error = errorIn(await outcome);
  assertEquals([error.code, error.status, error.headers?.get("x-tag")], ["TIMEOUT", 200, "7"]);
  await left.promise;
});

Deno.test("runFetch ends in time with a fetch that does not listen to its signal, and cancels what comes late", async () => {
  const clock = fakeClock();
  const late = Promise.withResolvers<Response>();
  const outcome = runFetch(jobFor("https://example.com/", { now: clock.now() }), { fetch: () => late.promise, clock });
  await clock.tickAsync(5_000);
  assertEquals(errorIn(await outcome).code, "TIMEOUT");
  const cancelled = Promise.withResolvers<void>();
  late.resolve(new Response(new ReadableStream({ cancel: () => cancelled.resolve() })));
  await cancelled.promise;
});

Deno.test("runFetch uses only what is left of the budget of a job that comes late", async () => {
  const clock = fakeClock();
  const job = jobFor("https://example.com/", { now: clock.now(), timeout: 5_000 });
  clock.tick(4_000);
  const outcome = runFetch(job, { fetch: () => new Promise(() => {}), clock });
  await clock.tickAsync(1_000);
  assertEquals(errorIn(await outcome).detail, "1000 ms");
  let called = false;
  const dead = await runFetch(job, { fetch: () => (called = true, fetch("data:,")), clock });
  assertEquals([errorIn(dead).code, errorIn(dead).ambiguous, called], ["TIMEOUT", false, false]);
});

Deno.test("runFetch stops when its signal is aborted, before and during the fetch", async () => {
  const arrived = Promise.withResolvers<void>();
  await using server = serveRaw(async (connection) => {
    arrived.resolve();
    await untilClosed(connection);
  });
  const job = jobFor(server.origin, { method: "POST" });
  const early = errorIn(await runFetch(job, { fetch, clock: systemClock, signal: AbortSignal.abort() }));
  assertEquals([early.code, early.ambiguous], ["CANCELLED", false]);
  const controller = new AbortController();
  const outcome = runFetch(job, { fetch, clock: systemClock, signal: controller.signal });
  await arrived.promise;
  controller.abort();
  const error = errorIn(await outcome);
  assertEquals([error.code, error.ambiguous, error.retryable], ["CANCELLED", true, false]);
});

/** Answers with each status in turn, the last one for ever, and notes what came. */
function serveStatuses(statuses: number[], headers: HeadersInit = {}): UnrulyServer & { readonly seen: string[] } {
  const seen: string[] = [];
  const server = serveHttp(async (request) => {
    seen.push(await request.text());
    const status = statuses[Math.min(seen.length, statuses.length) - 1] ?? 200;
    return new Response(`try ${seen.length}`, { status, headers });
  });
  return Object.assign(server, { seen });
}

/** Runs a job whose waits are over as soon as they begin. */
async function runFast(job: Job, clock: FakeClock): Promise<ResponseSync | FetchError> {
  let outcome: ResponseSync | FetchError | undefined;
  const running = runFetch(job, { fetch, clock }).then((value) => outcome = value);
  await until(() => {
    // The budget's own timer always waits; a second one is the wait for the next try.
    if (outcome === undefined && clock.pending > 1) clock.tick((clock.nextTimer ?? 0) - clock.now());
    return outcome !== undefined;
  });
  return await running;
}

Deno.test("runFetch tries again by status, body and all, and brings the first good answer", async () => {
  await using server = serveStatuses([503, 429, 200]);
  const clock = fakeClock();
  const job = jobFor(server.origin, { method: "PUT", body: "data", now: clock.now(), retry: { attempts: 5 } });
  assertEquals(responseIn(await runFast(job, clock)).text(), "try 3");
  assertEquals(server.seen, ["data", "data", "data"]);
});

Deno.test("runFetch brings the last answer when the tries are used up", async () => {
  await using server = serveStatuses([500]);
  const clock = fakeClock();
  const response = responseIn(
    await runFast(jobFor(server.origin, { now: clock.now(), retry: { attempts: 3 } }), clock),
  );
  assertEquals([response.status, response.text()], [500, "try 3"]);
});

Deno.test("runFetch tries a POST again only with an Idempotency-Key", async () => {
  await using server = serveStatuses([503, 200]);
  const clock = fakeClock();
  const init = { method: "POST", body: "pay", now: clock.now(), retry: { attempts: 3 } };
  assertEquals(responseIn(await runFast(jobFor(server.origin, init), clock)).status, 503);
  assertEquals(server.seen.length, 1);
  await using keyed = serveStatuses([503, 200]);
  const headers = { "idempotency-key": "k1" };
  assertEquals(responseIn(await runFast(jobFor(keyed.origin, { ...init, headers }), clock)).status, 200);
});

Deno.test("runFetch waits as long as Retry-After asks, up to the cap, within the budget", async () => {
  for (const [asked, expected] of [["2", 2_000], ["3600", 10_000]] as const) {
    await using server = serveStatuses([503, 200], { "retry-after": asked });
    const clock = fakeClock();
    const start = clock.now();
    const retry = { attempts: 2, backoff: 0, maxRetryAfter: 10_000 };
    const job = jobFor(server.origin, { now: start, timeout: 20_000, retry });
    assertEquals(responseIn(await runFast(job, clock)).status, 200);
    assertEquals(clock.now() - start, expected);
  }
  await using server = serveStatuses([503, 200], { "retry-after": "30" });
  const clock = fakeClock();
  const start = clock.now();
  const job = jobFor(server.origin, { now: start, timeout: 20_000, retry: { attempts: 2 } });
  assertEquals(responseIn(await runFast(job, clock)).text(), "try 1");
  assertEquals(clock.now(), start);
});

Deno.test("runFetch tries a broken connection again, unless told not to, and counts the tries", async () => {
  let connections = 0;
  await using server = serveRaw(async (connection) => {
    if (++connections % 3 !== 0) return await send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    await send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  });
  const clock = fakeClock();
  const init = { now: clock.now(), retry: { attempts: 3, backoff: 10 } };
  assertEquals(responseIn(await runFast(jobFor(server.origin, init), clock)).text(), "ok");
  assertEquals(connections, 3);
  const two = jobFor(server.origin, { ...init, retry: { attempts: 2, backoff: 10 } });
  assertEquals(errorIn(await runFast(two, clock)).attempt, 2);
  connections = 0;
  const none = jobFor(server.origin, { ...init, retry: { network: false } });
  assertEquals(errorIn(await runFast(none, clock)).attempt, 1);
});
