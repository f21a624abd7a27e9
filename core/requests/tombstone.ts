/**
 * What stays of a deferred request that has ended while a message may still be under way that would bring it back to an
 * object that has forgotten it.
 *
 * @module
 */
import type { Alarms } from "../alarms.ts";
import { decodePayload, encodePayload } from "../alarms/row_payload.ts";
import type { RowKind } from "../alarms/row_kind.ts";
import { REMEMBER_MS } from "./request_memory.ts";
import { ABSENT, ENDED, type RequestState } from "../request_state.ts";
import { MAX_DUE, type RowKey, type Storage } from "../storage.ts";

/** The `kind` of such a row. */
export const TOMBSTONE_KIND = "tombstone";

/** When a tombstone is due, nobody asks for it any more: it goes, and nothing is run. */
export const TOMBSTONE: RowKind = { run: () => {} };

/**
 * Writes one, unless it is there. It costs two rows: this one, and its end.
 *
 * @param to Where to write, and what arms the alarm.
 * @param due As in `Job.due`.
 * @param token As in `Job.token`.
 * @param settled The dispatch whose outcome was committed, if one was.
 */
export function bury(
  { storage, alarms }: { readonly storage: Storage; readonly alarms: Alarms },
  due: number,
  token: string,
  settled?: number,
): void {
  const key = keyOf(due, token);
  if (storage.get(key) !== undefined) return;
  storage.transaction(() => {
    storage.insert({ ...key, kind: TOMBSTONE_KIND, payload: encodePayload(`${settled ?? ""}`), named: false });
    alarms.ensureArmed(key.due);
  });
}

/** What the storage knows of a request without a row of its own. */
export function buriedState(storage: Storage, due: number, token: string): RequestState {
  const row = storage.get(keyOf(due, token));
  if (row === undefined) return ABSENT;
  const attempt = Number(decodePayload(row.payload).body);
  return attempt > 0 ? { phase: "absent", known: "settled", attempt } : ENDED;
}

/** The token tells it from another request under the same id. */
function keyOf(due: number, token: string): RowKey {
  return { due: Math.min(due + REMEMBER_MS, MAX_DUE), id: `ended/${token}` };
}
