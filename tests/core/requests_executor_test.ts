import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ProxyFetchOptions } from "../../core/requests.ts";
import { RequestSync } from "../../core/serializer/mod.ts";
import { type LedgerHost, onStorages, StagedError, urlOf } from "./ledger_host.ts";
import { type Network, performing, type PerformingExecutor, slow } from "./ledger_executor.ts";
import { errorIn } from "./unruly_server.ts";

/** A host whose server takes `ms` to answer. */
function slowly(ms: number, options = {}): { host: LedgerHost; executor: PerformingExecutor } {
  const made = performing(slow(() => made.host, ms), options);
  return made;
}

/** A server that gives its answers in turn, the last one for ever. */
function answers(...given: (() => Response)[]): { network: Network; tries: () => number } {
  let tries = 0;
  return {
    network: () => Promise.resolve().then(() => given[Math.min(tries++, given.length - 1)]()),
    tries: () => tries,
  };
}

function post(headers: HeadersInit = {}): RequestSync {
  return new RequestSync(urlOf("post"), { method: "POST", body: "once", headers });
}

function refuse(): never {
  throw new TypeError("connection reset");
}

onStorages("Requests and a performed job: the answer comes back, and nothing is left behind", async (storage) => {
  for (const durability of ["strict", "deferred", "memory"] as const) {
    const { host, executor } = slowly(1_500, { storage });
    host.call("a", { durability });
    await host.advance(1_500);
    assertEquals([host.agent.log, host.rows(), executor.answers], [["a: 200 hello"], [], ["settled"]]);
    await host.advance(60_000);
    assertEquals([host.heard(), host.clock.pending], [["dispatched", "settled"], 0]);
  }
});

Deno.test("Requests and a performed job: the timeout bounds the exchange, and the executor itself reports it", async () => {
  const { host, executor } = slowly(60_000);
  host.call("a", { timeout: 5_000 });
  await host.advance(5_000);
  const error = errorIn(host.agent.results[0]);
  assertEquals([error.code, error.timings.total, executor.answers], ["TIMEOUT", 5_000, ["settled"]]);
  assertEquals(host.clock.now() - host.start, 5_000);
});

Deno.test("Requests and a performed job: an answer at the edge of its budget that arrives within grace is no timeout", async () => {
  const span = fc.integer({ min: 1, max: 5_000 });
  await fc.assert(
    fc.asyncProperty(span, span, fc.nat(4_999), async (timeout, grace, cut) => {
      const { host, executor } = slowly(timeout - 1);
      const carry = executor.carry;
      const opens = host.start + timeout - 1 + Math.floor(grace * cut / 5_000);
      executor.carry = (message) => {
        if (host.clock.now() < opens) throw new StagedError("the way is cut");
        return carry(message);
      };
      host.call("a", { timeout, grace });
      await host.advance(timeout + grace + 10_000);
      assertEquals([host.agent.log, executor.answers], [["a: 200 hello"], ["settled"]]);
    }),
    { numRuns: 60 },
  );
});

onStorages("Requests and a performed job: an outcome is sent again until the origin has taken it", async (storage) => {
  const { host, executor } = slowly(10, { storage });
  const carry = executor.carry;
  let cut = 3;
  executor.carry = (message) => {
    if (cut-- > 0) throw new StagedError("the object is restarting");
    return carry(message);
  };
  host.call("a");
  await host.advance(10_000);
  assertEquals([executor.count("outcome"), executor.answers], [4, ["settled"]]);
  assertEquals([host.agent.log, host.rows()], [["a: 200 hello"], []]);
});

onStorages(
  "Requests and a performed job: a lost acknowledgement makes a copy, and the copy runs nothing",
  async (storage) => {
    for (const durability of ["strict", "deferred", "memory"] as const) {
      const { host, executor } = slowly(10, { storage });
      const carry = executor.carry;
      let lost = 2;
      executor.carry = async (message) => {
        const answer = await carry(message);
        if (lost-- > 0) throw new StagedError("the acknowledgement is lost");
        return answer;
      };
      host.call("a", { durability });
      await host.advance(10_000);
      assertEquals([executor.count("outcome"), executor.answers], [3, ["settled"]]);
      assertEquals([host.agent.log, host.heard()], [["a: 200 hello"], ["dispatched", "settled"]]);
    }
  },
);

