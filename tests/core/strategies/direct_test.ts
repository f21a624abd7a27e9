import { assertEquals, AssertionError } from "@std/assert";
import { systemClock } from "../../../core/clock.ts";
import type { Acknowledgement, Message } from "../../../core/job.ts";
import { parse } from "../../../core/serializer/mod.ts";
import { DirectExecutor } from "../../../core/strategies/direct.ts";
import { jobFor, responseIn, serveHttp } from "../unruly_server.ts";

interface Bench {
  readonly direct: DirectExecutor;
  readonly messages: Message[];
  /** Fulfils when everything dispatched so far has ended. */
  settled(): Promise<unknown>;
}

function bench(): Bench {
  const messages: Message[] = [];
  const running: Promise<unknown>[] = [];
  const direct = new DirectExecutor({
    fetch,
    clock: systemClock,
    deliver(message): Acknowledgement {
      messages.push(message);
      return "settled";
    },
    keepAlive: (promise) => running.push(promise),
  });
  return { direct, messages, settled: () => Promise.all(running) };
}

Deno.test("DirectExecutor fetches in this process and delivers the outcome", async () => {
  await using server = serveHttp(() => new Response("hello"));
  const { direct, messages, settled } = bench();
  const job = jobFor(server.origin);
  direct.dispatch(job);
  assertEquals(direct.running, 1);
  await settled();
  assertEquals(direct.running, 0);
  assertEquals(messages.length, 1);
  const [message] = messages;
  if (message.type !== "outcome") throw new AssertionError(message.type);
  assertEquals([message.id, message.token, message.sending], [job.id, job.token, 1]);
  assertEquals(responseIn(parse(message.outcome)).text(), "hello");
});

Deno.test("DirectExecutor starts a job once, and another attempt anew", async () => {
  let hits = 0;
  await using server = serveHttp(() => new Response(String(++hits)));
  const { direct, messages, settled } = bench();
  const job = jobFor(server.origin);
  direct.dispatch(job);
  direct.dispatch(job);
  direct.dispatch({ ...job, attempt: 2 });
  await settled();
  assertEquals([hits, messages.length], [2, 2]);
});

Deno.test("DirectExecutor.abort ends the fetch, and only with the job's token", async () => {
  const aborted = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await using server = serveHttp((request) => {
    request.signal.addEventListener("abort", () => aborted.resolve());
    arrived.resolve();
    return new Promise<Response>((resolve) => aborted.promise.then(() => resolve(new Response())));
  });
  const { direct, messages, settled } = bench();
  const job = jobFor(server.origin);
  direct.dispatch(job);
  await arrived.promise;
  direct.abort(job.id, "guess");
  direct.abort("r", job.token);
  assertEquals(direct.running, 1);
  direct.abort(job.id, job.token);
  await settled();
  await aborted.promise;
  assertEquals([direct.running, messages.length], [0, 0]);
});

Deno.test("DirectExecutor.maxTimeout has no limit unless one is given", () => {
  const options = { fetch, clock: systemClock, deliver: (): Acknowledgement => "settled" };
  assertEquals(new DirectExecutor(options).maxTimeout, Infinity);
  assertEquals(new DirectExecutor({ ...options, maxTimeout: 900_000 }).maxTimeout, 900_000);
});
