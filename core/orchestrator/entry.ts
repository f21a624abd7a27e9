/**
 * A request in an orchestrator's memory; its long text stays in its row.
 *
 * @module
 */
import type { RowKey } from "../storage.ts";
import type { Priority } from "../requests/route.ts";
import type { InLine } from "./line.ts";
import type { EntryHead, EntryKind, EntryMeta } from "./orchestrator_rows.ts";

/** Where a request stands: in line, waiting for a time, being fetched, being delivered, or nowhere any more. */
export type Phase = "line" | "waiting" | "fetching" | "delivering" | "gone";

/** A request in an orchestrator's memory. */
export class Entry implements InLine {
  /** Its place: the order of arrival. */
  readonly id: string;
  /** Where its row is. */
  key: RowKey;
  /** What its row holds. */
  kind: EntryKind;
  /** What its row says. */
  meta: EntryMeta;
  /** Where it stands. */
  phase: Phase = "waiting";
  /** Ends its fetch. */
  controller: AbortController | undefined;

  /** Creates it from its row. */
  constructor(head: EntryHead) {
    this.id = head.key.id;
    this.key = head.key;
    this.kind = head.kind;
    this.meta = head.meta;
  }

  /** Its row as it would be at another time, in milliseconds since the epoch. */
  at(due: number): EntryHead {
    return { key: { due, id: this.id }, kind: this.kind, meta: this.meta };
  }

  /** How urgent it is. */
  get priority(): Priority {
    return this.meta.priority;
  }

  /** Where it goes. */
  get host(): string {
    return this.meta.host;
  }
}
