import { assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import type { Counts } from "../../../examples/demo/meter.ts";
import { api, call, type Run, server, test, untilRuns } from "./doze_harness.ts";
import type { Refusal } from "./doze_worker/worker.ts";

test("DozeObject writes two rows for a strict request and shares its alarm", async () => {
  const name = "sequential";
  await call("AGENT", name, "runs");
  const before = await call<Counts>("AGENT", name, "counts");
  for (let i = 1; i <= 100; i++) {
    await call("AGENT", name, "ask", `${api.url}/?case=${name}`, String(i));
    await untilRuns("AGENT", name, i);
  }
  const after = await call<Counts>("AGENT", name, "counts");
  assertEquals(after.rowsWritten - before.rowsWritten, 200);
  assertLessOrEqual(after.alarms - before.alarms, 10);
  const runs = await call<Run[]>("AGENT", name, "runs");
  assertEquals(runs.map((run) => run.label), Array.from({ length: 100 }, (_, i) => String(i + 1)));
  assertEquals(new Set(runs.map((run) => run.outcome)), new Set(["200"]));
  assertEquals(await call("AGENT", name, "rows"), 0);
});

test("DozeObject runs each continuation once when it is evicted with 20 fetches in flight", async () => {
  const name = "evicted";
  await call("AGENT", name, "askMany", `${api.url}/?delay=1000&case=${name}`, 20);
  while ((api.hits.get(name) ?? 0) < 20) await new Promise((resolve) => setTimeout(resolve, 10));
  await server.getWorker().evictDurableObject("AGENT", { name });
  const runs = await untilRuns("AGENT", name, 20);
  assertEquals(runs.map((run) => Number(run.label)).sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i));
  assertEquals(await call("AGENT", name, "rows"), 0);
  assertEquals(api.hits.get(name), 20);
});

