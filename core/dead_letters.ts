/**
 * Rows that have failed for good: kept, listed, run again or thrown away, but never dropped silently.
 *
 * @module
 */
import { dueOfId, type IdSource } from "./row_id.ts";
import { decodePayload, encodePayload, type FailureRecord } from "./row_payload.ts";
import type { RowTable } from "./row_table.ts";
import { DEAD_DUE, type Row, type Storage } from "./storage.ts";

/** A row that has failed for good. */
export interface DeadLetter {
  /** What {@linkcode Alarms.redrive} and {@linkcode Alarms.purge} take. */
  readonly id: string;
  /** The id of the schedule or request that it was; the same as `id`, unless that one was taken. */
  readonly of: string;
  /** What it was, e.g. `"once"`, `"cron"`, `"request"`. A single run of a cron schedule is `"once"`. */
  readonly kind: string;
  /** When it was due, in milliseconds since the epoch. */
  readonly due: number | undefined;
  /** How many tries have failed. */
  readonly failures: number;
  /** How many failed runs of the same cron schedule it stands for; it holds the latest. */
  readonly runs: number;
  /** The latest failure. */
  readonly error: FailureRecord | undefined;
  /** The continuation, or what else the kind keeps, as stored text. */
  readonly body: string;
}

/**
 * Makes a dead letter of a row.
 *
 * @param storage Where the row is; call it inside of a transaction.
 * @param row The row as it is stored. It is taken, unless `copy`.
 * @param payload The payload that the letter gets.
 * @param copy Whether the row stays: then the letter is one run of it, and stands for its earlier letter as well.
 */
export function bury(storage: Storage, row: Row, payload: string, copy: boolean): void {
  if (copy) {
    buryRun(storage, row, payload);
    return;
  }
  const id = freeId(storage, row.id);
  const { meta, body } = decodePayload(payload);
  const letter = { ...row, id, due: DEAD_DUE, named: false, payload };
  if (id !== row.id) letter.payload = encodePayload(body, { ...meta, of: row.id });
  if (id === row.id && !row.named) {
    storage.move(row, letter);
  } else {
    storage.take(row);
    storage.insert(letter);
  }
}

/** One letter per cron schedule, however often it fails: it counts the runs and keeps the latest. */
function buryRun(storage: Storage, row: Row, payload: string): void {
  const { meta: { failures, error, due }, body } = decodePayload(payload);
  for (let nth = 1;; nth++) {
    const id = nth === 1 ? row.id : `${row.id}~${nth}`;
    const earlier = storage.get({ due: DEAD_DUE, id });
    const before = earlier && decodePayload(earlier.payload).meta;
    if (before !== undefined && (before.runs === undefined || before.of !== row.id)) continue;
    const runs = (before?.runs ?? 0) + 1;
    const text = encodePayload(body, { failures, error, due, of: row.id, runs });
    const letter: Row = { due: DEAD_DUE, id, kind: "once", payload: text, named: false };
    if (runs > 1) storage.move(letter, letter);
    else storage.insert(letter);
    return;
  }
}

function freeId(storage: Storage, id: string): string {
  let free = id;
  for (let nth = 2; storage.get({ due: DEAD_DUE, id: free }) !== undefined; nth++) free = `${id}~${nth}`;
  return free;
}

/** Reads the letter that a row is. */
export function toDeadLetter(row: Row): DeadLetter {
  const { meta, body } = decodePayload(row.payload);
  return {
    id: row.id,
    of: meta.of ?? row.id,
    kind: row.kind,
    due: meta.due,
    failures: meta.failures ?? 0,
    runs: meta.runs ?? 1,
    error: meta.error,
    body,
  };
}

/**
 * Turns a letter into a row that is due at `due`; it starts over with all of its tries.
 *
 * @param storage Where the letter is; call it inside of a transaction.
 * @param table The view of the storage.
 * @param ids Where a generated id comes from.
 * @param id The letter's id.
 * @param due When to run it, in milliseconds since the epoch.
 * @returns The row, under its old id or, where another has that id, under a generated one; `undefined` when there is
 * no such letter.
 */
export function exhume(
  storage: Storage,
  table: RowTable,
  ids: IdSource,
  id: string,
  due: number,
): Row | undefined {
  const letter = storage.take({ due: DEAD_DUE, id });
  if (letter === undefined) return undefined;
  const { meta: { of, runs, failures: _failures, error: _error, due: _due, ...meta }, body } = decodePayload(
    letter.payload,
  );
  const old = of ?? letter.id;
  const free = runs === undefined && table.locate(old) === undefined;
  const row = { ...letter, id: free ? old : ids.generate(due), due, payload: encodePayload(body, meta) };
  row.named = dueOfId(row.id) !== due;
  storage.insert(row);
  return row;
}
