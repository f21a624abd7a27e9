import { assert, assertEquals } from "@std/assert";
import {
  ABSENT,
  type Action,
  type OutcomeEvent,
  type RequestEvent,
  type RequestState,
  type Transition,
  transition,
} from "../../core/request_state.ts";

const MAX_LENGTH = 8;
const ATTEMPTS = [1, 2];

/** Everything that has happened to one request, as far as the invariants ask. */
interface History {
  readonly state: RequestState;
  /** How often its continuation has committed. */
  readonly commits: number;
  /** Whether the memory of the object was lost while nothing but it held the request, or after a commit. */
  readonly lost: boolean;
  /** Whether the caller has cancelled it. */
  readonly cancelled: boolean;
  /** Whether a row holds it. */
  readonly row: boolean;
}

function outcomes(): OutcomeEvent[] {
  const events: OutcomeEvent[] = [];
  for (const attempt of ATTEMPTS) {
    for (let bits = 0; bits < 64; bits++) {
      const [first, own, continuation, overdue, runAmbiguous, reported] = [1, 2, 4, 8, 16, 32].map((bit) =>
        (bits & bit) !== 0
      );
      events.push({ type: "outcome", attempt, first, own, continuation, overdue, runAmbiguous, reported });
    }
  }
  return events;
}

const EVENTS: readonly RequestEvent[] = [
  { type: "call", row: true },
  { type: "call", row: false },
  ...outcomes(),
  ...ATTEMPTS.flatMap((attempt): RequestEvent[] => [
    { type: "heartbeat", attempt },
    { type: "persist", attempt, own: true, overdue: false },
    { type: "persist", attempt, own: false, overdue: false },
    { type: "persist", attempt, own: false, overdue: true },
    { type: "silence", attempt, again: true },
    { type: "silence", attempt, again: false },
    { type: "unreachable", attempt },
  ]),
  { type: "due" },
  { type: "cancel" },
  { type: "committed" },
  { type: "threw", last: false },
  { type: "threw", last: true },
  { type: "restart" },
];

/** What a ledger that persists the transitions would hold afterwards. */
function follow(before: History, event: RequestEvent, { state, action }: Transition): History {
  const committed = event.type === "committed" && before.state.phase === "running";
  const gone = event.type === "restart" && (before.commits > 0 || !before.row);
  return {
    state,
    commits: before.commits + (committed ? 1 : 0),
    lost: before.lost || gone,
    cancelled: before.cancelled || (event.type === "cancel" && action === "remove"),
    row: rowAfter(before.row, action),
  };
}

function rowAfter(row: boolean, action: Action): boolean {
  if (action === "store" || action === "keep" || action === "bury") return true;
  return action === "remove" ? false : row;
}

/** Whether the events that really occur include this one: own jobs are those of this instantiation. */
function possible({ lost, state, commits, cancelled, row }: History, event: RequestEvent): boolean {
  // One life of one request: it is called once.
  if (event.type === "call") return state === ABSENT && commits === 0 && !lost && !cancelled;
  if (event.type === "silence" && event.again) return event.attempt < 2;
  if (event.type !== "outcome" && event.type !== "persist") return true;
  // Whoever remembers is the one who sent the job, until the object is lost.
  if (event.own === lost) return false;
  if (event.attempt === 2 && state.phase === "open" && state.attempt === 1) return false;
  // Once its row is written, the job no longer brings the continuation along.
  return !(event.type === "outcome" && event.continuation && row);
}

interface Walk {
  readonly histories: ReadonlyMap<string, History>;
  readonly sequences: bigint;
}

/** Every sequence of events up to a length, merged where histories agree; `check` sees every step. */
function walk(
  check: (before: History, event: RequestEvent, after: History, made: Transition) => void,
  allowed: (event: RequestEvent) => boolean = () => true,
): Walk {
  const start: History = { state: ABSENT, commits: 0, lost: false, cancelled: false, row: false };
  let layer = new Map<string, [History, bigint]>([[JSON.stringify(start), [start, 1n]]]);
  const seen = new Map<string, History>();
  let sequences = 0n;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    const next = new Map<string, [History, bigint]>();
    for (const [before, ways] of layer.values()) {
      for (const event of EVENTS) {
        if (!allowed(event) || !possible(before, event)) continue;
        const made = transition(before.state, event);
        const after = follow(before, event, made);
        check(before, event, after, made);
        const key = JSON.stringify(after);
        seen.set(key, after);
        next.set(key, [after, ways + (next.get(key)?.[1] ?? 0n)]);
        sequences += ways;
      }
    }
    layer = next;
  }
  return { histories: seen, sequences };
}

