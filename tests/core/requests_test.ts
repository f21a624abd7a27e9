import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { $result } from "../../core/continuation.ts";
import { DozeError, InvalidOptionError } from "../../core/errors.ts";
import { Requests, type RequestsOptions } from "../../core/requests.ts";
import { parse, RequestSync } from "../../core/serializer/mod.ts";
import type { Storage } from "../../core/storage.ts";
import { answer, beat, LedgerHost, onStorages, persist, reply, StagedError, urlOf } from "./ledger_host.ts";

/** A call that cannot be right. The types refuse most of these; JavaScript does not. */
type Wrong = (host: LedgerHost) => unknown;

/** Calls with options that say anything. */
function withOptions(options: Record<string, unknown>, request?: RequestSync): Wrong {
  return (host) => host.call("a", options, request);
}

function withContinuation(make: (host: LedgerHost) => unknown): Wrong {
  return (host) => host.requests.proxyFetch(urlOf("a"), make(host));
}

function withUrl(url: string): Wrong {
  return (host) => host.call("a", {}, url);
}

const WRONG: Record<string, readonly Wrong[]> = {
  INVALID_URL: ["", "a", "/a", "ftp://a.example/", "file:///a", "javascript:1"].map(withUrl),
  URL_FORBIDDEN: [
    ...["http://127.0.0.1/", "http://localhost/", "http://169.254.169.254/", "http://[::1]/"].map(withUrl),
    withOptions({ policy: { allow: ["https://other.example/*"] } }),
  ],
  INVALID_TIMEOUT: [{ timeout: 0 }, { timeout: NaN }, { grace: -1 }, { heartbeat: 0 }, { persistAfter: -1 }, {
    lease: Infinity,
  }].map((options) => withOptions(options)),
  INVALID_OPTION: [
    ...[{ durability: "most" }, { onAmbiguous: "ask" }, { via: "pigeon" }, { via: "queue" }].map((o) => withOptions(o)),
    ...[{ retry: { attempts: 0 } }, { handlerRetry: { jitter: 2 } }, { heartbeat: 5, lease: 5 }].map((options) =>
      withOptions(options)
    ),
    ...[{ retry: 5 }, { retry: "x" }, { retry: [] }, { handlerRetry: 5 }, { policy: [] }, { timout: 5 }].map((
      options,
    ) => withOptions(options)),
    ...[{ policy: { denny: ["*://a.example"] } }, { retry: { atempts: 2 } }, { handlerRetry: { tries: 2 } }].map((o) =>
      withOptions(o)
    ),
  ],
  INVALID_ID: ["", "x".repeat(513), "\ud800", "a\0b", 5, null, {}].map((id) => withOptions({ id })),
  DUPLICATE_ID: [withOptions({ id: "taken" }), withOptions({ id: "taken", durability: "memory" })],
  NOT_A_CONTINUATION: [
    ...[undefined, null, "onReply", () => {}, { onReply: [] }, $result].map((value) => withContinuation(() => value)),
    withContinuation(({ ctn }) => ctn),
    withContinuation(({ ctn }) => ctn.onReply),
    withOptions({ onLate: "onLate" }),
  ],
  UNKNOWN_METHOD: [
    withContinuation(({ ctn }) => Reflect.apply(Reflect.get(ctn, "onNothing"), ctn, [])),
    withContinuation(({ ctn }) => Reflect.apply(Reflect.get(ctn, "constructor"), ctn, [])),
    withContinuation(({ ctn }) => Reflect.apply(Reflect.get(ctn, "toString"), ctn, [])),
    (host) => host.call("a", { onLate: Reflect.apply(Reflect.get(host.ctn, "onNothing"), host.ctn, []) }),
  ],
  CONTINUATION_TOO_LARGE: [
    withContinuation(({ ctn }) => Reflect.apply(Reflect.get(ctn, "onReply"), ctn, Array(65).fill(0))),
  ],
  ROW_TOO_LARGE: (["strict", "deferred", "memory"] as const).map((durability) => (host) =>
    host.call("x".repeat(2_000_000), { durability }, urlOf("a"))
  ),
};

