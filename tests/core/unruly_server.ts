/**
 * A real HTTP server on loopback that behaves badly on request, and jobs that go there.
 *
 * @module
 */
import { AssertionError } from "@std/assert";
import { FetchError } from "../../core/fetch/fetch_error.ts";
import type { FetchPolicyOptions } from "../../core/policy.ts";
import type { FetchRetryOptions } from "../../core/fetch/fetch_retry.ts";
import { type Job, JOB_VERSION } from "../../core/job.ts";
import { RequestSync, type RequestSyncInit, ResponseSync, stringify } from "../../core/serializer/mod.ts";

/** A running server; disposing of it stops it. */
export interface UnrulyServer extends AsyncDisposable {
  /** E.g. `"http://127.0.0.1:40123"`. */
  readonly origin: string;
}

/** Serves HTTP, as a well-behaved server does. */
export function serveHttp(handler: (request: Request) => Response | Promise<Response>): UnrulyServer {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Reads each connection's request head, then lets `respond` write whatever it likes; the connection is closed after. */
export function serveRaw(respond: (connection: Deno.TcpConn, head: string) => Promise<void>): UnrulyServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.TcpConn>();
  async function serve(connection: Deno.TcpConn): Promise<void> {
    open.add(connection);
    try {
      const buffer = new Uint8Array(65_536);
      const size = await connection.read(buffer) ?? 0;
      await respond(connection, new TextDecoder().decode(buffer.subarray(0, size)));
    } catch {
      // The client went away, which is what most of these tests are about.
    } finally {
      open.delete(connection);
      close(connection);
    }
  }
  const accepting = (async () => {
    const serving: Promise<void>[] = [];
    for await (const connection of listener) serving.push(serve(connection));
    await Promise.all(serving);
  })();
  return {
    origin: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) close(connection);
      await accepting;
    },
  };
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** Writes text, whole. */
export async function send(connection: Deno.TcpConn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** Fulfils when the peer has closed its side, or the connection is gone. */
export async function untilClosed(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await connection.read(buffer) !== null);
}

/** An origin at which nothing listens. */
export function refusingOrigin(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
}

/** What of a job a test cares about. */
export interface JobInit extends RequestSyncInit {
  /** Where the budget begins, in milliseconds since the epoch. Default: the system's time. */
  readonly now?: number;
  /** As in `Job`. Default: 5,000. */
  readonly timeout?: number;
  /** As in `Job`. Default: 1,000. */
  readonly grace?: number;
  /** As in `Job`. Default: private addresses allowed. */
  readonly policy?: FetchPolicyOptions;
  /** As in `Job`. Default: none. */
  readonly retry?: FetchRetryOptions;
}

/** A job for a URL. */
export function jobFor(url: string, init: JobInit = {}): Job {
  const { now = Date.now(), timeout = 5_000, grace = 1_000, policy = { allowPrivate: true }, retry } = init;
  const request = stringify(new RequestSync(url, init));
  const due = now + timeout + grace;
  return { v: JOB_VERSION, id: "r1", due, token: "secret", attempt: 1, request, timeout, grace, policy, retry };
}

/** The outcome as a response; anything else fails the test. */
export function responseIn(outcome: unknown): ResponseSync {
  if (outcome instanceof ResponseSync) return outcome;
  throw outcome instanceof FetchError ? outcome : new AssertionError(`no response: ${outcome}`);
}

/** The outcome as a failure; anything else fails the test. */
export function errorIn(outcome: unknown): FetchError {
  if (outcome instanceof FetchError) return outcome;
  throw new AssertionError(`no FetchError: ${outcome instanceof ResponseSync ? outcome.status : outcome}`);
}
