/**
 * Which rows of a storage hold what a simulated subject has asked for: their continuations say so.
 *
 * @module
 */
import { decodePayload } from "../../core/alarms/row_payload.ts";
import { readRequest, REQUEST_KIND } from "../../core/requests/request_row.ts";
import type { Row, Storage } from "../../core/storage.ts";
import { LOG_KIND } from "./object.ts";

/** A continuation's text, as far as its first argument: the number of a request. */
const REQUEST = /^[^{]*\{"v":1,"ops":\[\["reply(?:Later)?",\[([\d.]+),/;
/** The same of a schedule: its key. */
const SCHEDULE = /^[^{]*\{"v":1,"ops":\[\["run(?:Later)?",\[("(?:[^"\\]|\\.)*"),/;

/** What a row is about. */
export type Marker = { readonly request: number } | { readonly schedule: string };

/** Rows by what they are about. */
export interface Markers {
  /** Rows of requests, by number. */
  readonly requests: ReadonlyMap<number, Row>;
  /** Rows of schedules, by key. */
  readonly schedules: ReadonlyMap<string, Row>;
}

/** What a row is about; `undefined` for the log, and for what no subject has asked for. */
export function markerOf(row: Row): Marker | undefined {
  if (row.kind === LOG_KIND) return undefined;
  try {
    const text = row.kind === REQUEST_KIND ? readRequest(row).stored.continuation : decodePayload(row.payload).body;
    const request = REQUEST.exec(text)?.[1];
    if (request !== undefined) return { request: Number(request) };
    const schedule = SCHEDULE.exec(text)?.[1];
    return schedule === undefined ? undefined : { schedule: JSON.parse(schedule) };
  } catch {
    // A row of the subject's own.
    return undefined;
  }
}

/** Reads all rows. */
export function readMarkers(disk: Storage): Markers {
  const [requests, schedules] = [new Map<number, Row>(), new Map<string, Row>()];
  for (const row of disk.due(Number.MAX_SAFE_INTEGER, 1_000_000)) {
    const marker = markerOf(row);
    if (marker === undefined) continue;
    if ("request" in marker) requests.set(marker.request, row);
    else schedules.set(marker.schedule, row);
  }
  return { requests, schedules };
}
