/**
 * What may become of a request: one pure function that decides, and writes nothing.
 *
 * Cancel wins here, and only here: whichever event takes a request out of `open` first decides its outcome, and every
 * later one finds that it is too late.
 *
 * @module
 */
import type { Acknowledgement } from "./job.ts";

/** Where a request stands, as far as its origin knows. */
export type RequestState =
  /**
   * There is none: it was settled or cancelled, or it never was. `known` says what is remembered of it: `"settled"`, that the outcome of dispatch `attempt` was committed; `"ended"`, that it ended otherwise.
   */
  | { readonly phase: "absent"; readonly known: "nothing" | "ended" }
  | { readonly phase: "absent"; readonly known: "settled"; readonly attempt: number }
  /** It waits for an outcome. `row` tells whether a row holds it, or memory alone. */
  | { readonly phase: "open"; readonly row: boolean; readonly attempt: number }
  /** Its handler runs. `delivered` tells whether on an executor's outcome, or on a verdict of the origin's own. */
  | {
    readonly phase: "running";
    readonly row: boolean;
    readonly attempt: number;
    readonly delivered: boolean;
    readonly kept: boolean;
  }
  /** Its handler threw; a row holds the outcome until the next try. */
  | { readonly phase: "kept"; readonly attempt: number; readonly delivered: boolean }
  /** Its handler threw too often; a row holds the outcome until somebody looks at it. */
  | { readonly phase: "dead"; readonly attempt: number; readonly delivered: boolean };

/** What happens to a request. */
export type RequestEvent =
  /** The caller starts it; `row` as in its durability. */
  | { readonly type: "call"; readonly row: boolean }
  | OutcomeEvent
  /** Its executor says that it is alive. */
  | { readonly type: "heartbeat"; readonly attempt: number }
  /** Its executor asks to write it down. `own`, `overdue`: as in {@linkcode OutcomeEvent}. */
  | { readonly type: "persist"; readonly attempt: number; readonly own: boolean; readonly overdue: boolean }
  /** Its row is due: the deadline while it is open, the next try once the outcome is kept. */
  | { readonly type: "due" }
  /** Its executor was silent beyond the lease. `again`: it may be dispatched once more. */
  | { readonly type: "silence"; readonly attempt: number; readonly again: boolean }
  /** Its executor took no job. */
  | { readonly type: "unreachable"; readonly attempt: number }
  /** The caller wants it no longer. */
  | { readonly type: "cancel" }
  /** Its handler has finished. */
  | { readonly type: "committed" }
  /** Its handler threw; `last`: there are no tries left. */
  | { readonly type: "threw"; readonly last: boolean }
  /** The object was lost, and with it its memory. */
  | { readonly type: "restart" };

/** An executor delivers an outcome. */
export interface OutcomeEvent {
  /** Tells events apart. */
  readonly type: "outcome";
  /** Which dispatch it answers. */
  readonly attempt: number;
  /** Whether it is sent for the first time, so that no earlier copy can have been taken. */
  readonly first: boolean;
  /** Whether this instantiation sent the job, so that its memory is the whole truth. */
  readonly own: boolean;
  /** Whether it brings the continuation along. */
  readonly continuation: boolean;
  /** Whether its origin may have ended it by itself: its lease or its deadline has passed since the call. */
  readonly overdue: boolean;
  /** Whether the caller would rather have an outcome twice than not at all. */
  readonly runAmbiguous: boolean;
  /** Whether this instantiation has reported this very outcome as late. */
  readonly reported: boolean;
}

/**
 * What to do about an event, in one transaction with the change of state.
 *
 * - `"store"`: write the row. `"remove"`: delete it, or forget the request.
 * - `"run"`: take the row and run the continuation, on the outcome that the event stands for.
 * - `"join"`: answer when the running handler has finished.
 * - `"keep"`: write the row with its outcome, for the next try. `"bury"`: the same, as a dead letter.
 * - `"redispatch"`: raise the row's attempt, then dispatch.
 * - `"alive"`: note the sign of life.
 * - `"late"`: report the outcome, and run `onLate`. `"ambiguous"`, `"stale"`: report it only.
 */
export type Action =
  | "none"
  | "store"
  | "remove"
  | "run"
  | "join"
  | "keep"
  | "bury"
  | "redispatch"
  | "alive"
  | "late"
  | "ambiguous"
  | "stale";

/** A decision: the state that follows, what to do, and what to answer once that is committed. */
export interface Transition {
  /** The state that follows. */
  readonly state: RequestState;
  /** What to do. */
  readonly action: Action;
  /** The answer to the message; `undefined` where none is asked for, or where the handler's end decides. */
  readonly answer: Acknowledgement | undefined;
}

/** A request of which nothing is known. */
export const ABSENT: RequestState = { phase: "absent", known: "nothing" };

/** A request that has ended otherwise than by an outcome. */
export const ENDED: RequestState = { phase: "absent", known: "ended" };

