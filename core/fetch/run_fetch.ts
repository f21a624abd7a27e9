/**
 * The fetch itself: one job, from its request to its outcome.
 *
 * @module
 */
import { discard, readBody } from "./body_reader.ts";
import type { Clock } from "../clock.ts";
import { isDecoded } from "./content_coding.ts";
import { Exchange, type FetchFunction, type Reached } from "./exchange.ts";
import { FetchBudget } from "./fetch_budget.ts";
import { FetchError } from "./fetch_error.ts";
import { type FetchRetryPolicy, fetchRetryPolicy, nextTryIn } from "./fetch_retry.ts";
import { type Job, JOB_VERSION } from "../job.ts";
import { type FetchPolicy, fetchPolicy } from "../policy.ts";
import { holdBody, revive } from "../serializer/body_sync.ts";
import { headersToText } from "../serializer/header_text.ts";
import { parse, RequestSync, ResponseSync } from "../serializer/mod.ts";
import { isStatus } from "../serializer/response_sync.ts";
import type { StopSignal } from "./stop_signal.ts";

/** What {@linkcode runFetch} works with. */
export interface RunFetchOptions {
  /** The runtime's `fetch`, or one that wraps it; it is called once for every try and every redirect. */
  readonly fetch: FetchFunction;
  /** Whose time and timers count. */
  readonly clock: Clock;
  /** Gives the fetch up: the outcome is a `CANCELLED`. The server may have acted. */
  readonly signal?: StopSignal;
  /** Which try the first one is, where earlier ones were made elsewhere. Default: 1. */
  readonly attempt?: number;
}

/** What the parts of a fetch share. */
interface Run {
  readonly exchange: Exchange;
  readonly budget: FetchBudget;
  readonly policy: FetchPolicy;
  readonly retry: FetchRetryPolicy;
  readonly clock: Clock;
}

/**
 * Fetches what a job asks for: under its policy at every hop, within its budget with all tries and the body, redirects
 * followed by hand, nothing left unread or open.
 *
 * A response with any status is a response. A body that the runtime decompresses, as all do with gzip and Brotli unless
 * the request says otherwise, comes without its `content-encoding` and `content-length`. One that the runtime hands over
 * compressed stays as it is.
 *
 * @param job The job. When it comes late, only what is left of its budget is used.
 * @param options Where to fetch, and by whose clock.
 * @returns The outcome. It never rejects.
 */
export async function runFetch(job: Job, options: RunFetchOptions): Promise<ResponseSync | FetchError> {
  const { clock } = options;
  const ms = Math.min(job.timeout, job.due - job.grace - clock.now());
  const budget = new FetchBudget(clock, ms, options.signal);
  try {
    const request = parse(job.request);
    if (job.v !== JOB_VERSION || !(request instanceof RequestSync)) return new FetchError("INVALID_REQUEST", "");
    const policy = fetchPolicy(job.policy);
    const { url, method, headers, redirect } = request;
    const bytes = request.bytes();
    const sent = { url, method, headers, body: bytes.byteLength === 0 ? null : bytes };
    const exchange = new Exchange({ fetch: options.fetch, budget, policy, request: sent, redirect });
    exchange.attempt = options.attempt ?? 1;
    return await tries({ exchange, budget, policy, retry: fetchRetryPolicy(job.retry), clock });
  } catch (cause) {
    // Only reading the job throws: it was written by another version, or tampered with.
    return new FetchError("INVALID_REQUEST", "", { cause, timings: { start: budget.start, total: budget.elapsed } });
  } finally {
    budget.close();
  }
}

/** Another try, and how long to wait for it, in milliseconds. */
interface Again {
  readonly url: string;
  readonly wait: number;
}

async function tries(run: Run): Promise<ResponseSync | FetchError> {
  while (true) {
    const result = await tryOnce(run);
    if (!("wait" in result)) return result;
    if (await run.budget.sleep(result.wait) !== undefined) return run.exchange.stopped(result.url);
    run.exchange.attempt++;
  }
}

async function tryOnce(run: Run): Promise<ResponseSync | FetchError | Again> {
  const reached = await run.exchange.reach();
  if (reached instanceof FetchError) return orAgain(reached, nextWait(run, reached));
  const wait = nextWait(run, reached.response);
  if (wait === undefined) {
    const outcome = await readResponse(run, reached);
    return outcome instanceof FetchError ? orAgain(outcome, nextWait(run, outcome)) : outcome;
  }
  discard(reached.response.body);
  return { url: reached.hop.url.href, wait };
}

function orAgain(error: FetchError, wait: number | undefined): FetchError | Again {
  return wait === undefined ? error : { url: error.url, wait };
}

/** How long to wait before the next try, in milliseconds, or `undefined` when there is none. */
function nextWait({ exchange, budget, retry, clock }: Run, ended: FetchError | Response): number | undefined {
  const { attempt: failures, idempotent } = exchange;
  return nextTryIn(retry, ended, { failures, idempotent, left: budget.remaining }, clock);
}

/** Reads the body; what fails here keeps its status and headers. */
async function readResponse(run: Run, reached: Reached): Promise<ResponseSync | FetchError> {
  const { exchange, budget, policy } = run;
  const { response, hop } = reached;
  const url = hop.url.href;
  const known = { status: response.status, headers: response.headers };
  const tooLarge = { ...known, detail: `more than ${policy.maxBodyBytes} bytes` };
  try {
    if (announcesMore(response, hop.method, policy.maxBodyBytes)) {
      discard(response.body);
      return exchange.fail("BODY_TOO_LARGE", url, tooLarge);
    }
    const length = response.headers.get("content-length");
    const announced = length === null || response.headers.has("content-encoding") ? Infinity : Number(length);
    const reading = readBody(response.body, policy.maxBodyBytes, { signal: budget.ended, announced });
    const raced = await budget.race(reading);
    if ("stop" in raced) return exchange.stopped(url, known);
    if (raced.value === undefined) return exchange.fail("BODY_TOO_LARGE", url, tooLarge);
    return snapshot(run, reached, raced.value);
  } catch (cause) {
    return budget.stop === undefined
      ? exchange.fail("NETWORK", url, { ...known, cause })
      : exchange.stopped(url, known);
  }
}

/** Whether the server says itself that the body is too large; then not a byte of it is read. */
function announcesMore(response: Response, method: string, maxBytes: number): boolean {
  if (method === "HEAD" || response.body === null || response.headers.has("content-encoding")) return false;
  return Number(response.headers.get("content-length")) > maxBytes;
}

function snapshot({ exchange }: Run, reached: Reached, bytes: Uint8Array<ArrayBuffer>): ResponseSync | FetchError {
  const { response, lines, hop, redirected } = reached;
  const { status, statusText, headers } = response;
  const url = hop.url.href;
  if (!isStatus(status)) {
    return exchange.fail("INVALID_RESPONSE", url, { status, headers, detail: `status ${status}` });
  }
  const undone = response.body !== null &&
    isDecoded(headers.get("content-encoding"), headers.get("content-length"), bytes);
  const body = response.body === null ? null : holdBody(bytes);
  return revive(ResponseSync, [status, statusText, url, redirected, undone ? withoutEncoding(headers) : lines, body]);
}

function withoutEncoding(headers: Headers): string {
  const decoded = new Headers(headers);
  decoded.delete("content-encoding");
  decoded.delete("content-length");
  return headersToText(decoded);
}
