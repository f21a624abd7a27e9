/**
 * What every executor does with a job: fetch, then deliver until it is acknowledged.
 *
 * @module
 */
import { retryDelay, type RetryPolicy } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { encodeOutcome } from "./encode_outcome.ts";
import { FetchBudget } from "./fetch_budget.ts";
import { type Acknowledgement, type Delivery, type Job, JOB_VERSION, type Message } from "./job.ts";
import { runFetch, type RunFetchOptions } from "./run_fetch.ts";

/** What {@linkcode performJob} works with. */
export interface PerformJobOptions extends RunFetchOptions {
  /**
   * Hands a message to the origin. Its promise fulfils with the answer once the origin's transition is committed;
   * when it throws, rejects, or takes longer than `deliveryTimeout`, the same outcome is sent again.
   */
  readonly deliver: (message: Message) => Acknowledgement | Promise<Acknowledgement>;
  /**
   * Called as the fetch begins; for what goes on beside it, as heartbeats do. It must not fail.
   *
   * @param job The job.
   * @param giveUp Ends the job: the fetch is aborted and nothing is delivered.
   * @returns Called when the outcome is there and waited for before it is sent.
   */
  readonly accompany?: (job: Job, giveUp: () => void) => () => void | Promise<void>;
  /** Most bytes of one delivery, as structured clone or UTF-8 counts them. Default: 32 MiB less 64 KiB. */
  readonly maxDeliveryBytes?: number;
  /** How long to wait for one answer, in milliseconds. Default: 10,000. */
  readonly deliveryTimeout?: number;
  /** Waits between deliveries; `attempts` is not looked at, `grace` ends them. Default: 100 ms to 5 s, half by chance. */
  readonly redelivery?: RetryPolicy;
}

/** One RPC carries 32 MiB (https://developers.cloudflare.com/workers/runtime-apis/rpc/); the rest is for its envelope. */
const MAX_DELIVERY_BYTES = 32 * 1024 * 1024 - 64 * 1024;
/** Long enough for an object that starts; a redelivery that crosses a slow answer is harmless. */
const DELIVERY_TIMEOUT_MS = 10_000;
const REDELIVERY: RetryPolicy = { attempts: Infinity, backoff: 100, maxDelay: 5_000, jitter: 0.5 };

/**
 * Performs a job: fetches, and delivers the outcome until the origin has acknowledged it or the job's `due` has
 * passed. At `due` it is sent a last time: it counts as late then, and the origin reports it. An outcome is always sent
 * once, however late.
 *
 * It does not promise that the origin has it: `"undelivered"` says that no answer came, while one of the deliveries
 * may have arrived.
 *
 * @param job The job.
 * @param options Where to fetch, where to deliver, by whose clock.
 * @returns The origin's answer; `"undelivered"` when there was none, or when the job was given up. It never rejects.
 */
export async function performJob(job: Job, options: PerformJobOptions): Promise<Acknowledgement | "undelivered"> {
  const controller = new AbortController();
  const giveUp = () => controller.abort();
  options.signal?.addEventListener("abort", giveUp, { once: true });
  if (options.signal?.aborted === true) giveUp();
  const { signal } = controller;
  try {
    const finish = options.accompany?.(job, giveUp);
    const outcome = await runFetch(job, { fetch: options.fetch, clock: options.clock, signal });
    await finish?.();
    if (signal.aborted) return "undelivered";
    const text = encodeOutcome(outcome, job, options.maxDeliveryBytes ?? MAX_DELIVERY_BYTES);
    return await deliverUntilDue(job, text, { ...options, signal });
  } finally {
    options.signal?.removeEventListener("abort", giveUp);
  }
}

async function deliverUntilDue(
  job: Job,
  outcome: string,
  options: PerformJobOptions & { readonly signal: AbortSignal },
): Promise<Acknowledgement | "undelivered"> {
  const { clock, signal } = options;
  for (let sending = 1;; sending++) {
    const answer = await deliverOnce(delivery(job, outcome, sending), options);
    if (answer !== undefined) return answer;
    const left = job.due - clock.now();
    if (left <= 0 || signal.aborted) return "undelivered";
    const wait = retryDelay(options.redelivery ?? REDELIVERY, sending, clock.random());
    await sleep(clock, Math.min(wait, left), signal);
    if (signal.aborted) return "undelivered";
  }
}

function delivery(job: Job, outcome: string, sending: number): Delivery {
  const { id, due, token, attempt, carried } = job;
  const message = { type: "outcome", v: JOB_VERSION, id, due, token, attempt, sending, outcome } as const;
  return carried === undefined ? message : { ...message, carried };
}

/** The origin's answer to one delivery, or `undefined` when none came. */
async function deliverOnce(message: Delivery, options: PerformJobOptions): Promise<Acknowledgement | undefined> {
  const budget = new FetchBudget(options.clock, options.deliveryTimeout ?? DELIVERY_TIMEOUT_MS, options.signal);
  try {
    // The call itself may throw, as a stub of a broken object does.
    const raced = await budget.race(Promise.resolve(options.deliver(message)));
    if ("stop" in raced) return undefined;
    return ["settled", "late", "unknown"].includes(raced.value) ? raced.value : undefined;
  } catch {
    // Why it failed does not matter: the origin may be restarting, or the message may have been lost.
    return undefined;
  } finally {
    budget.close();
  }
}

async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const budget = new FetchBudget(clock, Infinity, signal);
  await budget.sleep(ms);
  budget.close();
}
