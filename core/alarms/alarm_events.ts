/**
 * What the alarms report of their own accord.
 *
 * @module
 */
import type { Row } from "../storage.ts";

/** Something that nobody asked for and somebody may want to know. */
export type AlarmEvent =
  | RowFailedEvent
  | RunMissedEvent
  | RowUnreadableEvent;

/** A row's handler failed, and it will be tried again or is a dead letter; or it is one for having killed its object. */
export interface RowFailedEvent {
  /** What became of the row. */
  readonly type: "retrying" | "dead" | "quarantined";
  /** The row's id. */
  readonly id: string;
  /** The row's kind, e.g. `"once"`. */
  readonly kind: string;
  /** What the handler threw, or a `QuarantinedError`. */
  readonly error: unknown;
}

/** Hears what has become of a row, and why: what is thrown there, or what stands in its place. */
export type RowReport = (row: Row, type: (RowFailedEvent | RowUnreadableEvent)["type"], error: unknown) => void;

/** A cron run fell in downtime and was passed over, as its schedule says. */
export interface RunMissedEvent {
  /** Always `"missed"`. */
  readonly type: "missed";
  /** The schedule's id. */
  readonly id: string;
  /** For when the run was planned, in milliseconds since the epoch. */
  readonly due: number;
}

/** A due row that this release cannot run; it is put off for five minutes, untouched. */
export interface RowUnreadableEvent {
  /** Always `"unreadable"`. */
  readonly type: "unreadable";
  /** The row's id. */
  readonly id: string;
  /** The row's kind. */
  readonly kind: string;
  /** Why, e.g. a `PayloadVersionError`. */
  readonly error: unknown;
}