for (const [code, calls] of Object.entries(WRONG)) {
  onStorages(`Requests.proxyFetch refuses with ${code} before anything is stored or sent`, async (storage) => {
    const host = new LedgerHost({ storage });
    host.call("first", { id: "taken" });
    await host.settle();
    const before = [host.rows(), storage.armedAt(), host.hand.jobs.length];
    for (const [nth, call] of calls.entries()) {
      const error = assertThrows(() => call(host), DozeError, undefined, `call ${nth}`);
      assertEquals([error.code, error.name.endsWith("Error")], [code, true], `call ${nth}: ${error.message}`);
    }
    await host.settle();
    assertEquals([host.rows(), storage.armedAt(), host.hand.jobs.length], before);
    assertEquals([host.requests.pending().length, host.heard()], [1, ["dispatched"]]);
  });
}

Deno.test("Requests.proxyFetch refuses a timeout that its executor cannot hold", async () => {
  const host = new LedgerHost();
  host.hand.maxTimeout = 30_000;
  const error = assertThrows(() => host.call("a", { timeout: 30_001 }), DozeError);
  assertEquals([error.code, host.rows()], ["TIMEOUT_TOO_LONG", []]);
  assertEquals((await host.sent("a", { timeout: 30_000 })).timeout, 30_000);
});

Deno.test("Requests.proxyFetch asks an executor that plans, goes its way, and hears its refusal", async () => {
  const host = new LedgerHost();
  host.hand.maxTimeout = 1;
  host.hand.plan = ({ via }) => ({ via: via ?? { strategy: "worker" }, durable: false });
  assertEquals((await host.sent("a")).via, { strategy: "worker" });
  assertEquals((await host.sent("b", { via: "queue" })).via, { strategy: "queue" });
  host.hand.plan = () => {
    throw new StagedError("no queue is bound");
  };
  assertThrows(() => host.call("c"), StagedError);
  await host.settle();
  assertEquals([host.rows().length, host.hand.jobs.length], [2, 2]);
});

Deno.test("Requests.proxyFetch asks for no signs of life where the executor itself keeps the job", async () => {
  const host = new LedgerHost();
  host.hand.plan = () => ({ durable: true });
  const { heartbeat } = await host.sent("a", { timeout: 90_000 });
  assertEquals([heartbeat, host.rows()[0].payload.includes('"lease"')], [undefined, false]);
});

Deno.test("Requests refuses wrong defaults when it is made, not at the first call", () => {
  for (const defaults of [{ timeout: -1 }, { heartbeat: 5, lease: 5 }, { retry: { attempts: 0 } }]) {
    assertThrows(() => new LedgerHost({ defaults }), DozeError);
  }
});

Deno.test("Requests refuses to be made without one of its parts, by name", () => {
  const { storage, alarms, agent: origin, hand: executor } = new LedgerHost();
  const parts = { storage, alarms, origin, executor };
  for (const name of Object.keys(parts)) {
    const make = () => new Requests({ ...parts, [name]: undefined });
    assertEquals(assertThrows(make, InvalidOptionError).option, name);
  }
  for (const options of [{}, undefined, null, 5]) {
    assertThrows(() => new Requests(options as unknown as RequestsOptions), InvalidOptionError);
  }
});

Deno.test("Requests needs nothing but its four parts: time, ids and base have defaults", async () => {
  const host = new LedgerHost();
  const { storage, alarms, agent: origin, hand: executor } = host;
  const options: RequestsOptions = { storage, alarms, origin, executor };
  const requests = new Requests(options);
  const id = requests.proxyFetch(urlOf("a"), host.ctn.onReply("a", host.ctn.$result));
  await host.settle();
  const { due } = host.hand.job();
  assert(Math.abs(due - 30_000 - Date.now()) < 10_000);
  assertEquals([requests.status(id)?.phase, requests.deliver(answer(host.hand.job()))], ["open", "settled"]);
});

