/**
 * Where a request stands, put together from its row and from memory.
 *
 * @module
 */
import type { RequestContext } from "./request_context.ts";
import type { LiveRequest } from "./request_memory.ts";
import { type ReadRequest, readRequest, REQUEST_KIND, type StoredRequest } from "./request_row.ts";
import type { RequestState } from "../request_state.ts";
import { sameToken } from "./request_token.ts";
import { DEAD_DUE, type Row, type RowKey } from "../storage.ts";
import { buriedState } from "./tombstone.ts";

/** A request as its origin sees it. */
export interface RequestView {
  /** Where it stands. */
  readonly state: RequestState;
  /** Its row, and what the row holds. */
  readonly row?: Row;
  /** What its row holds of it, or would hold. */
  readonly stored?: StoredRequest;
  /** The request in memory. */
  readonly live?: LiveRequest;
}

/**
 * Looks a request up for a message about it.
 *
 * @param context Where to look.
 * @param key `due` and `id` as in the job.
 * @param token The message's token.
 * @returns `undefined` when the request has another token, and none is known to have ended that had this one: then the
 * message is about nothing.
 */
export function viewRequest(context: RequestContext, key: RowKey, token: string): RequestView | undefined {
  const { storage, memory } = context;
  const running = memory.running.get(key.id);
  if (running !== undefined && sameToken(running.token, token)) {
    return { state: { phase: "running", ...running } };
  }
  const live = memory.live.get(key.id);
  if (live !== undefined && !live.row && live.job.due === key.due) {
    if (!sameToken(live.stored.token, token)) return endedRequest(context, token);
    return { state: { phase: "open", row: false, attempt: live.stored.attempt }, stored: live.stored, live };
  }
  const home = storage.get(key);
  if (home?.kind === REQUEST_KIND) {
    const written = memory.written(key);
    const read = written?.row.payload === home.payload ? { stored: written.stored, meta: {} } : readRequest(home);
    const { stored } = read;
    if (!sameToken(stored.token, token)) return endedRequest(context, token);
    return { state: rowState(home, read), row: home, stored, live };
  }
  const ended = endedRequest(context, token);
  if (ended !== undefined) return ended;
  // A kept row lies elsewhere. Another request under the same id is not meant, and does not count.
  for (const row of [storage.find(key.id), storage.get({ due: DEAD_DUE, id: key.id })]) {
    if (row?.kind !== REQUEST_KIND) continue;
    const read = readRequest(row);
    if (sameToken(read.stored.token, token)) return { state: rowState(row, read), row, stored: read.stored };
  }
  return { state: buriedState(storage, key.due, token) };
}

/** A request that this instantiation knows to have ended; another may have its id, and the same deadline. */
function endedRequest({ memory }: RequestContext, token: string): RequestView | undefined {
  const ended = memory.ended(token);
  if (ended === undefined) return undefined;
  if (ended.settled === undefined) return { state: { phase: "absent", known: "ended" } };
  return { state: { phase: "absent", known: "settled", attempt: ended.settled } };
}

/**
 * What this instantiation knows of a request without reading its row: the row as it was written, if it is still there.
 *
 * @returns `undefined` when it does not know it, or the message may be about another.
 */
export function knownRequest({ memory }: RequestContext, key: RowKey, token: string): RequestView | undefined {
  const written = memory.written(key);
  if (written === undefined || memory.running.has(key.id) || !sameToken(written.stored.token, token)) return undefined;
  const { row, stored } = written;
  const state = { phase: "open", row: true, attempt: stored.attempt } as const;
  return { state, row, stored, live: memory.live.get(key.id) };
}

/** Where a request stands by its row alone. */
export function rowState(row: Row, { stored }: ReadRequest): RequestState {
  const { attempt, outcome, delivered = false } = stored;
  if (row.due === DEAD_DUE) return { phase: "dead", attempt, delivered };
  if (outcome !== undefined) return { phase: "kept", attempt, delivered };
  return { phase: "open", row: true, attempt };
}
