/**
 * Ends a request: takes it and runs its continuation, so that both happen or neither does.
 *
 * @module
 */
import { isPromiseLike } from "../promise_like.ts";
import { type RequestContext, tell } from "./request_context.ts";
import type { Outcome } from "./request_outcome.ts";
import { bodyWithOutcome, requestRow, type StoredRequest } from "./request_row.ts";
import { type RequestState, transition } from "../request_state.ts";
import type { SettleResult } from "../alarms/row_kind.ts";
import type { Row, RowKey } from "../storage.ts";
import { bury } from "./tombstone.ts";

/** A request that is to end, and what to end it with. */
export interface Ending {
  /** `due` as in `Job.due`, which is not where a kept row lies. */
  readonly key: RowKey;
  /** The request. */
  readonly stored: StoredRequest;
  /** What the continuation is run with. */
  readonly outcome: Outcome;
  /** Whether the request's id is the caller's. */
  readonly named: boolean;
  /** Whether the outcome had been kept after an earlier failure. */
  readonly kept: boolean;
}

/** Runs continuations of one origin. */
export class RequestRunner {
  readonly #context: RequestContext;

  /** Creates it over what the ledger shares. */
  constructor(context: RequestContext) {
    this.#context = context;
  }

  /**
   * Ends a request. When its handler throws, a row keeps the outcome for a later try: the one that held the request, or
   * one that is written only then.
   *
   * @param row The row that holds the request, read in this turn; `undefined` when none does.
   * @param ending The request and its outcome.
   * @throws What the platform threw, as the alarms tell it; the request stays as it was.
   */
  settle(row: Row | undefined, ending: Ending): SettleResult | Promise<SettleResult> {
    if (row === undefined) return this.#follow(this.#runUnwritten(ending), ending, false);
    const { alarms } = this.#context;
    const { stored, outcome } = ending;
    return this.#follow(
      alarms.settle(row, {
        run: () => this.#run(ending),
        keep: () => bodyWithOutcome(stored, outcome),
        expectsPromise: () => this.#context.expectsPromise?.(stored.continuation) === true,
      }),
      ending,
      true,
    );
  }

  /** Runs a continuation for a late outcome. What it throws is tried again from a row of its own. */
  runLate(ending: Ending): void {
    const result = this.#runUnwritten(ending);
    // A failure of the platform: the executor has its answer, and nothing is left to try.
    if (typeof result !== "string") result.catch(() => {});
  }

  #run(ending: Ending): unknown {
    const { stored: { token, continuation }, outcome } = ending;
    const { memory: { begun }, run } = this.#context;
    begun.add(token);
    try {
      const returned = run(continuation, outcome.value());
      if (!isPromiseLike(returned)) this.#bury(ending);
      return returned;
    } finally {
      begun.delete(token);
    }
  }

  /** Leaves a tombstone, where a message may still be under way that would bring the request back. */
  #bury({ key, stored: { token, attempt, unsure }, outcome }: Ending): void {
    if (unsure === true) bury(this.#context, key.due, token, outcome.delivered ? attempt : undefined);
  }

  #runUnwritten(ending: Ending): SettleResult | Promise<SettleResult> {
    const { storage } = this.#context;
    let returned: unknown;
    try {
      returned = storage.transaction(() => this.#run(ending));
    } catch (error) {
      return this.#keepUnwritten(ending, error);
    }
    if (!isPromiseLike(returned)) return "committed";
    return Promise.resolve(returned).then(
      () => "committed" as const,
      (error) => this.#keepUnwritten(ending, error),
    );
  }

  /** Writes the row that was not needed so far, and lets it fail with the handler's error. */
  #keepUnwritten(ending: Ending, error: unknown): SettleResult | Promise<SettleResult> {
    const { storage, alarms } = this.#context;
    const { key, stored, outcome, named } = ending;
    return storage.transaction(() => {
      storage.insert(requestRow(key, stored, named));
      return alarms.settle(key, { run: () => fail(error), keep: () => bodyWithOutcome(stored, outcome) });
    });
  }

  #follow(
    result: SettleResult | Promise<SettleResult>,
    ending: Ending,
    row: boolean,
  ): SettleResult | Promise<SettleResult> {
    if (typeof result === "string") return this.#finish(result, ending, row);
    const { memory } = this.#context;
    const { key: { id }, stored: { attempt, token }, outcome: { delivered }, kept } = ending;
    const done = result.finally(() => memory.running.delete(id)).then((end) => {
      if (end === "committed") this.#bury(ending);
      return this.#finish(end, ending, row);
    });
    memory.running.set(id, { attempt, delivered, kept, row, token, done });
    return done;
  }

  #finish(result: SettleResult, ending: Ending, row: boolean): SettleResult {
    const { memory, clock } = this.#context;
    const { key, stored, outcome: { delivered }, kept } = ending;
    if (result === "gone") return result;
    const running: RequestState = { phase: "running", row, attempt: stored.attempt, delivered, kept };
    const event = result === "committed"
      ? { type: "committed" } as const
      : { type: "threw", last: result === "dead" } as const;
    const { state } = transition(running, event);
    memory.unwrite(key.id);
    // A handler that asks again under its own id has a live request there that is not this one.
    if (memory.live.get(key.id)?.job.token === stored.token) memory.drop(key.id);
    if (state.phase === "absent") {
      memory.end(stored.token, key.due, clock.now(), state.known === "settled" ? state.attempt : undefined);
    }
    tell(this.#context, result === "committed" ? "settled" : result, key, stored);
    return result;
  }
}

function fail(error: unknown): never {
  throw error;
}
