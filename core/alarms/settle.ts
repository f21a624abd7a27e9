/**
 * Runs a row, and decides what becomes of it when it fails: a later try, or a dead letter.
 *
 * @module
 */
import { retryDelay, type RetryPolicy, retryPolicy } from "../backoff.ts";
import type { RowReport } from "./alarm_events.ts";
import type { Clock } from "../clock.ts";
import { commitRow, Running } from "../commit.ts";
import { bury } from "./dead_letters.ts";
import type { RowKind, SettleResult } from "./row_kind.ts";
import { decodePayload, encodePayload, failureRecord } from "./row_payload.ts";
import { CRON_DUE, dueOf, type RowTable } from "./row_table.ts";
import type { Row, Storage } from "../storage.ts";
import type { Wake } from "./wake.ts";

export type { SettleResult } from "./row_kind.ts";

/** What {@linkcode Settler} works with. */
export interface SettlerParts {
  /** Where the rows are. */
  readonly storage: Storage;
  /** Time and jitter. */
  readonly clock: Clock;
  /** The view of the storage. */
  readonly table: RowTable;
  /** The alarm. */
  readonly wake: Wake;
  /** What stands where a row names no retry options of its own. */
  readonly retry: RetryPolicy;
  /** Whether an error is the platform's, not the handler's. */
  readonly isPlatformFailure: (error: unknown) => boolean;
  /** Hears what became of a failed try. */
  readonly report: RowReport;
}

/** How to run a row. */
export interface SettleOptions {
  /** Runs the row inside of the transaction that takes it. Defaults to the `run` of the row's kind. */
  readonly run?: (row: Row) => unknown;
  /** After a failure: the body that the row keeps for its next try. Defaults to the body that it has. */
  readonly keep?: (row: Row) => string;
  /** As {@linkcode RowKind.expectsPromise}, which it replaces. */
  readonly expectsPromise?: (row: Row) => boolean;
}

/** Runs rows, each at most once at a time. */
export class Settler {
  readonly #parts: SettlerParts;
  readonly #running = new Running<SettleResult>();

  /** Creates it over its parts. */
  constructor(parts: SettlerParts) {
    this.#parts = parts;
  }

  /** Whether the asynchronous handler of the row with this id runs at this moment. */
  isRunning(id: string): boolean {
    return this.#running.has(id);
  }

  /**
   * Runs a row, found in this turn, as `kind` does. A second call for the same row, while its asynchronous handler runs, joins
   * the first.
   *
   * @returns What became of the row; a promise when its handler returned one.
   * @throws What `isPlatformFailure` recognises, thrown or as a rejection; the row stays as it was.
   */
  settle(found: Row, kind: RowKind, options: SettleOptions = {}): SettleResult | Promise<SettleResult> {
    return this.#running.join(found.id, () => {
      let row: Row | undefined;
      function run(taken: Row): unknown {
        row = taken;
        return options.run === undefined ? kind.run(taken) : options.run(taken);
      }
      try {
        const result = this.#commit(found, kind, run, options);
        return result instanceof Promise ? result.catch((error) => this.#failed(row, kind, error, options)) : result;
      } catch (error) {
        return this.#failed(row, kind, error, options);
      }
    });
  }

  #commit(
    row: Row,
    kind: RowKind,
    run: (row: Row) => unknown,
    options: SettleOptions,
  ): SettleResult | Promise<SettleResult> {
    const { storage, table } = this.#parts;
    if (kind.next === undefined) {
      const stays = options.expectsPromise === undefined ? kind.expectsPromise?.(row) : options.expectsPromise(row);
      return commitRow(storage, row, run, stays);
    }
    let ran = true;
    const runOrPass = (found: Row) => {
      table.noteCron(found);
      ran = kind.passes?.(found) !== true;
      return ran ? run(found) : undefined;
    };
    return commitRow(storage, row, runOrPass, true, (found) => this.#advance(found, kind, ran));
  }

  /** Puts a recurring row to its next run, or removes it when there is none. */
  #advance(row: Row, kind: RowKind, ran: boolean): void {
    const { storage, table, wake } = this.#parts;
    const next = kind.next?.(row, ran);
    if (next === undefined) {
      storage.take(row);
      return;
    }
    table.relocate(row, next.due, next.payload);
    wake.ensureArmed(dueOf(next) ?? next.due);
  }

  #failed(row: Row | undefined, kind: RowKind, error: unknown, options: SettleOptions): SettleResult {
    const { storage, isPlatformFailure, report } = this.#parts;
    if (row === undefined || isPlatformFailure(error)) throw error;
    const failed = row;
    const result = storage.transaction(() => {
      // An asynchronous handler may have cancelled or replaced its own row before it failed.
      if (storage.get(failed)?.payload !== failed.payload) return "gone";
      return this.#postpone(failed, kind, error, options);
    });
    if (result !== "gone") report(failed, result, error);
    return result;
  }

  #postpone(row: Row, kind: RowKind, error: unknown, options: SettleOptions): "retrying" | "dead" {
    const { clock, table, wake, retry } = this.#parts;
    const { meta, body } = decodePayload(row.payload);
    const failures = (meta.failures ?? 0) + 1;
    const policy = retryPolicy(meta.retry, retry);
    const kept = options.keep?.(row) ?? body;
    const marked = { ...meta, failures, due: meta.due ?? dueOf(row), error: failureRecord(error, clock.now()) };
    if (failures < policy.attempts) {
      const due = clock.now() + Math.max(1, retryDelay(policy, failures, clock.random()));
      table.relocate(row, row.due >= CRON_DUE ? CRON_DUE + due : due, encodePayload(kept, marked));
      wake.ensureArmed(due);
      return "retrying";
    }
    bury(this.#parts.storage, row, encodePayload(kept, marked), kind.next !== undefined);
    if (kind.next !== undefined) this.#advance(row, kind, false);
    return "dead";
  }
}
