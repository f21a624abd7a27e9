/**
 * What an origin says about a request when it is asked.
 *
 * @module
 */
import type { LiveRequest, RequestMemory } from "./request_memory.ts";
import { readRequest } from "./request_row.ts";
import { rowState } from "./request_view.ts";
import { InvalidOptionError } from "../errors.ts";
import type { Durability } from "../job.ts";
import { checkChoice, checkObject } from "../option_checks.ts";
import type { Row } from "../storage.ts";

/** A request as it stands. It may have ended before you look at it. */
export interface RequestStatus {
  /** The request's id. */
  readonly id: string;
  /**
   * `"open"`: it waits for an outcome. `"running"`: its handler runs. `"retrying"`: its handler threw and
   * will run again. `"dead"`: it will not, until somebody redrives the dead letter.
   */
  readonly phase: "open" | "running" | "retrying" | "dead";
  /** Where the fetch goes. */
  readonly url: string;
  /** When its deadline is, in milliseconds since the epoch: start + `timeout` + `grace`. */
  readonly due: number;
  /** Which dispatch is under way, or was the last; 1 for the first. */
  readonly attempt: number;
  /** How often its handler has failed. */
  readonly failures: number;
  /** Whether a row holds it; otherwise it is lost with the object. */
  readonly stored: boolean;
  /** What is promised of it; once a deferred request is written down, `"strict"`. */
  readonly durability: Durability;
}

/** Where a listed request may stand. */
const PHASES = ["open", "running", "retrying"] as const;

/** Which requests to list; what is left out does not matter. */
export interface PendingFilter {
  /** Only those in this phase. */
  readonly phase?: "open" | "running" | "retrying";
  /** Only those whose URL begins with this text. */
  readonly url?: string;
  /** Most to return, 1 or more. Default: 1,000. */
  readonly limit?: number;
}

/** The status that a row tells of, and memory of its handler. */
export function rowStatus(row: Row, memory: Pick<RequestMemory, "runs">): RequestStatus {
  const read = readRequest(row);
  const { stored: { url, attempt, token }, meta } = read;
  const { phase } = rowState(row, read);
  const running = memory.runs(row.id, token);
  return {
    id: row.id,
    phase: phase === "dead" ? "dead" : running ? "running" : phase === "kept" ? "retrying" : "open",
    url,
    due: meta.due ?? row.due,
    attempt,
    failures: meta.failures ?? 0,
    stored: true,
    durability: "strict",
  };
}

/** The status of a request that memory alone holds. */
export function liveStatus(
  { job, stored, durability }: LiveRequest,
  memory: Pick<RequestMemory, "runs">,
): RequestStatus {
  const { url, attempt } = stored;
  const phase = memory.runs(job.id, job.token) ? "running" : "open";
  return { id: job.id, phase, url, due: job.due, attempt, failures: 0, stored: false, durability };
}

/**
 * Checks a filter.
 *
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for a phase or a URL that no request has.
 */
export function checkFilter(filter: PendingFilter): PendingFilter {
  checkObject("filter", filter);
  const { phase, url } = filter;
  if (phase !== undefined) checkChoice("phase", phase, PHASES);
  if (url !== undefined && typeof url !== "string") {
    throw new InvalidOptionError("url", url, "pass the text with which URLs begin");
  }
  return filter;
}

/** Whether a status passes a filter. */
export function passes(status: RequestStatus, { phase, url }: PendingFilter): boolean {
  return (phase === undefined || status.phase === phase) && (url === undefined || status.url.startsWith(url));
}