Deno.test("transition commits a continuation at most once, in every sequence of up to 8 events", () => {
  const { sequences } = walk((before, event, after) => {
    if (event.type !== "committed") return;
    // After a loss, an outcome that brings its continuation may be run by an object that has forgotten the first run.
    if (!before.lost) assert(after.commits <= 1, `${JSON.stringify(before)} ${JSON.stringify(event)}`);
  });
  assert(sequences > 1_000_000n, `only ${sequences} sequences`);
});

Deno.test("transition commits a strict request at most once, whatever is lost", () => {
  const { histories } = walk((before, event, after) => {
    assert(after.commits <= 1, `${JSON.stringify(before)} ${JSON.stringify(event)}`);
    assert(after.commits === 0 || !after.cancelled, `${JSON.stringify(before)} ${JSON.stringify(event)}`);
  }, isStrict);
  assert([...histories.values()].some(({ commits, lost }) => commits === 1 && lost));
});

/** A strict request's job brings no continuation along, and nobody asks to write it down. */
function isStrict(event: RequestEvent): boolean {
  if (event.type === "call") return event.row;
  return event.type !== "persist" && !(event.type === "outcome" && event.continuation);
}

Deno.test("transition runs nothing that was cancelled, while the object remembers", () => {
  walk((before, event, _after, { action }) => {
    if (action === "run" && !before.lost) {
      assert(!before.cancelled, `${JSON.stringify(before)} ${JSON.stringify(event)}`);
    }
  });
});

Deno.test("transition keeps a row exactly while its request is neither committed nor cancelled", () => {
  const { histories } = walk(() => {});
  for (const { state, row } of histories.values()) {
    const holds = state.phase === "kept" || state.phase === "dead" ||
      ((state.phase === "open" || state.phase === "running") && state.row);
    assertEquals(row, holds, JSON.stringify(state));
  }
});

Deno.test("transition never drops an outcome silently", () => {
  walk((before, event, _after, { action, answer }) => {
    if (event.type !== "outcome" || answer !== "late") return;
    const reported = action === "late" || action === "ambiguous" || action === "stale";
    assert(reported || event.reported, `${JSON.stringify(before)} ${JSON.stringify(event)}`);
  });
});

Deno.test("transition says settled only of an outcome that is committed, kept or dead", () => {
  walk((before, event, after, { answer }) => {
    if (answer !== "settled" || event.type !== "outcome") return;
    const { state } = before;
    assert(state.phase === "kept" || state.phase === "dead" || before.commits > 0, JSON.stringify(before));
    assertEquals(after.state, state);
  });
});

Deno.test("transition runs a continuation on an executor's outcome only if it answers the latest dispatch", () => {
  walk((before, event, _after, { action }) => {
    if (action !== "run" || event.type !== "outcome" || before.state.phase === "absent") return;
    assert("attempt" in before.state && before.state.attempt === event.attempt);
  });
});

Deno.test("transition stores and runs nothing for a forgotten request that may have ended by itself", () => {
  walk((before, event, _after, { action, answer }) => {
    if (event.type !== "persist" && event.type !== "outcome") return;
    if (before.state !== ABSENT || event.own || !event.overdue) return;
    if (event.type === "outcome" && (event.runAmbiguous || !event.continuation)) return;
    const reported = event.type === "outcome" && event.reported;
    assertEquals([action, answer], [reported ? "none" : "ambiguous", "late"], JSON.stringify(event));
  });
});

Deno.test("transition forgets nothing in a restart that a row holds", () => {
  walk((before, event, after) => {
    if (event.type !== "restart" || !before.row) return;
    assert(after.state.phase !== "absent", JSON.stringify(before));
  });
});

Deno.test("transition reaches every phase and every action", () => {
  const actions = new Set<Action>();
  const phases = new Set<string>();
  walk((_before, _event, after, { action }) => {
    actions.add(action);
    phases.add(after.state.phase);
  });
  assertEquals([...phases].sort(), ["absent", "dead", "kept", "open", "running"]);
  assertEquals(actions.size, 12);
});

Deno.test("transition is pure: it changes neither its state nor its event", () => {
  walk((before, event) => {
    const [state, told] = [JSON.stringify(before.state), JSON.stringify(event)];
    const frozen = Object.freeze({ ...before.state }) as RequestState;
    assertEquals(transition(frozen, event), transition(frozen, event));
    assertEquals([JSON.stringify(before.state), JSON.stringify(event)], [state, told]);
  });
});