onStorages("Requests and a performed job: signs of life keep a long fetch alive, for no row", async (storage) => {
  const { host, executor } = slowly(300_000, { storage });
  host.call("a", { timeout: 600_000, heartbeat: 5_000 });
  const [row] = host.rows();
  await host.advance(299_999);
  assertEquals([executor.count("heartbeat"), host.rows(), executor.jobs.length], [59, [row], 1]);
  await host.advance(1);
  assertEquals([host.agent.log, host.heard()], [["a: 200 hello"], ["dispatched", "settled"]]);
});

onStorages(
  "Requests and a performed job: one that dies is known within the lease, and another does its work",
  async (storage) => {
    const { host, executor } = slowly(60_000, { storage });
    host.call("a", { timeout: 300_000, heartbeat: 5_000 });
    await host.advance(12_000);
    executor.die();
    await host.advance(10_000);
    assertEquals(executor.jobs.map(({ attempt, timeout }) => [attempt, timeout]), [[1, 300_000], [2, 280_000]]);
    await host.advance(60_000);
    assertEquals([host.agent.log, host.rows()], [["a: 200 hello"], []]);
    assertEquals(host.heard(), ["dispatched", "lost", "dispatched", "settled"]);
  },
);

onStorages(
  "Requests and a performed job: one that dies with what must not be repeated is lost, and ambiguous",
  async (storage) => {
    const { host, executor } = slowly(60_000, { storage });
    host.call("a", { timeout: 300_000, heartbeat: 5_000 }, post());
    await host.settle();
    executor.die();
    await host.advance(10_000);
    const error = errorIn(host.agent.results[0]);
    assertEquals([error.code, error.ambiguous, executor.jobs.length], ["EXECUTOR_LOST", true, 1]);
  },
);

onStorages(
  "Requests and a performed job: deferred, a fetch that outlives persistAfter is written down",
  async (storage) => {
    const { host, executor } = slowly(3_000, { storage });
    host.call("a", { durability: "deferred", persistAfter: 1_000 });
    await host.advance(999);
    assertEquals(host.rows(), []);
    await host.advance(1);
    assertEquals([host.rows().length, executor.count("persist")], [1, 1]);
    host.restart();
    await host.advance(2_000);
    assertEquals([host.agent.log, host.rows(), executor.answers], [["a: 200 hello"], [], ["settled"]]);
    assertEquals(host.heard(), ["dispatched", "persisted", "settled"]);
  },
);

Deno.test("Requests and a performed job: deferred, an object lost before persistAfter gets its answer all the same", async () => {
  const { host, executor } = slowly(3_000);
  host.call("a", { durability: "deferred", persistAfter: 1_000 });
  await host.advance(500);
  host.restart();
  await host.advance(2_500);
  assertEquals([host.agent.log, host.rows(), executor.answers], [["a: 200 hello"], [], ["settled"]]);
});

Deno.test("Requests and a performed job: cancel reaches the executor, which ends its fetch and says nothing more", async () => {
  const { host, executor } = slowly(10_000);
  const id = host.call("a");
  await host.advance(1_000);
  host.requests.cancel(id);
  await host.advance(60_000);
  assertEquals([executor.answers, executor.sent, host.clock.pending], [["undelivered"], [], 0]);
  assertEquals([host.agent.log, host.heard()], [[], ["dispatched", "cancelled"]]);
});

Deno.test("Requests and a performed job: where abort is not heard, the next sign of life tells it to give up", async () => {
  const { host, executor } = slowly(100_000);
  executor.abort = () => {};
  const id = host.call("a", { timeout: 300_000, heartbeat: 5_000 });
  await host.advance(1_000);
  host.requests.cancel(id);
  await host.advance(4_000);
  assertEquals([executor.count("heartbeat"), executor.answers], [1, ["undelivered"]]);
});

