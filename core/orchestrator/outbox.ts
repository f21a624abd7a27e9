/**
 * Brings outcomes to their origins, and keeps those that are not taken.
 *
 * @module
 */
import type { RetryPolicy } from "../backoff.ts";
import { deliverOnce, type DeliverOptions, redeliveryDelay } from "../fetch/deliver.ts";
import type { Acknowledgement, Job } from "../job.ts";
import type { DeliverTo } from "../requests/origin_address.ts";
import type { Entry } from "./entry.ts";
import type { OrchestratorRows } from "./orchestrator_rows.ts";

/** What an {@linkcode Outbox} works with. */
export interface OutboxOptions extends Omit<DeliverOptions, "deliver" | "signal"> {
  /** Brings messages to their origins. */
  readonly deliverTo: DeliverTo;
}

/** What became of a delivery: taken, nobody will take it any more, not understood, or kept for later. */
export type OutboxResult =
  | { readonly type: "delivered"; readonly answer: Acknowledgement }
  | { readonly type: "undelivered" | "unreadable" }
  | { readonly type: "kept" };

/** Each wait costs a row, so that they grow faster than those of a Worker. */
const REDELIVERY: RetryPolicy = { attempts: Infinity, backoff: 1_000, maxDelay: 60_000, jitter: 0.5 };

/**
 * Sends outcomes. The first sending comes from memory, and costs no row; only an outcome that is not taken is written
 * down, and sent again with back-off until the job's `due`, whatever happens to the orchestrator.
 */
export class Outbox {
  readonly #rows: OrchestratorRows;
  readonly #options: OutboxOptions;

  /** Creates it over the orchestrator's rows. */
  constructor(rows: OrchestratorRows, options: OutboxOptions) {
    this.#rows = rows;
    this.#options = { redelivery: REDELIVERY, ...options };
  }

  /**
   * Sends the outcome of a job that has just ended.
   *
   * @param entry The job's entry; its row becomes that of the outcome when nobody takes it.
   * @param job The job.
   * @param outcome As `encodeOutcome` wrote it.
   */
  async first(entry: Entry, job: Job, outcome: string): Promise<OutboxResult> {
    const result = await this.#send(entry, job, outcome);
    if (result.type !== "kept" || entry.phase === "gone") return result;
    const head = { ...entry.at(this.#nextDue(entry, job)), kind: "outcome" } as const;
    this.#rows.replace(entry.key, head, `${JSON.stringify({ ...job, request: "" })}\n${outcome}`);
    Object.assign(entry, head);
    return result;
  }

  /** Sends an outcome that was kept; `undelivered` when its row is gone. */
  async again(entry: Entry): Promise<OutboxResult> {
    const row = this.#rows.read(entry.key);
    if (row === undefined) return { type: "undelivered" };
    if (row === "unreadable") return { type: row };
    const { job, outcome } = row;
    const result = await this.#send(entry, job, outcome);
    if (result.type !== "kept" || entry.phase === "gone") return result;
    const head = entry.at(this.#nextDue(entry, job));
    this.#rows.change(entry.key, head);
    entry.key = head.key;
    return result;
  }

  async #send(entry: Entry, job: Job, outcome: string): Promise<OutboxResult> {
    const { meta } = entry;
    const sending = meta.sending + 1;
    entry.meta = { ...meta, sending };
    const answer = await deliverOnce({ ...job, attempt: meta.attempt }, outcome, sending, {
      ...this.#options,
      deliver: (message) => this.#options.deliverTo(meta.origin, message),
    });
    if (answer !== undefined) return { type: "delivered", answer };
    return { type: this.#options.clock.now() < job.due ? "kept" : "undelivered" };
  }

  /** At `due` an outcome is sent for the last time. */
  #nextDue(entry: Entry, job: Job): number {
    const delay = Math.max(1, redeliveryDelay(this.#options, entry.meta.sending));
    return Math.min(this.#options.clock.now() + delay, job.due);
  }
}