test("DozeObject undoes the writes of a handler that throws and runs it again, delaying nobody", async () => {
  const name = "throws";
  const url = `${api.url}/?case=${name}`;
  await call("AGENT", name, "ask", url, "always fails", { id: "dead" });
  await call("AGENT", name, "ask", url, "fails once");
  await call("AGENT", name, "ask", url, "fine");
  await untilRuns("AGENT", name, 2);
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if ((await call<unknown[]>("AGENT", name, "deadLetters")).length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const runs = await call<Run[]>("AGENT", name, "runs");
  assertEquals(runs.map((run) => run.label).sort(), ["fails once", "fine"]);
  assertEquals(await call("AGENT", name, "deadLetters"), [{ id: "dead", message: "always fails" }]);
});

test("DozeObject settles a request with TIMEOUT when no answer comes", async () => {
  await call("AGENT", "slow", "ask", `${api.url}/?delay=3000&case=slow`, "slow", { timeout: 200 });
  assertEquals(await untilRuns("AGENT", "slow", 1), [{ label: "slow", outcome: "TIMEOUT" }]);
});

test("DozeObject waits for a handler that returns an RPC call's promise, and runs it again when that fails", async () => {
  await call("AGENT", "hands-on", "askAndHandOn", api.url, "handed");
  const runs = await untilRuns("AGENT", "handed-next", 3);
  assertEquals(runs.map((run) => run.outcome), ["200", "200", "200"]);
  while (await call("AGENT", "hands-on", "rows") !== 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const events = await call<string[]>("AGENT", "hands-on", "events");
  // Each failure is told by the alarms and by the ledger.
  assertEquals(events, ["dispatched", ...new Array<string>(4).fill("retrying"), "settled"]);
});

test("DozeObject ends a request at once when its executor's RPC throws", async () => {
  await call("REFUSED_AGENT", "a", "ask", api.url, "refused");
  assertEquals(await untilRuns("REFUSED_AGENT", "a", 1), [{ label: "refused", outcome: "EXECUTOR_UNREACHABLE" }]);
});

test("DozeObject learns of its executor's death long before the deadline, evicted before every alarm", async () => {
  const [name, began] = ["deserted", Date.now()];
  await call("DESERTED_AGENT", name, "ask", api.url, "lost", { timeout: 15_000, heartbeat: 300, lease: 600 });
  // By the object's own calls nobody would know whether an alarm alone wakes it.
  for (; Date.now() < began + 6_000; await new Promise((resolve) => setTimeout(resolve, 150))) {
    await server.getWorker().evictDurableObject("DESERTED_AGENT", { name }).catch(() => {});
  }
  assertEquals(await call("DESERTED_AGENT", name, "runs"), [{ label: "lost", outcome: "EXECUTOR_LOST" }]);
});

test("DozeObject runs schedules from the platform's alarm", async () => {
  await call("AGENT", "alarm", "remind", 0.05, "soon");
  await server.getWorker().evictDurableObject("AGENT", { name: "alarm" });
  assertEquals(await untilRuns("AGENT", "alarm", 1), [{ label: "soon", outcome: "reminded" }]);
});

test("DozeObject goes on after its author's deleteAll()", async () => {
  await call("AGENT", "deleted", "deleteAllAndAsk", `${api.url}/?delay=50&case=deleted`);
  const runs = await untilRuns("AGENT", "deleted", 2);
  assertEquals(runs, [{ label: "request", outcome: "200" }, { label: "schedule", outcome: "reminded" }]);
  assertEquals(await call("AGENT", "deleted", "rows"), 0);
});

test("DozeObject buries what fails with another's overload, delaying nobody", async () => {
  const message = '529 {"type":"overloaded_error","message":"Overloaded"}';
  await call("AGENT", "overload", "remind", 0, message);
  await call("AGENT", "overload", "remind", 0.05, "fine");
  assertEquals(await untilRuns("AGENT", "overload", 1), [{ label: "fine", outcome: "reminded" }]);
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if ((await call<unknown[]>("AGENT", "overload", "deadLetters")).length > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const letters = await call<{ message: string }[]>("AGENT", "overload", "deadLetters");
  assertEquals(letters.map((letter) => letter.message), [message]);
});

test("DozeObject returns values, never promises", async () => {
  assertEquals(await call("AGENT", "plain", "returnsPlainValues", `${api.url}/?case=plain`), [
    "string",
    "object",
    "object",
  ]);
});

test("DozeObject refuses bad input at the call with a code of its own, and stores nothing", async () => {
  const refusals = await call<Refusal[]>("AGENT", "bad", "refusals", `${api.url}/?delay=500&case=bad`);
  assertEquals(refusals.map((refusal) => refusal.code), [
    "UNKNOWN_METHOD",
    "UNKNOWN_METHOD",
    "UNKNOWN_METHOD",
    "NOT_A_CONTINUATION",
    "INVALID_URL",
    "INVALID_URL",
    "INVALID_TIMEOUT",
    "INVALID_TIMEOUT",
    "TIMEOUT_TOO_LONG",
    "DUPLICATE_ID",
    "INVALID_DATE",
    "INVALID_DELAY",
    "INVALID_DELAY",
    "NOT_A_CONTINUATION",
  ]);
  assertEquals(await call("AGENT", "bad", "rows"), 1);
  assertEquals((await untilRuns("AGENT", "bad", 1)).length, 1);
  assertEquals(api.hits.get("bad"), 1);
});

test("DozeObject shows stub holders its delivery and nothing else of its own", async () => {
  for (const method of ["proxyFetch", "ctn", "alarms", "requests"]) {
    const response = await server.fetch(`http://doze/AGENT/closed/${method}`, { method: "POST", body: "[]" });
    const answer = await response.json() as { error?: string };
    assertMatch(answer.error ?? "", /does not implement|not a function|no such|not found/i, method);
  }
});

test("DozeObject does nothing on a delivery whose token is not its own", async () => {
  const name = "forged";
  const url = `${api.url}/?delay=500&case=${name}`;
  const id = await call<string>("AGENT", name, "ask", url, "real");
  // Its id gives away when a request is due, and nothing else.
  const due = parseInt(id.split("-")[0], 36);
  const forged = { type: "outcome", v: 1, id, due, token: "guess", attempt: 1, sending: 1, outcome: '"forged"' };
  assertEquals(await call("AGENT", name, "dozeDeliver", forged), "unknown");
  assertEquals(await untilRuns("AGENT", name, 1), [{ label: "real", outcome: "200" }]);
});

test("doze() gives a class that extends another the same", async () => {
  await call("COMPOSED", "one", "ask", `${api.url}/?delay=300&case=composed`, "composed");
  await server.getWorker().evictDurableObject("COMPOSED", { name: "one" });
  assertEquals(await untilRuns("COMPOSED", "one", 1), [{ label: "composed", outcome: "200" }]);
});

test("FetchExecutor of another Worker reaches an object that has been reset while it fetched", async () => {
  const hits = () => api.hits.get("reset") ?? 0;
  for (let i = 0; i < 5; i++) {
    await call("REMOTE_AGENT", "reset", "ask", `${api.url}/?delay=${400 + i * 200}&case=reset`, String(i));
  }
  while (hits() < 5) await new Promise((resolve) => setTimeout(resolve, 10));
  for (let i = 0; i < 3; i++) {
    await server.fetch("http://doze/REMOTE_AGENT/reset/reset", { method: "POST", body: "[]" }).then((r) => r.text());
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const runs = await untilRuns("REMOTE_AGENT", "reset", 5);
  assertEquals(runs.map((run) => `${run.label} ${run.outcome}`).sort(), ["0 200", "1 200", "2 200", "3 200", "4 200"]);
  assertEquals(hits(), 5);
});

test("DozeObject says what to export when its executor cannot be found, and stores nothing", async () => {
  const refusal = await call<Refusal>("LOST_AGENT", "one", "askLost", `${api.url}/?case=lost`);
  assertEquals(refusal.code, "EXECUTOR_MISSING");
  assertMatch(refusal.message, /export \{ FetchExecutor \}.*"NOWHERE"/);
  assertEquals(await call("LOST_AGENT", "one", "rows"), 0);
});