/** What comes of a request to a server with given answers. */
async function tried(options: ProxyFetchOptions, request: RequestSync | undefined, ...given: (() => Response)[]) {
  const { network, tries } = answers(...given);
  const { host } = performing(network);
  host.call("a", { timeout: 60_000, ...options }, request);
  await host.advance(100_000);
  const settled = host.events.find(({ type }) => type === "settled");
  return { log: host.agent.log, tries: tries(), elapsed: settled?.elapsed, result: host.agent.results[0] };
}

function status(code: number, headers: HeadersInit = {}): () => Response {
  return () => new Response("busy", { status: code, headers });
}

Deno.test("Requests and retries: once by default, whatever comes", async () => {
  assertEquals((await tried({}, undefined, status(503))).log, ["a: 503 busy"]);
  const { log, tries } = await tried({}, undefined, refuse);
  assertEquals([log, tries], [["a: NETWORK"], 1]);
});

Deno.test("Requests and retries: another try after a passing status or a broken connection, doubling the wait", async () => {
  const retry = { attempts: 4, backoff: 1_000, jitter: 0 };
  const { log, tries, elapsed } = await tried({ retry }, undefined, status(503), refuse, status(429), status(200));
  assertEquals([log, tries, elapsed], [["a: 200 busy"], 4, 7_000]);
});

Deno.test("Requests and retries: full jitter leaves between nothing and all of each wait to chance", async () => {
  const retry = { attempts: 2, backoff: 1_000 };
  const { elapsed = NaN } = await tried({ retry }, undefined, status(503), status(200));
  assert(elapsed >= 0 && elapsed < 1_000, `${elapsed} ms`);
});

Deno.test("Requests and retries: the last outcome stands, with how often it was tried", async () => {
  const retry = { attempts: 3, backoff: 0 };
  assertEquals((await tried({ retry }, undefined, status(503), status(502), status(500))).log, ["a: 500 busy"]);
  const { result, tries } = await tried({ retry }, undefined, refuse);
  assertEquals([errorIn(result).attempt, errorIn(result).ambiguous, tries], [3, false, 3]);
});

Deno.test("Requests and retries: a server says when to come back, in seconds or as a date, up to a cap", async () => {
  const retry = { attempts: 2, backoff: 100, jitter: 0 };
  const date = new Date(Date.UTC(2026, 0) + 7_000).toUTCString();
  for (const [after, wait] of [["3", 3_000], [date, 7_000], ["0", 100], ["999", 9_000], ["soon", 100]] as const) {
    const { elapsed } = await tried(
      { retry: { ...retry, maxRetryAfter: 9_000 } },
      undefined,
      status(503, { "retry-after": after }),
      status(200),
    );
    assertEquals(elapsed, wait, `Retry-After: ${after}`);
  }
});

Deno.test("Requests and retries: a wait that the budget does not hold is not begun", async () => {
  const retry = { attempts: 5, backoff: 10_000, jitter: 0 };
  const { log, elapsed } = await tried({ retry, timeout: 5_000 }, undefined, status(503));
  assertEquals([log, elapsed], [["a: 503 busy"], 0]);
});

Deno.test("Requests and retries: POST only with an idempotency key", async () => {
  const retry = { attempts: 3, backoff: 0 };
  assertEquals((await tried({ retry }, post(), status(503))).tries, 1);
  const { result } = await tried({ retry }, post(), refuse);
  assertEquals([errorIn(result).code, errorIn(result).ambiguous], ["NETWORK", true]);
  const keyed = post({ "idempotency-key": "k1" });
  assertEquals((await tried({ retry }, keyed, status(503), refuse, status(200))).log, ["a: 200 busy"]);
});

Deno.test("Requests and retries: only the statuses and failures that were asked for", async () => {
  const retry = { attempts: 3, backoff: 0, statuses: [404], network: false };
  assertEquals((await tried({ retry }, undefined, status(404), status(503))).log, ["a: 503 busy"]);
  assertEquals((await tried({ retry }, undefined, refuse)).tries, 1);
});
