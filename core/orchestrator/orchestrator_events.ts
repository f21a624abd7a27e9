/**
 * What an orchestrator tells of its work.
 *
 * @module
 */
import type { Acknowledgement } from "../job.ts";

/** What happens to a request in an orchestrator. */
export interface OrchestratorEvent {
  /**
   * - `"queued"`: it stands in line. `"started"`: a try begins. `"retrying"`: a try failed, another will follow.
   * - `"finished"`: there is an outcome. `"expired"`: it waited too long. `"lost"`: it was under way when the
   *   orchestrator was lost, and may not be repeated. `"aborted"`: its origin wants it no longer.
   * - `"delivered"`: the origin has the outcome. `"undelivered"`: nobody took it until it was due.
   * - `"unreadable"`: its row is of a later version, or of none; it stays, and is left alone until the next start.
   */
  readonly type:
    | "queued"
    | "started"
    | "retrying"
    | "finished"
    | "expired"
    | "lost"
    | "aborted"
    | "delivered"
    | "undelivered"
    | "unreadable";
  /** Its place in line. */
  readonly id: string;
  /** The job's id at its origin; empty where its row cannot be read. */
  readonly jobId: string;
  /** Where it goes. */
  readonly host: string;
  /** Which try: 1 for the first. */
  readonly attempt: number;
  /** Of `"finished"`: the status, or the code of the `FetchError`. */
  readonly result?: number | string;
  /** Of `"delivered"`: what the origin answered. */
  readonly answer?: Acknowledgement;
}

/** What one host's requests do at this moment. */
export interface HostStatistics {
  /** Requests in line. */
  readonly queued: number;
  /** Fetches under way. */
  readonly inFlight: number;
  /** Where its breaker stands. */
  readonly breaker: "closed" | "open" | "half-open";
}

/** What an orchestrator does at this moment, and what it has done since it started. */
export interface OrchestratorStatistics {
  /** Requests in line, those that wait for their next try included. */
  readonly queued: number;
  /** Fetches under way. */
  readonly inFlight: number;
  /** Outcomes that their origins have not taken yet. */
  readonly delivering: number;
  /** How long the oldest request has been here, in milliseconds; 0 when there is none. */
  readonly oldest: number;
  /** By host, as in `URL.host` without a trailing dot. */
  readonly hosts: Readonly<Record<string, HostStatistics>>;
  /** How often each event has happened since the start. */
  readonly events: Readonly<Partial<Record<OrchestratorEvent["type"], number>>>;
}
