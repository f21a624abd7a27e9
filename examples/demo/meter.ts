/**
 * Counts what an object is billed for: rows written to Doze's tables, alarms set, time with something pending.
 *
 * @module
 */
import type { DurableObjectStateLike } from "@doze/fetch/cloudflare";

/** What has been counted since the object was started. */
export interface Counts {
  /** Rows written, as the platform reports them for each statement. */
  rowsWritten: number;
  /** Calls of `setAlarm`. */
  alarms: number;
}

/** The part of a cursor that tells what a statement has cost so far. */
interface Cursor {
  readonly rowsWritten: number;
}

/**
 * Wraps an object's storage in place, before Doze sees it.
 *
 * @returns A function that tells the counts up to the moment.
 */
export function meter(ctx: DurableObjectStateLike): () => Counts {
  const cursors: Cursor[] = [];
  let alarms = 0;
  const { sql } = ctx.storage;
  const exec = sql.exec.bind(sql);
  Object.assign(sql, {
    exec: (query: string, ...bindings: Parameters<typeof exec> extends [string, ...infer B] ? B : never) => {
      const cursor = exec(query, ...bindings);
      if (query.includes("doze_")) cursors.push(cursor as unknown as Cursor);
      return cursor;
    },
  });
  const setAlarm = ctx.storage.setAlarm.bind(ctx.storage);
  Object.assign(ctx.storage, {
    setAlarm: (at: number) => {
      alarms++;
      return setAlarm(at);
    },
  });
  // A statement that returns rows has written them all only once it has been read to its end.
  return () => ({ rowsWritten: cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0), alarms });
}
