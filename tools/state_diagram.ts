/**
 * Draws what `transition` in core/request_state.ts decides, for docs/requests.md.
 *
 * @module
 */
import { type OutcomeEvent, type RequestEvent, type RequestState, transition } from "../core/request_state.ts";

const BEGIN = "<!-- drawn from core/request_state.ts by `deno task docs` -->";
const END = "<!-- end of the drawing -->";

const STATES: Readonly<Record<string, RequestState>> = {
  absent: { phase: "absent", known: "nothing" },
  settled: { phase: "absent", known: "settled", attempt: 1 },
  ended: { phase: "absent", known: "ended" },
  open_in_memory: { phase: "open", row: false, attempt: 1 },
  open_in_row: { phase: "open", row: true, attempt: 1 },
  running: { phase: "running", row: true, attempt: 1, delivered: true, kept: false },
  kept: { phase: "kept", attempt: 1, delivered: true },
  dead: { phase: "dead", attempt: 1, delivered: true },
};

const OUTCOME: OutcomeEvent = {
  ...{ type: "outcome", attempt: 1, first: true, own: false },
  ...{ continuation: false, overdue: false, runAmbiguous: false, reported: false },
};

const EVENTS: Readonly<Record<string, RequestEvent>> = {
  "call, strict": { type: "call", row: true },
  "call, deferred or memory": { type: "call", row: false },
  "outcome": OUTCOME,
  "outcome with its continuation": { ...OUTCOME, continuation: true },
  "outcome sent again, with its continuation": { ...OUTCOME, continuation: true, first: false },
  "outcome of an earlier dispatch": { ...OUTCOME, attempt: 0 },
  "heartbeat": { type: "heartbeat", attempt: 1 },
  "persist": { type: "persist", attempt: 1, own: false, overdue: false },
  "outcome with its continuation, overdue": { ...OUTCOME, continuation: true, overdue: true },
  "persist, overdue": { type: "persist", attempt: 1, own: false, overdue: true },
  "due": { type: "due" },
  "silence, may be repeated": { type: "silence", attempt: 1, again: true },
  "silence": { type: "silence", attempt: 1, again: false },
  "executor unreachable": { type: "unreachable", attempt: 1 },
  "cancel": { type: "cancel" },
  "handler committed": { type: "committed" },
  "handler threw": { type: "threw", last: false },
  "handler threw, last try": { type: "threw", last: true },
};

/** The name under which a state is drawn. */
function nameOf(state: RequestState): string {
  if (state.phase === "absent") return state.known === "nothing" ? "absent" : state.known;
  if (state.phase === "open") return state.row ? "open_in_row" : "open_in_memory";
  return state.phase;
}

/** The diagram, as Markdown: every change of state, and what else an event does where the state stays. */
export function stateDiagram(): string {
  const edges = new Map<string, string[]>();
  for (const [from, state] of Object.entries(STATES)) {
    for (const [label, event] of Object.entries(EVENTS)) {
      // A request that has ended is another one when it is called again.
      if (event.type === "call" && from !== "absent") continue;
      const made = transition(state, event);
      const to = nameOf(made.state);
      if (to === from && made.action === "none") continue;
      const edge = `${from} --> ${to}`;
      const action = made.action === "none" ? "" : ` / ${made.action}`;
      edges.set(edge, [...(edges.get(edge) ?? []), `${label}${action}`]);
    }
  }
  const drawing = [...edges].map(([edge, labels]) => `  ${edge}: ${labels.join("<br>")}`);
  return ["```mermaid", "stateDiagram-v2", "  [*] --> absent", ...drawing, "```"].join("\n");
}

/** A document with the drawing in its place; one without a place for it is returned as it is. */
export function fillDiagram(text: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) return text;
  return `${text.slice(0, begin + BEGIN.length)}\n\n${stateDiagram()}\n\n${text.slice(end)}`;
}
