/**
 * Hands jobs to the executor, once it is certain that they are wanted.
 *
 * @module
 */
import { isPromiseLike } from "../promise_like.ts";
import { type Carried, type Durability, type Job, JOB_VERSION } from "../job.ts";
import { type RequestContext, startOf, tell } from "./request_context.ts";
import { verdict } from "./request_outcome.ts";
import type { Redispatch, StoredRequest } from "./request_row.ts";
import type { RequestRunner } from "./request_runner.ts";
import { transition } from "../request_state.ts";
import { viewRequest } from "./request_view.ts";
import type { RowKey } from "../storage.ts";

/** What a job is made of. */
export interface JobParts {
  /** Its key. */
  readonly key: RowKey;
  /** What its row holds, or would hold. */
  readonly stored: StoredRequest;
  /** The request and how to perform it. */
  readonly again: Redispatch;
  /** What is promised of it. */
  readonly durability: Durability;
  /** As in `Job.persistAfter`, in milliseconds. */
  readonly persistAfter?: number;
}

/** Makes and sends jobs. */
export class RequestDispatch {
  readonly #context: RequestContext;
  readonly #runner: RequestRunner;

  /** Creates it over what the ledger shares. */
  constructor(context: RequestContext, runner: RequestRunner) {
    this.#context = context;
    this.#runner = runner;
  }

  /**
   * Makes a job.
   *
   * @param timeout What is left of the budget, in milliseconds. Defaults to all of it.
   */
  job(parts: JobParts, timeout: number = parts.stored.timeout): Job {
    const { key, stored, again, durability, persistAfter } = parts;
    const { token, attempt, grace, heartbeat, lease, onLate, onAmbiguous, continuation } = stored;
    const watched = durability === "deferred" && lease !== undefined;
    const carried: Carried = {
      epoch: this.#context.epoch,
      durability,
      ...(durability === "deferred" ? { continuation } : {}),
      ...(onLate === undefined ? {} : { onLate }),
      ...(onAmbiguous === undefined ? {} : { onAmbiguous }),
      ...(watched ? { until: Math.floor(startOf(key.due, stored) + lease) } : {}),
    };
    return {
      v: JOB_VERSION,
      ...key,
      ...{ token, attempt, request: again.request, timeout, grace, policy: again.policy, retry: again.retry },
      ...(heartbeat === undefined ? {} : { heartbeat }),
      ...(persistAfter === undefined ? {} : { persistAfter }),
      carried,
      ...(again.via === undefined ? {} : { via: again.via }),
    };
  }

  /**
   * Sends a job in a microtask, if its request is still open then: a surrounding transaction may have been undone,
   * or the request cancelled.
   */
  send(job: Job): void {
    // Not by queueMicrotask, which costs ten times as much on Cloudflare.
    Promise.resolve().then(() => {
      try {
        const view = viewRequest(this.#context, job, job.token);
        if (view?.state.phase !== "open" || view.state.attempt !== job.attempt) {
          if (view?.row === undefined && view?.state.phase === "absent") this.#context.memory.forget(job);
          return;
        }
        this.#hand(job, view.stored ?? job);
      } catch { /* the storage is gone, and this instantiation with it: the row, if it was kept, tells the next one */ }
    });
  }

  #hand(job: Job, stored: Pick<StoredRequest, "attempt" | "timeout" | "grace">): void {
    tell(this.#context, "dispatched", job, stored);
    try {
      const accepted = this.#context.executor.dispatch(job);
      if (isPromiseLike(accepted)) Promise.resolve(accepted).catch((error) => this.#unreachable(job, error, false));
    } catch (error) {
      this.#unreachable(job, error, true);
    }
  }

  /** Ends a request whose job was not accepted. `refused`: it certainly never left. */
  #unreachable(job: Job, error: unknown, refused: boolean): void {
    try {
      const view = viewRequest(this.#context, job, job.token);
      const stored = view?.stored;
      if (view === undefined || stored === undefined) return;
      const unsure = stored.deferred === true && !refused;
      if (transition(view.state, { type: "unreachable", attempt: job.attempt }).action !== "run") return;
      tell(this.#context, "unreachable", job, stored, { error });
      const outcome = verdict(
        "EXECUTOR_UNREACHABLE",
        stored,
        { due: job.due, now: this.#context.clock.now() },
        refused,
      );
      const ended = unsure ? { ...stored, unsure } : stored;
      const ending = {
        key: job,
        stored: ended,
        outcome,
        named: view.row?.named ?? view.live?.named ?? false,
        kept: false,
      };
      const result = this.#runner.settle(view.row, ending);
      // A failure of the platform leaves the row as it was: its deadline is the next chance.
      if (typeof result !== "string") result.catch(() => {});
    } catch { /* as above */ }
  }

  /** Asks the executor to give a job up, once it is certain that the request is gone. It may not listen. */
  abort(key: RowKey, token: string): void {
    const { executor } = this.#context;
    if (executor.abort === undefined) return;
    queueMicrotask(() => {
      try {
        if (viewRequest(this.#context, key, token)?.state.phase !== "absent") return;
        const asked = executor.abort?.(key.id, token);
        if (isPromiseLike(asked)) Promise.resolve(asked).catch(() => {});
      } catch { /* as above */ }
    });
  }

  /** How much of a request's budget is left, in milliseconds. */
  remaining(key: RowKey, stored: StoredRequest): number {
    return startOf(key.due, stored) + stored.timeout - this.#context.clock.now();
  }
}
