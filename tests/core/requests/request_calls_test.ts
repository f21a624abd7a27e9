import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { RetryOptions } from "../../../core/backoff.ts";
import type { Executor } from "../../../core/executor.ts";
import type { FetchRetryOptions } from "../../../core/fetch/fetch_retry.ts";
import type { FetchPolicyOptions } from "../../../core/policy.ts";
import type { ProxyFetchOptions, RequestDefaults } from "../../../core/requests/request_options.ts";
import { type RequestCall, RequestCalls } from "../../../core/requests/request_calls.ts";
import type { RequestTarget } from "../../../core/requests/request_target.ts";
import {
  DuplicateIdError,
  InvalidOptionError,
  InvalidTimeoutError,
  RowTooLargeError,
  TimeoutTooLongError,
} from "../../../core/errors.ts";
import { RequestSync } from "../../../core/serializer/mod.ts";
import { MAX_DUE } from "../../../core/storage.ts";
import { LedgerParts } from "../ledger_parts.ts";

/** Checks calls by the parts of a ledger. */
function bench(executor?: Executor, defaults: RequestDefaults = {}): { parts: LedgerParts; calls: RequestCalls } {
  const parts = new LedgerParts(executor === undefined ? {} : { executor });
  const { context, dispatch, ids, agent: origin } = parts;
  return { parts, calls: new RequestCalls({ context, dispatch, ids, origin, base: Object.prototype, defaults }) };
}

function call(parts: LedgerParts, calls: RequestCalls, options = {}, request?: RequestSync): RequestCall {
  return calls.check(request ?? "https://api.example/a", parts.ctn.onReply("a", parts.ctn.$result), options);
}

Deno.test("RequestCalls.check writes a call down and stores nothing", () => {
  const { parts, calls } = bench();
  const { key, named, durability, stored, job } = call(parts, calls);
  assertEquals([named, durability, key.due], [false, "strict", parts.clock.now() + 30_000]);
  assertEquals([stored.url, stored.idempotent, stored.attempt], ["https://api.example/a", true, 1]);
  assertEquals([job.token, job.request, job.timeout], [stored.token, stored.again?.request, 20_000]);
  assertEquals([parts.storage.first(), parts.memory.live.size], [undefined, 0]);
});

Deno.test("RequestCalls.check takes the object's terms where a call says nothing, and each call's own where it does", () => {
  const { parts, calls } = bench(undefined, { timeout: 5_000, grace: 1_000 });
  const said = [{}, { timeout: 700 }, { durability: "memory" }, { timeout: undefined }];
  const made = said.map((options) => call(parts, calls, options));
  assertEquals(made.map(({ job }) => job.timeout), [5_000, 700, 5_000, 5_000]);
  assertEquals(made.map(({ durability }) => durability), ["strict", "strict", "memory", "strict"]);
  assertEquals(new Set(made.map(({ stored }) => stored.token)).size, said.length);
});

Deno.test("RequestCalls.check refuses usual terms whose deadline lies after all dates, and what the executor cannot hold", () => {
  const far = bench();
  far.parts.clock.tick(MAX_DUE - far.parts.clock.now() - 1_000);
  assertThrows(() => call(far.parts, far.calls), InvalidTimeoutError);
  const short = bench({ maxTimeout: 1_000, dispatch() {} }, { timeout: 2_000 });
  assertThrows(() => call(short.parts, short.calls), TimeoutTooLongError);
});

Deno.test("RequestCalls.check tells the executor's plan where the request goes, and takes its way", () => {
  const targets: (RequestTarget | undefined)[] = [];
  const { parts, calls } = bench({
    maxTimeout: 1_000,
    dispatch() {},
    plan(_job, target) {
      targets.push(target);
      return { via: { strategy: "worker" }, durable: false };
    },
  }, { timeout: 50_000 });
  const { job, stored } = call(parts, calls, {}, new RequestSync("https://api.example:8443/b", { method: "POST" }));
  assertEquals(targets, [{ url: "https://api.example:8443/b", host: "api.example:8443", idempotent: false }]);
  assertEquals([job.via, job.heartbeat, stored.heartbeat, stored.again], [
    { strategy: "worker" },
    20_000,
    20_000,
    undefined,
  ]);
  assertEquals(call(parts, calls).stored.again?.via, { strategy: "worker" });
});

Deno.test("RequestCalls.check asks for no signs of life where the job survives on its way by itself", () => {
  const executor = { maxTimeout: Infinity, dispatch() {}, plan: () => ({ durable: true }) };
  const { parts, calls } = bench(executor, { timeout: 50_000 });
  const { job, stored } = call(parts, calls);
  assertEquals(["heartbeat" in job, "heartbeat" in stored, "lease" in stored], [false, false, false]);
});

Deno.test("RequestCalls.check notes the way of a job that survives on it by itself, also of one that is not sent twice", () => {
  for (const via of [undefined, { strategy: "orchestrated", shard: "eu" }] as const) {
    const plan = () => ({ durable: true, ...(via === undefined ? {} : { via }) });
    const { parts, calls } = bench({ maxTimeout: Infinity, dispatch() {}, plan });
    const { ctn } = parts;
    const request = new RequestSync("https://api.example/a", { method: "POST" });
    const { stored } = calls.check(request, ctn.onReply("a", ctn.$result), {});
    assertEquals([stored.held, stored.again], [via ?? {}, undefined]);
  }
  const { parts, calls } = bench({ maxTimeout: Infinity, dispatch() {}, plan: () => ({ durable: false }) });
  assertEquals("held" in call(parts, calls).stored, false);
});

