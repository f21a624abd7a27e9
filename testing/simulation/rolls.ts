/**
 * What a simulated subject has asked for, beside the requests that the book keeps.
 *
 * @module
 */

/** The true story of a schedule; one for all that have had the same id of the caller's. */
export interface ScheduleStory {
  /** Names it in the log: the caller's id, or a name that no caller's id can have. */
  readonly key: string;
  /** Its id. */
  readonly id: string;
  /** On behalf of which call it was made, as in {@linkcode Rolls.current}. */
  readonly call: number;
  /** Whether it runs again and again. */
  readonly recurs: boolean;
  /** How often it was asked for. */
  asked: number;
  /** How often its handler has been called. */
  handled: number;
  /** Whether its handler has returned a promise. */
  asynchronous: boolean;
  /** Whether it was cancelled, or may have been. */
  cancelled: boolean;
}

/** The call to which belongs what nobody knows the call of. */
export const NO_CALL = 1_000_000;

/** Numbers for requests and schedules that do not shift when another call is left out. */
export class Rolls {
  /** Schedules, by key. */
  readonly schedules = new Map<string, ScheduleStory>();
  /** The call on whose behalf the object works at this moment. */
  current = NO_CALL;
  readonly #made = new Map<number, number>();

  /** The number of the next request or schedule: the call's own for its first, then a thousandth more each time. */
  next(): number {
    const made = this.#made.get(this.current) ?? 0;
    this.#made.set(this.current, made + 1);
    return Number((this.current + made / 1_000).toFixed(3));
  }

  /** Runs something on behalf of a call. */
  during<T>(call: number, run: () => T): T {
    const before = this.current;
    this.current = Math.floor(call);
    try {
      return run();
    } finally {
      this.current = before;
    }
  }
}
