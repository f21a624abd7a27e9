/**
 * An executor that performs jobs as a Worker does, with a `fetch` that a test writes and a way back that it may cut.
 *
 * @module
 */
import type { Executor } from "../../core/executor.ts";
import type { Acknowledgement, Job, Message } from "../../core/job.ts";
import { performJob } from "../../core/fetch/perform_job.ts";
import { LedgerHost, type LedgerOptions } from "./ledger_host.ts";

/** What stands in for the network: as `fetch`, from a URL and what the runtime is given besides. */
export type Network = (url: string, init: RequestInit) => Promise<Response>;

/** Performs every job that it is given, by the host's clock. */
export class PerformingExecutor implements Executor {
  readonly maxTimeout = Infinity;
  readonly jobs: Job[] = [];
  readonly sent: Message[] = [];
  readonly answers: (Acknowledgement | "undelivered")[] = [];
  network: Network;
  /** The way back to the origin. */
  carry: (message: Message) => Acknowledgement | Promise<Acknowledgement> = () => "unknown";
  readonly #host: () => LedgerHost;
  readonly #running = new Map<string, AbortController>();

  constructor(network: Network, host: () => LedgerHost) {
    this.network = network;
    this.#host = host;
  }

  dispatch(job: Job): void {
    this.jobs.push(job);
    const controller = new AbortController();
    this.#running.set(`${job.id}/${job.token}`, controller);
    performJob(job, {
      clock: this.#host().clock,
      signal: controller.signal,
      fetch: (input, init) => this.network(String(input), init ?? {}),
      deliver: (message) => {
        this.sent.push(message);
        return this.carry(message);
      },
    }).then((answer) => this.answers.push(answer));
  }

  abort(id: string, token: string): void {
    this.#running.get(`${id}/${token}`)?.abort();
  }

  /** Ends everything that runs, without a word to anybody, as the death of a process does. */
  die(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  /** How many messages of a type were sent. */
  count(type: Message["type"]): number {
    return this.sent.filter((message) => message.type === type).length;
  }
}

/** A host whose jobs are performed. */
export function performing(network: Network, options: Omit<LedgerOptions, "executor"> = {}) {
  const executor: PerformingExecutor = new PerformingExecutor(network, () => host);
  const host: LedgerHost = new LedgerHost({ ...options, executor });
  executor.carry = (message) => host.requests.deliver(message);
  return { host, executor };
}

/** A server that answers after a while, and stops when it is told to. */
export function slow(host: () => LedgerHost, ms: number, text = "hello"): Network {
  return (_url, { signal }) =>
    new Promise((resolve, reject) => {
      const stop = host().clock.setTimeout(() => resolve(new Response(text)), ms);
      signal?.addEventListener("abort", () => {
        stop();
        reject(signal.reason);
      });
    });
}
