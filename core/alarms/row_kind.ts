/**
 * What a kind of row is to the alarms that run it.
 *
 * @module
 */
import type { Row } from "../storage.ts";

/**
 * What became of a row: it ran and that is committed; somebody else had taken it; its handler failed and the row waits
 * for its next try; its handler failed for the last time and the row is a dead letter.
 */
export type SettleResult = "committed" | "gone" | "retrying" | "dead";

/** How rows of one kind run. Schedules are two kinds; the request ledger registers its own. */
export interface RowKind {
  /**
   * Checks that this release can run the row and, for a recurring one, find its next run.
   *
   * @throws What it throws is reported; the row is put off for five minutes, untouched, in case a deploy mends it.
   */
  check?(row: Row): void;
  /**
   * Does what the row stands for, inside of the transaction that takes it.
   *
   * @param row The row, already taken, or still in place for a kind with `next`.
   * @returns A plain value to commit at once, or a promise: then the row stays until it has fulfilled.
   * @throws What it throws undoes all that it wrote, and the row is tried again later.
   */
  run(row: Row): unknown;
  /**
   * Guesses whether `run` will return a promise. A right guess saves two rows written; a wrong one does no harm.
   * Defaults to no.
   */
  expectsPromise?(row: Row): boolean;
  /** Whether a due run of a recurring row comes too late to be run at all; it is passed over. Defaults to never. */
  passes?(row: Row): boolean;
  /**
   * Where a recurring row goes; a kind without it runs once.
   *
   * @param row The row as it is stored.
   * @param ran Whether its run has committed, or has failed for good and is passed over.
   * @returns The row in its next place, or `undefined` when there is none and the row must go.
   */
  next?(row: Row, ran: boolean): Row | undefined;
  /**
   * Runs the due row from its beginning to its end through {@linkcode Alarms.settle}, for a kind that has to note what
   * becomes of it. Defaults to that call alone.
   */
  settle?(row: Row): SettleResult | Promise<SettleResult>;
  /** Whether an id is in use for something that no row holds yet, but one may: no other row may have it. Defaults to no. */
  holds?(id: string): boolean;
  /**
   * When the kind wants the alarm for something that is no row's due time, in milliseconds since the epoch.
   *
   * @param after Only what comes after this instant, in milliseconds since the epoch.
   */
  nextWake?(after: number): number | undefined;
  /**
   * Called when the alarm fires, before the due rows run. It does not throw.
   *
   * @param now The time by which to judge, in milliseconds since the epoch.
   * @returns A promise that the alarm handler waits for, as it does for asynchronous handlers.
   */
  wake?(now: number): Promise<unknown> | undefined;
}
