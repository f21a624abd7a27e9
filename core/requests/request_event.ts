/**
 * What an origin tells whoever listens about its requests.
 *
 * @module
 */
import { FetchError } from "../fetch/fetch_error.ts";
import { parse, ResponseSync } from "../serializer/mod.ts";

/**
 * What happened to a request. Each is told after its transition is committed, or, when the call was made inside of a
 * surrounding transaction, after the transition itself.
 *
 * - `"dispatched"`: a job went to the executor. `"persisted"`: a deferred request was written down.
 * - `"settled"`: its continuation has committed. `"retrying"`: its handler threw and runs again; `"dead"`: it will not.
 * - `"lost"`: its executor fell silent. `"unreachable"`: its executor took no job. `"cancelled"`: the caller's wish.
 * - `"late"`: an outcome came after the request had ended; `onLate` has been run where there is one.
 * - `"stale"`: an outcome of an executor that had been given up, while another is at work.
 * - `"ambiguous"`: an outcome of a request that an earlier instantiation may have ended; it was dropped. So was, without
 *   an outcome, the wish to write such a request down.
 * - `"refused"`: a message whose token is not the request's own.
 */
export interface LedgerEvent {
  /** What happened. */
  readonly type:
    | "dispatched"
    | "persisted"
    | "settled"
    | "retrying"
    | "dead"
    | "lost"
    | "unreachable"
    | "cancelled"
    | "late"
    | "stale"
    | "ambiguous"
    | "refused";
  /** The request's id. */
  readonly id: string;
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number;
  /** Which dispatch it is about; 1 for the first. */
  readonly attempt: number;
  /** How long after the call it happened, in milliseconds; `undefined` where that is not known. */
  readonly elapsed: number | undefined;
  /** The outcome, for `"late"`, `"stale"` and `"ambiguous"`; `undefined` when it cannot be read. */
  readonly outcome?: ResponseSync | FetchError;
  /** What was thrown, for `"unreachable"`. */
  readonly error?: unknown;
}

/** Reads an outcome for a listener; one that cannot be read, or is none, is `undefined`. */
export function readOutcome(text: string): ResponseSync | FetchError | undefined {
  try {
    const outcome = parse(text);
    return outcome instanceof ResponseSync || outcome instanceof FetchError ? outcome : undefined;
  } catch {
    return undefined;
  }
}
