/**
 * Runs a row that stays: the recurring counterpart of `commitRow`.
 *
 * @module
 */
import { isPromiseLike } from "../promise_like.ts";
import type { Row, RowKey, Storage } from "../storage.ts";

/**
 * Runs the row at `key` where it lies, then lets `advance` put it to its next place, in one transaction: that is one
 * row written, where taking it and adding it again would be two.
 *
 * The guarantees are those of `commitRow`: exactly once when `run` returns a plain value, and the row unchanged when it
 * throws; at least once when it returns a promise.
 *
 * @param storage Where the row is.
 * @param key Which row.
 * @param run Called at most once, inside of the transaction, with the row.
 * @param advance Called after `run`, unless `run` has cancelled, moved or replaced the row.
 * @returns `"gone"` without calling `run` when there is no such row.
 */
export function advanceRow(
  storage: Storage,
  key: RowKey,
  run: (row: Row) => unknown,
  advance: (row: Row) => void,
): "committed" | "gone" | Promise<"committed"> {
  let running: PromiseLike<unknown> | undefined;
  let row: Row | undefined;
  storage.transaction(() => {
    row = storage.get(key);
    if (row === undefined) return;
    const returned = run(row);
    if (isPromiseLike(returned)) running = returned;
    else advanceUnchanged(storage, row, advance);
  });
  if (row === undefined) return "gone";
  return running === undefined ? "committed" : finish(storage, row, running, advance);
}

async function finish(
  storage: Storage,
  row: Row,
  running: PromiseLike<unknown>,
  advance: (row: Row) => void,
): Promise<"committed"> {
  await running;
  storage.transaction(() => advanceUnchanged(storage, row, advance));
  return "committed";
}

function advanceUnchanged(storage: Storage, row: Row, advance: (row: Row) => void): void {
  if (storage.get(row)?.payload === row.payload) advance(row);
}