Deno.test("RequestCalls.check lets a deferred job that survives by itself wait in line until its deadline", () => {
  const executor = { maxTimeout: Infinity, dispatch() {}, plan: () => ({ durable: true }) };
  const { parts, calls } = bench(executor, { timeout: 50_000, durability: "deferred" });
  const { job } = call(parts, calls);
  assertEquals([job.carried?.durability, job.carried?.until], ["deferred", undefined]);
  assertEquals(typeof job.carried?.continuation, "string");
});

Deno.test("RequestCalls.check refuses what would not fit a row, also where none is written at once", () => {
  const { parts, calls } = bench();
  const big = parts.ctn.onReply("x".repeat(2_200_000), parts.ctn.$result);
  const fits = parts.ctn.onReply("a", parts.ctn.$result);
  for (const durability of ["strict", "deferred", "memory"] as const) {
    const check = () => calls.check("https://api.example/a", fits, { durability, onLate: big });
    if (durability === "strict") assertEquals(check().durability, durability);
    else assertThrows(check, RowTooLargeError);
  }
});

Deno.test("RequestCalls.check knows a repeatable request by its method, else by its Idempotency-Key", () => {
  const { parts, calls } = bench();
  const post = (headers: HeadersInit) => new RequestSync("https://api.example/", { method: "POST", headers });
  assertEquals(call(parts, calls, {}, post({})).stored.idempotent, false);
  assertEquals(call(parts, calls, {}, post({ "idempotency-key": "k" })).stored.idempotent, true);
});

Deno.test("RequestCalls.check refuses options that are none, a native request, a way that is not offered, and an id that is taken", () => {
  const { parts, calls } = bench();
  const { ctn } = parts;
  for (const options of [null, 7, "x"]) {
    assertThrows(
      () => calls.check("https://a.example/", ctn.onReply("a", ctn.$result), options as never),
      InvalidOptionError,
    );
  }
  const native = new Request("https://a.example/") as never;
  assertThrows(() => calls.check(native, ctn.onReply("a", ctn.$result), {}), InvalidOptionError, "RequestSync.from");
  assertThrows(() => call(parts, calls, { via: "queue" }), InvalidOptionError, "no choice");
  parts.place("a", { named: true });
  assertThrows(() => call(parts, calls, { id: "named-a" }), DuplicateIdError);
});

/** Every option there is, with a value that is not its default. */
const EVERY: Required<ProxyFetchOptions> = {
  id: "mine",
  onLate: undefined,
  timeout: 60_000,
  grace: 1,
  durability: "deferred",
  persistAfter: 1,
  heartbeat: 1_000,
  lease: 5_000,
  onAmbiguous: "run",
  policy: {
    allow: ["https://api.example"],
    deny: [],
    allowPrivate: true,
    maxRedirects: 1,
    maxUrlLength: 1_000,
    maxRequestHeaderBytes: 1_000,
    maxRequestBodyBytes: 1_000,
    maxResponseHeaderBytes: 1_000,
    maxBodyBytes: 1_000,
  } satisfies Required<FetchPolicyOptions>,
  retry: {
    attempts: 2,
    backoff: 1,
    maxDelay: 1,
    jitter: 0,
    statuses: [500],
    network: false,
    maxRetryAfter: 1,
  } satisfies Required<FetchRetryOptions>,
  via: "auto",
  handlerRetry: { attempts: 2, backoff: 1, maxDelay: 1, jitter: 0 } satisfies Required<RetryOptions>,
};

Deno.test("RequestCalls.check takes every option that there is, at the call and as a default", () => {
  const { id: _id, onLate: _onLate, ...defaults } = EVERY;
  const { parts, calls } = bench(undefined, defaults);
  const [own, usual] = [call(bench().parts, bench().calls, EVERY), call(parts, calls, { id: "mine" })];
  const { due, token: _token, carried: _carried, ...job } = own.job;
  assertEquals([due - parts.clock.now(), job.policy, job.retry], [60_001, EVERY.policy, EVERY.retry]);
  assertEquals({ ...usual.job, ...job }, usual.job);
});

Deno.test("RequestCalls refuses options that nobody knows, at the call and as a default, and lists those it knows", () => {
  const { parts, calls } = bench();
  const error = assertThrows(() => call(parts, calls, { timout: 5 }), InvalidOptionError);
  assertEquals([error.option, error.value], ["timout", 5]);
  for (const name of Object.keys(EVERY)) assertStringIncludes(error.message, `"${name}"`);
  const usual = assertThrows(() => bench(undefined, { timout: 5 } as RequestDefaults), InvalidOptionError);
  assertEquals([usual.option, usual.message.includes('"timeout"')], ["timout", true]);
  for (const name of ["id", "onLate"]) {
    assertThrows(() => bench(undefined, { [name]: "x" } as RequestDefaults), InvalidOptionError, `"${name}"`);
  }
  for (const value of [[], 5, null]) {
    assertThrows(() => call(parts, calls, value as unknown as undefined), InvalidOptionError, '"options"');
    assertThrows(() => bench(undefined, value as unknown as RequestDefaults), InvalidOptionError, '"defaults"');
  }
  assertEquals([parts.storage.first(), parts.memory.live.size], [undefined, 0]);
});

Deno.test("RequestCalls.check keeps no hold of what the caller may change after the call", () => {
  const { parts, calls } = bench();
  const policy = { allow: ["https://api.example"] };
  const { job, stored } = call(parts, calls, { policy });
  policy.allow.push("*://*");
  assertEquals([job.policy, stored.again?.policy], [{ allow: ["https://api.example"] }, job.policy]);
});