onStorages("Requests.proxyFetch stores the request and arms the alarm before it returns", (storage) => {
  const host = new LedgerHost({ storage });
  const id = host.call("a", { timeout: 5_000, grace: 1_000 });
  const [row, ...others] = host.rows();
  assertEquals([row.id, row.due, row.named, others], [id, host.start + 6_000, false, []]);
  assertEquals([storage.armedAt(), host.hand.jobs], [host.start + 6_000, []]);
});

Deno.test("Requests.proxyFetch takes a URL as text, as URL and as a whole request", async () => {
  const host = new LedgerHost();
  const whole = new RequestSync(urlOf("c"), { method: "POST", body: "b", headers: { "x-tag": "7" } });
  for (const input of [urlOf("a"), new URL(urlOf("b")), whole]) await host.sent("x", {}, input);
  const sent = host.hand.jobs.map(({ request }) => parse(request) as RequestSync);
  assertEquals(sent.map(({ url }) => url), ["a", "b", "c"].map(urlOf));
  assertEquals(sent.map(({ method }) => method), ["GET", "GET", "POST"]);
  assertEquals([sent[2].text(), sent[2].headers.get("x-tag")], ["b", "7"]);
});

Deno.test("Requests.proxyFetch makes ids that carry their deadline, or takes the caller's, free again at the end", async () => {
  const host = new LedgerHost();
  assertMatch(host.call("a"), new RegExp(`^${(host.start + 30_000).toString(36)}-`));
  for (let round = 0; round < 2; round++) {
    const job = await host.sent("b", { id: "mine" });
    assertEquals([job.id, host.requests.status("mine")?.phase], ["mine", "open"]);
    assertEquals(host.requests.deliver(answer(job)), "settled");
  }
});

onStorages(
  "Requests.proxyFetch in a transaction that is undone leaves no row, no alarm and sends no job",
  async (storage) => {
    const host = new LedgerHost({ storage });
    assertThrows(() =>
      storage.transaction(() => {
        host.call("a", { timeout: 90_000 });
        throw new StagedError("on second thought");
      }), StagedError);
    await host.advance(200_000);
    assertEquals([host.rows(), host.hand.jobs, host.heard(), host.agent.log], [[], [], [], []]);
  },
);

onStorages("Requests.proxyFetch in a handler that throws is undone with it", async (storage) => {
  const host = new LedgerHost({ storage, retry: { attempts: 1 } });
  const job = await host.sent("a");
  host.agent.handle = () => {
    host.call("b");
    throw new StagedError("the handler failed");
  };
  assertEquals(host.requests.deliver(answer(job)), "settled");
  await host.settle();
  assertEquals([host.hand.jobs.length, host.requests.pending()], [1, []]);
});

onStorages(
  "Requests.deliver hands the outcome to the continuation, with the arguments it was recorded with",
  async (storage) => {
    const host = new LedgerHost({ storage });
    const job = await host.sent("a");
    assertEquals(host.requests.deliver(answer(job, reply("hi", 404))), "settled");
    assertEquals([host.agent.log, host.rows()], [["a: 404 hi"], []]);
  },
);

Deno.test("Requests.deliver answers unknown to what is no message, and does nothing", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a");
  const good = [answer(job), beat(job), persist(job)] as const;
  const wrong = [undefined, null, "outcome", {}, ...good.map((message) => ({ ...message, v: 2 }))] as unknown[];
  for (const message of wrong) assertEquals(Reflect.apply(host.requests.deliver, host.requests, [message]), "unknown");
  assertEquals([host.agent.log, host.rows().length, host.heard()], [[], 1, ["dispatched"]]);
});

Deno.test("Requests.deliver takes each kind of message to where it belongs", async () => {
  const host = new LedgerHost();
  const job = await host.sent("a", { durability: "deferred" });
  assertEquals(host.requests.deliver(beat(job)), "pending");
  assertEquals(host.rows().length, 0);
  assertEquals(host.requests.deliver(persist(job)), "pending");
  assertEquals(host.rows().length, 1);
  assertEquals(host.requests.deliver(answer(job)), "settled");
  assertEquals(host.rows().length, 0);
});

