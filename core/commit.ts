/**
 * Runs what a row stands for and ends the row, so that both happen or neither does.
 *
 * @module
 */
import { isPromiseLike } from "./promise_like.ts";
import type { Row, RowKey, Storage } from "./storage.ts";

/** What became of a row: it ran and is gone, or somebody else had taken it. */
export type CommitResult = "committed" | "gone";

/**
 * Takes the row at `key` and runs it.
 *
 * When `run` returns a plain value, taking the row and everything that `run` wrote are one transaction: it commits
 * exactly once, and when `run` throws, all of it is undone and the row is still there.
 *
 * When `run` returns a promise, the row stays until the promise has fulfilled: a handler that dies halfway runs again
 * (at least once). What it wrote before its first `await` is kept even then. The promise that `commitRow` returns
 * rejects with what the handler rejected with, the row untouched. It does not keep a second caller from running the
 * row meanwhile.
 *
 * @param storage Where the row is.
 * @param key Which row.
 * @param run Called at most once, inside the transaction, with the row.
 * @param stays Guesses whether `run` will return a promise. A right guess saves two rows written: the row is not taken
 * and put back, but taken at the end. A wrong one changes nothing else.
 * @param end What becomes of a row that stays and that `run` has left as it was, in the transaction that ends it: it
 * is taken or, where it recurs, put to its next place, which is one row written where taking it and adding it again
 * would be two.
 * @returns `"gone"` without calling `run` when there is no such row.
 */
export function commitRow(
  storage: Storage,
  key: RowKey,
  run: (row: Row) => unknown,
  stays: boolean,
  end: (row: Row) => void,
): CommitResult | Promise<CommitResult> {
  const result = storage.transaction((): CommitResult | (() => Promise<CommitResult>) => {
    const row = stays ? storage.get(key) : storage.take(key);
    if (row === undefined) return "gone";
    const returned = run(row);
    if (!isPromiseLike(returned)) {
      if (stays) endUnchanged(storage, row, end);
      return "committed";
    }
    // Only now is it known that the handler is asynchronous: the row has to outlive its turn.
    // Should the storage refuse it, nobody waits for the handler, and its failure must not end the process.
    Promise.resolve(returned).catch(() => {});
    if (!stays && storage.get(row) === undefined && !(row.named && storage.find(row.id))) storage.insert(row);
    return async () => {
      await returned;
      storage.transaction(() => endUnchanged(storage, row, end));
      return "committed";
    };
  });
  return typeof result === "string" ? result : result();
}

/** The handler may have cancelled or moved its row, or put another one under its key: that stands. */
function endUnchanged(storage: Storage, row: Row, end: (row: Row) => void): void {
  if (storage.get(row)?.payload === row.payload) end(row);
}
