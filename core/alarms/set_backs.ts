/**
 * Rows that met a failure of the platform, and when each may run again: a failure that lasts must neither turn into a
 * loop nor keep the rows after it from running.
 *
 * @module
 */
import { retryDelay, type RetryPolicy } from "../backoff.ts";

/** Longest that a row is set back, in milliseconds. */
const LONGEST_MS = 60_000;
/** How long to wait while the platform fails: 1 s at first, doubled with each further failure. */
export const WHILE_FAILING: RetryPolicy = { attempts: Infinity, backoff: 1_000, maxDelay: LONGEST_MS, jitter: 0 };
/** How long after its time a row that has not come back is forgotten, in milliseconds: it may be gone. */
const FORGET_MS = 10 * LONGEST_MS;

interface SetBack {
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** What one object remembers of them; a storage that fails cannot keep it. */
export class SetBacks {
  readonly #rows = new Map<string, SetBack>();

  /** Notes that a row has met a failure of the platform. */
  add(id: string, now: number): void {
    const failures = (this.#rows.get(id)?.failures ?? 0) + 1;
    for (const [other, { until }] of this.#rows) {
      if (until + FORGET_MS < now) this.#rows.delete(other);
    }
    // Later than the next alarm, so that the rows after it come first.
    this.#rows.set(id, { failures, until: now + retryDelay(WHILE_FAILING, failures + 1, 0) });
  }

  /** Notes that a row has met none. */
  end(id: string): void {
    this.#rows.delete(id);
  }

  /** Forgets all. */
  clear(): void {
    this.#rows.clear();
  }

  /** Whether a row is to wait, at this time. */
  has(id: string, now: number): boolean {
    const until = this.#rows.get(id)?.until;
    // A clock that was set back must not hold a row for longer than it would have waited.
    return until !== undefined && until > now && until <= now + LONGEST_MS;
  }

  /** When the first of those that wait may run, in milliseconds since the epoch; `Infinity` when none waits. */
  next(now: number): number {
    return this.#rows.entries()
      .reduce((next, [id, { until }]) => this.has(id, now) ? Math.min(next, until) : next, Infinity);
  }
}