/** Everything that a caller may do with one request, on one storage. */
async function race(storage: Storage, first: "cancel" | "deliver" | "deadline"): Promise<LedgerHost> {
  const host = new LedgerHost({ storage });
  const job = await host.sent("a");
  const acts = {
    cancel: () => void host.requests.cancel(job.id),
    deliver: () => void host.requests.deliver(answer(job)),
    deadline: () => host.advance(30_000),
  };
  await acts[first]();
  for (const act of [acts.cancel, acts.deliver, acts.deadline]) await act();
  return host;
}

onStorages("Requests lets whoever comes first win, and the others find nothing", async (storage) => {
  const logs = { cancel: [], deliver: ["a: 200 hello"], deadline: ["a: TIMEOUT"] };
  for (const first of ["cancel", "deliver", "deadline"] as const) {
    const host = await race(storage, first);
    assertEquals([host.agent.log, host.rows()], [logs[first], []], first);
  }
});

Deno.test("Requests.loseExecutors sends again what may be repeated, and ends the rest at once", async () => {
  const host = new LedgerHost();
  host.call("get");
  host.call("post", {}, new RequestSync(urlOf("post"), { method: "POST" }));
  host.call("keyed", {}, new RequestSync(urlOf("keyed"), { method: "POST", headers: { "idempotency-key": "k" } }));
  await host.settle();
  host.restart();
  host.requests.loseExecutors();
  await host.settle();
  assertEquals(host.agent.log, ["post: EXECUTOR_LOST"]);
  assertEquals(host.hand.jobs.map(({ attempt }) => attempt), [1, 1, 1, 2, 2]);
});

Deno.test("Requests.proxyFetch writes the request itself down only where it may be sent again, and is small", async () => {
  const bodies = { small: "s".repeat(100), large: "l".repeat(70_000) };
  for (
    const [method, body, kept] of [
      ["POST", bodies.small, false],
      ["PUT", bodies.small, true],
      ["PUT", bodies.large, false],
    ] as const
  ) {
    const host = new LedgerHost();
    await host.sent("a", { timeout: 60_000, heartbeat: 300 }, new RequestSync(urlOf("a"), { method, body }));
    assertEquals(host.rows()[0].payload.includes(body), kept);
    await host.advance(600);
    assertEquals([host.hand.jobs.length, host.agent.log], kept ? [2, []] : [1, ["a: EXECUTOR_LOST"]]);
  }
});

Deno.test("Requests.proxyFetch refuses a native Request and options that are none, and says what to pass", () => {
  const host = new LedgerHost();
  const reply = host.ctn.onReply("a", host.ctn.$result);
  const native = new Request("https://api.example/") as unknown as string;
  assertThrows(() => host.requests.proxyFetch(native, reply), InvalidOptionError, "RequestSync.from(request)");
  for (const options of [null, "fast", []]) {
    const call = () => host.requests.proxyFetch("https://api.example/", reply, options as unknown as undefined);
    assertThrows(call, InvalidOptionError, '"options"');
  }
  assertEquals(host.rows(), []);
});

Deno.test("Requests.proxyFetch takes null for no option, and nothing but an object for a policy", () => {
  const host = new LedgerHost();
  const refused: [Record<string, unknown>, string][] = [
    [{ timeout: null }, "INVALID_TIMEOUT"],
    [{ lease: null }, "INVALID_TIMEOUT"],
    [{ durability: null }, "INVALID_OPTION"],
    [{ policy: null }, "INVALID_OPTION"],
    [{ policy: 5 }, "INVALID_OPTION"],
  ];
  for (const [options, code] of refused) {
    const error = assertThrows(() => host.call("a", options), DozeError);
    assertEquals([error.code, host.rows()], [code, []]);
  }
});
