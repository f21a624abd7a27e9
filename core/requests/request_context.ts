/**
 * What the parts of one origin's ledger share.
 *
 * @module
 */
import type { Alarms } from "../alarms.ts";
import type { Clock } from "../clock.ts";
import type { Executor } from "../executor.ts";
import type { LedgerEvent } from "./request_event.ts";
import type { RequestMemory } from "./request_memory.ts";
import type { StoredRequest } from "./request_row.ts";
import type { RowKey, Storage } from "../storage.ts";

/** The ports, the memory, and two ways out. */
export interface RequestContext {
  /** Where the rows are. */
  readonly storage: Storage;
  /** Time and jitter. */
  readonly clock: Clock;
  /** Runs rows and arms the alarm. */
  readonly alarms: Alarms;
  /** Performs jobs. */
  readonly executor: Executor;
  /** What this instantiation remembers. */
  readonly memory: RequestMemory;
  /** Names this instantiation. */
  readonly epoch: string;
  /** Runs a continuation on the origin. */
  readonly run: (text: string, result: unknown) => unknown;
  /** Guesses whether a continuation will return a promise; absent: it will not. */
  readonly expectsPromise?: (text: string) => boolean;
  /** Hears what happens; `undefined` when nobody listens, so that nothing is put together for nobody. */
  readonly emit: ((event: LedgerEvent) => void) | undefined;
}

/** When a request was called for, in milliseconds since the epoch, to the millisecond. */
export function startOf(due: number, stored: Pick<StoredRequest, "timeout" | "grace">): number {
  return due - stored.grace - stored.timeout;
}

/** Tells whoever listens. */
export function tell(
  context: RequestContext,
  type: LedgerEvent["type"],
  key: RowKey,
  stored: Pick<StoredRequest, "attempt" | "timeout" | "grace">,
  more: Pick<LedgerEvent, "outcome" | "error"> = {},
): void {
  if (context.emit === undefined) return;
  const at = context.clock.now();
  // A delivery does not tell these two, and a row has no NaN: JSON writes null.
  const known = Number.isFinite(stored.timeout) && Number.isFinite(stored.grace);
  context.emit({
    type,
    id: key.id,
    at,
    attempt: stored.attempt,
    elapsed: known ? Math.max(0, at - startOf(key.due, stored)) : undefined,
    ...more,
  });
}