/**
 * Decides what an event does to a request. It is total: every event may meet every state, and what makes no sense
 * changes nothing.
 *
 * @param state Where the request stands.
 * @param event What happens.
 */
export function transition(state: RequestState, event: RequestEvent): Transition {
  switch (event.type) {
    case "outcome":
      return outcome(state, event);
    case "heartbeat":
      return heartbeat(state, event.attempt);
    case "persist":
      return persist(state, event);
    case "committed":
    case "threw":
      return state.phase === "running" ? finished(state, event) : stay(state);
    case "restart":
      return stay(remembered(state));
    case "cancel":
      return cancel(state);
    case "call":
      return state.phase === "absent"
        ? to({ phase: "open", row: event.row, attempt: 1 }, event.row ? "store" : "none")
        : stay(state);
    case "due":
      if (state.phase === "kept") return run(state, state.delivered, true);
      return state.phase === "open" ? run(state, false, false) : stay(state);
    case "silence":
      if (state.phase !== "open" || state.attempt !== event.attempt) return stay(state);
      return event.again ? to({ ...state, attempt: state.attempt + 1 }, "redispatch") : run(state, false, false);
    case "unreachable":
      return state.phase === "open" && state.attempt === event.attempt ? run(state, false, false) : stay(state);
  }
}

function outcome(state: RequestState, event: OutcomeEvent): Transition {
  switch (state.phase) {
    case "open":
      return state.attempt === event.attempt ? run(state, true, false) : stay(state, "late", "stale");
    case "running":
      if (state.delivered && state.attempt === event.attempt) return stay(state, undefined, "join");
      return tooLate(state, event);
    case "kept":
    case "dead":
      return state.delivered && state.attempt === event.attempt ? stay(state, "settled") : tooLate(state, event);
    case "absent":
      if (state.known === "settled" && state.attempt === event.attempt) return stay(state, "settled");
      if (state.known !== "nothing" || event.own) return tooLate(state, event);
      // An instantiation that is gone may have decided it by itself, or have taken an earlier copy.
      if (!event.runAmbiguous && (!event.first || (event.continuation && event.overdue))) {
        return stay(state, "late", event.reported ? "none" : "ambiguous");
      }
      return event.continuation
        ? run({ phase: "open", row: false, attempt: event.attempt }, true, false)
        : tooLate(state, event);
  }
}

function tooLate(state: RequestState, event: OutcomeEvent): Transition {
  if (event.reported) return stay(state, "late");
  // An instantiation that is gone may have reported an earlier copy.
  const again = !event.first && !event.own && !event.runAmbiguous;
  return stay(state, "late", again ? "ambiguous" : "late");
}

function heartbeat(state: RequestState, attempt: number): Transition {
  if (state.phase === "open" && state.attempt === attempt) return stay(state, "pending", "alive");
  return stay(state, "late");
}

function persist(state: RequestState, event: RequestEvent & { type: "persist" }): Transition {
  if (state.phase === "open" && state.attempt === event.attempt) {
    return state.row ? stay(state, "pending", "alive") : to({ ...state, row: true }, "store", "pending");
  }
  if (state.phase !== "absent" || state.known !== "nothing" || event.own) return stay(state, "late");
  // An instantiation that is gone may have decided it by itself: writing it down would run it twice.
  if (event.overdue) return stay(state, "late", "ambiguous");
  return to({ phase: "open", row: true, attempt: event.attempt }, "store", "pending");
}

function cancel(state: RequestState): Transition {
  // A running handler has won already.
  return state.phase === "absent" || state.phase === "running" ? stay(state) : to(ENDED, "remove");
}

function finished(state: RequestState & { phase: "running" }, event: RequestEvent): Transition {
  const { attempt, delivered } = state;
  const answer = delivered && !state.kept ? "settled" : undefined;
  if (event.type === "committed") {
    return to(delivered ? { phase: "absent", known: "settled", attempt } : ENDED, "remove", answer);
  }
  const last = event.type === "threw" && event.last;
  return to({ phase: last ? "dead" : "kept", attempt, delivered }, last ? "bury" : "keep", answer);
}

function remembered(state: RequestState): RequestState {
  switch (state.phase) {
    case "absent":
      return ABSENT;
    case "open":
      return state.row ? state : ABSENT;
    case "running":
      if (state.kept) return { phase: "kept", attempt: state.attempt, delivered: state.delivered };
      return state.row ? { phase: "open", row: true, attempt: state.attempt } : ABSENT;
    default:
      return state;
  }
}

function run(from: RequestState & { phase: "open" | "kept" }, delivered: boolean, kept: boolean): Transition {
  const row = from.phase === "kept" || from.row;
  return to({ phase: "running", row, attempt: from.attempt, delivered, kept }, "run");
}

function to(state: RequestState, action: Action, answer?: Acknowledgement): Transition {
  return { state, action, answer };
}

function stay(state: RequestState, answer?: Acknowledgement, action: Action = "none"): Transition {
  return { state, action, answer };
}
