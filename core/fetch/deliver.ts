/**
 * Bringing an outcome to its origin: again until it is acknowledged.
 *
 * @module
 */
import { retryDelay, type RetryPolicy } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import { FetchBudget } from "./fetch_budget.ts";
import { type Acknowledgement, type Delivery, type Job, JOB_VERSION, type Message } from "../job.ts";
import type { StopSignal } from "./stop_signal.ts";

/** How to bring an outcome to its origin. */
export interface DeliverOptions {
  /** Whose time and timers count. */
  readonly clock: Clock;
  /**
   * Hands a message to the origin. Its promise fulfils with the answer once the origin's transition is committed;
   * when it throws, rejects, or takes longer than `deliveryTimeout`, the same outcome is sent again.
   */
  readonly deliver: (message: Message) => Acknowledgement | Promise<Acknowledgement>;
  /** Ends the deliveries: what was sent may have arrived. */
  readonly signal?: StopSignal;
  /** How long to wait for one answer, in milliseconds. Default: 10,000. */
  readonly deliveryTimeout?: number;
  /** Waits between deliveries; `attempts` is not looked at, `grace` ends them. Default: 100 ms to 5 s, half by chance. */
  readonly redelivery?: RetryPolicy;
}

/** How long to wait for an answer: enough for an object that starts. One more sending that crosses it is harmless. */
const ANSWER_TIMEOUT_MS = 10_000;
const REDELIVERY: RetryPolicy = { attempts: Infinity, backoff: 100, maxDelay: 5_000, jitter: 0.5 };

/**
 * Delivers an outcome until the origin has acknowledged it or the job's `due` has passed. At `due` it is sent a last
 * time: it counts as late then, and the origin reports it. An outcome is always sent once, however late.
 *
 * @param job The job that it answers.
 * @param outcome As `encodeOutcome` wrote it.
 * @param options Where to deliver, by whose clock.
 * @returns The origin's answer; `"undelivered"` when there was none. It never rejects.
 */
export async function deliverUntilDue(
  job: Job,
  outcome: string,
  options: DeliverOptions,
): Promise<Acknowledgement | "undelivered"> {
  const { clock, signal } = options;
  for (let sending = 1;; sending++) {
    const answer = await deliverOnce(job, outcome, sending, options);
    if (answer !== undefined) return answer;
    const left = job.due - clock.now();
    if (left <= 0) return "undelivered";
    const stopped = await sleep(clock, Math.min(redeliveryDelay(options, sending), left), signal);
    if (stopped) return "undelivered";
  }
}

/**
 * Sends an outcome once.
 *
 * @param job The job that it answers.
 * @param outcome As `encodeOutcome` wrote it.
 * @param sending How often it has been sent, this time included.
 * @param options Where to deliver, by whose clock.
 * @returns The origin's answer, or `undefined` when none came: it may have arrived all the same. It never rejects.
 */
export async function deliverOnce(
  job: Job,
  outcome: string,
  sending: number,
  options: DeliverOptions,
): Promise<Acknowledgement | undefined> {
  const answer = await sendOnce(delivery(job, outcome, sending), options);
  return answer !== undefined && ["settled", "late", "unknown"].includes(answer) ? answer : undefined;
}

/**
 * Sends a message once.
 *
 * @param message The message.
 * @param options Where to deliver, by whose clock.
 * @returns The origin's answer, or `undefined` when none came: it may have arrived all the same. It never rejects.
 */
export async function sendOnce(message: Message, options: DeliverOptions): Promise<Acknowledgement | undefined> {
  const { clock, deliver, deliveryTimeout = ANSWER_TIMEOUT_MS, signal } = options;
  const budget = new FetchBudget(clock, deliveryTimeout, signal);
  try {
    // The call itself may throw, as a stub of a broken object does.
    const raced = await budget.race(Promise.resolve(deliver(message)));
    return "stop" in raced ? undefined : raced.value;
  } catch {
    // Why it failed does not matter: the origin may be restarting, or the message may have been lost.
    return undefined;
  } finally {
    budget.close();
  }
}

/** How long to wait before an outcome that was sent `sending` times is sent again, in milliseconds. */
export function redeliveryDelay(options: Pick<DeliverOptions, "clock" | "redelivery">, sending: number): number {
  return retryDelay(options.redelivery ?? REDELIVERY, sending, options.clock.random());
}

function delivery(job: Job, outcome: string, sending: number): Delivery {
  const { id, due, token, attempt, carried } = job;
  const message = { type: "outcome", v: JOB_VERSION, id, due, token, attempt, sending, outcome } as const;
  return carried === undefined ? message : { ...message, carried };
}

/** Waits; tells whether the signal has ended the wait. */
async function sleep(clock: Clock, ms: number, signal: StopSignal | undefined): Promise<boolean> {
  const budget = new FetchBudget(clock, Infinity, signal);
  const stop = await budget.sleep(ms);
  budget.close();
  return stop !== undefined;
}
