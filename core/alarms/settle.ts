/**
 * Runs a row, and decides what becomes of it when it fails: a later try, or a dead letter.
 *
 * @module
 */
import { retryDelay, type RetryPolicy, retryPolicy } from "../backoff.ts";
import type { RowReport } from "./alarm_events.ts";
import type { Clock } from "../clock.ts";
import { commitRow } from "../commit.ts";
import { bury } from "./dead_letters.ts";
import type { RowKind, SettleResult } from "./row_kind.ts";
import { decodePayload, encodePayload, failureRecord, type RowMeta } from "./row_payload.ts";
import { dueOf, type RowTable } from "./row_table.ts";
import { QuarantinedError, UnknownRowKindError } from "./schedule_errors.ts";
import type { Row, RowKey, Storage } from "../storage.ts";
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
  /** The kinds of rows, by name. */
  readonly kinds: ReadonlyMap<string, RowKind>;
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
  /** The asynchronous handlers that run at this moment, by row. After a restart nothing runs, and nothing is joined. */
  readonly #running = new Map<string, Promise<SettleResult>>();

  /** Creates it over its parts. */
  constructor(parts: SettlerParts) {
    this.#parts = parts;
  }

  /** Whether the asynchronous handler of the row with this id runs at this moment. */
  isRunning(id: string): boolean {
    return this.#running.has(id);
  }

  /**
   * How to run a row.
   *
   * @throws {UnknownRowKindError} (`UNKNOWN_ROW_KIND`) when nobody has registered its kind.
   */
  kindOf(row: Row): RowKind {
    const kind = this.#parts.kinds.get(row.kind);
    if (kind === undefined) throw new UnknownRowKindError(row.kind);
    return kind;
  }

  /**
   * Runs a row, found in this turn, as its kind does. A second call for the same row, while its asynchronous handler
   * runs, joins the first.
   *
   * @returns What became of the row; a promise when its handler returned one.
   * @throws {UnknownRowKindError} (`UNKNOWN_ROW_KIND`) when nobody has registered its kind.
   * @throws What `isPlatformFailure` recognises, thrown or as a rejection; the row stays as it was.
   */
  settle(found: Row, options: SettleOptions = {}): SettleResult | Promise<SettleResult> {
    const { id } = found;
    const running = this.#running.get(id);
    if (running !== undefined) return running;
    const result = this.#run(found, options);
    if (typeof result === "string") return result;
    const joined = result.finally(() => this.#running.delete(id));
    this.#running.set(id, joined);
    return joined;
  }

  #run(found: Row, options: SettleOptions): SettleResult | Promise<SettleResult> {
    const kind = this.kindOf(found);
    const { storage, table } = this.#parts;
    const { run = (row: Row) => kind.run(row), expectsPromise = (row: Row) => kind.expectsPromise?.(row) } = options;
    let row: Row | undefined;
    let ran = true;
    const runOrPass = (taken: Row): unknown => {
      row = taken;
      if (kind.next !== undefined) {
        table.noteCron(taken);
        ran = kind.passes?.(taken) !== true;
      }
      return ran ? run(taken) : undefined;
    };
    const failed = (error: unknown): SettleResult => this.#failed(row, kind, error, options);
    try {
      const stays = kind.next !== undefined || expectsPromise(found) === true;
      const result = commitRow(storage, found, runOrPass, stays, (left) => this.#advance(left, kind, ran));
      return result instanceof Promise ? result.catch(failed) : result;
    } catch (error) {
      return failed(error);
    }
  }

  /** Puts a row to its next run, or removes it when there is none. */
  #advance(row: Row, kind: RowKind, ran: boolean): void {
    const { storage, table, wake } = this.#parts;
    const next = kind.next?.(row, ran);
    if (next === undefined) {
      storage.take(row);
      return;
    }
    table.relocate(row, next.due, next.payload);
    wake.ensureArmed(dueOf(next) ?? Infinity);
  }

  #failed(row: Row | undefined, kind: RowKind, error: unknown, options: SettleOptions): SettleResult {
    const { clock, storage, wake, isPlatformFailure, report } = this.#parts;
    if (row === undefined || isPlatformFailure(error)) throw error;
    const result = storage.transaction(() => {
      // An asynchronous handler may have cancelled or replaced its own row before it failed.
      if (storage.get(row)?.payload !== row.payload) return "gone";
      const { failures, retry, payload } = this.#failure(row, error, 1, options.keep?.(row));
      const policy = retryPolicy(retry, this.#parts.retry);
      if (failures < policy.attempts) {
        const due = clock.now() + Math.max(1, retryDelay(policy, failures, clock.random()));
        wake.putOff(row, due, payload);
        return "retrying";
      }
      bury(storage, row, payload, kind.next !== undefined);
      this.#advance(row, kind, false);
      return "dead";
    });
    if (result !== "gone") report(row, result, error);
    return result;
  }

  /** What a row becomes by a failure: its text, with what went wrong and `kept` as its body. */
  #failure(row: Row, error: unknown, times: number, kept?: string): RowMeta & { failures: number; payload: string } {
    const { meta, body } = decodePayload(row.payload);
    const failures = (meta.failures ?? 0) + times;
    const failed = {
      ...meta,
      failures,
      due: meta.due ?? dueOf(row),
      error: failureRecord(error, this.#parts.clock.now()),
    };
    return { ...failed, payload: encodePayload(kept ?? body, failed) };
  }

  /**
   * Makes a dead letter of a row that has killed its object.
   *
   * @param key Where the row is.
   * @param deaths How often.
   * @returns Whether there is such a row.
   */
  quarantine(key: RowKey, deaths: number): boolean {
    const { storage, report } = this.#parts;
    const row = storage.get(key);
    if (row === undefined) return false;
    const error = new QuarantinedError(row.id, deaths);
    storage.transaction(() => bury(storage, row, this.#failure(row, error, deaths).payload, false));
    report(row, "quarantined", error);
    return true;
  }
}
