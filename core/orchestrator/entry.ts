/**
 * A request in an orchestrator's memory; its long text stays in its row.
 *
 * @module
 */
import type { StopSwitch } from "../fetch/stop_signal.ts";
import type { EntryHead } from "./orchestrator_rows.ts";

/** Where a request stands: in line, waiting for a time, being fetched, being delivered, or nowhere any more. */
export type Phase = "line" | "waiting" | "fetching" | "delivering" | "gone";

/** A request in an orchestrator's memory: what its row says, and where it stands. */
export interface Entry extends EntryHead {
  /** Where it stands. */
  phase: Phase;
  /** Ends its fetch. */
  readonly stop: StopSwitch;
}

/**
 * When something has to be done about a request, if nothing happens before.
 *
 * @returns In milliseconds since the epoch; `Infinity` while it is on its way.
 */
export function attentionAt({ phase, kind, key, meta }: Entry): number {
  if (phase !== "line" && phase !== "waiting") return Infinity;
  const expires = kind === "job" ? meta.expires : Infinity;
  return phase === "waiting" ? Math.min(key.due, expires) : expires;
}
