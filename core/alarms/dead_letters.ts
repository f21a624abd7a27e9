/**
 * Rows that have failed for good: kept, listed, run again or thrown away, but never dropped silently.
 *
 * @module
 */
import { dueOfId, type IdSource } from "./row_id.ts";
import { decodePayload, encodePayload, type FailureRecord } from "./row_payload.ts";
import type { Clock } from "../clock.ts";
import { checkInteger } from "../option_checks.ts";
import { CRON_DUE, type RowTable } from "./row_table.ts";
import { CRON, ONCE } from "./schedule.ts";
import { DEAD_DUE, type Row, type Storage } from "../storage.ts";
import type { Wake } from "./wake.ts";

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
 * @param copy Whether the row stays: then the letter is one run of it. There is one for each cron schedule, however
 * often it fails: it counts the runs and keeps the latest.
 */
export function bury(storage: Storage, row: Row, payload: string, copy: boolean): void {
  const { meta, body } = decodePayload(payload);
  for (let nth = 1;; nth++) {
    const id = nth === 1 ? row.id : `${row.id}~${nth}`;
    const earlier = storage.get({ due: DEAD_DUE, id });
    const before = copy && earlier !== undefined ? decodePayload(earlier.payload).meta : undefined;
    if (earlier !== undefined && (before?.runs === undefined || before.of !== row.id)) continue;
    const { failures, error, due } = meta;
    const letter = copy
      ? { failures, error, due, of: row.id, runs: (before?.runs ?? 0) + 1 }
      : { ...meta, of: nth === 1 ? undefined : row.id };
    const kind = copy ? ONCE : row.kind;
    if (!copy) storage.take(row);
    if (earlier !== undefined) storage.take(earlier);
    storage.insert({ due: DEAD_DUE, id, kind, payload: encodePayload(body, letter), named: false });
    return;
  }
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

/** Which dead letters to list; what is left out does not narrow. */
export interface DeadLetterFilter {
  /** Only ids that begin so. */
  readonly idPrefix?: string;
  /** Only letters of this kind, e.g. `"request"`. */
  readonly kind?: string;
  /** Most letters to return; an integer of 1 or more. Defaults to 100. */
  readonly limit?: number;
  /** Only letters after this one, the last of the page before. */
  readonly after?: DeadLetter;
}

/** What {@linkcode DeadLetters} works with. */
export interface DeadLettersParts {
  /** Where the letters are. */
  readonly storage: Storage;
  /** Time. */
  readonly clock: Clock;
  /** The view of the storage. */
  readonly table: RowTable;
  /** The alarm. */
  readonly wake: Wake;
  /** Makes ids. */
  readonly ids: IdSource;
  /** Whether an id is in use that no row has. */
  readonly isHeld: (id: string) => boolean;
}

/** The dead letters of one storage. */
export class DeadLetters {
  readonly #parts: DeadLettersParts;

  /** Creates it over its parts. */
  constructor(parts: DeadLettersParts) {
    this.#parts = parts;
  }

  /** Lists letters in the order of their ids: see {@linkcode Alarms.getDeadLetters}. */
  list(filter: DeadLetterFilter): DeadLetter[] {
    const { idPrefix = "", kind, limit = 100, after } = filter;
    checkInteger("limit", limit);
    return this.#parts.table.walk(DEAD_DUE, { due: DEAD_DUE, id: after?.id ?? "" })
      .filter((row) => row.id.startsWith(idPrefix) && (kind === undefined || row.kind === kind))
      .map(toDeadLetter)
      .take(limit)
      .toArray();
  }

  /** Runs a letter again: see {@linkcode Alarms.redrive}. */
  redrive(id: string): string | undefined {
    const { storage, clock, wake } = this.#parts;
    return storage.transaction(() => {
      const letter = storage.take({ due: DEAD_DUE, id });
      if (letter === undefined) return undefined;
      const due = clock.now() + 1;
      const row = this.#revived(letter, due);
      storage.insert(row);
      wake.ensureArmed(due);
      return row.id;
    });
  }

  #revived(letter: Row, due: number): Row {
    const { table, ids, isHeld } = this.#parts;
    const { meta, body } = decodePayload(letter.payload);
    const { of = letter.id, runs, failures: _failures, error: _error, due: planned, ...kept } = meta;
    const free = runs === undefined && table.locate(of) === undefined && !isHeld(of);
    const id = free ? of : ids.generate(due);
    if (letter.kind !== CRON) {
      // What it was due for goes along: the letter that it may become again tells it, as does a request's event.
      const payload = encodePayload(body, { ...kept, due: planned });
      return { ...letter, id, due, payload, named: dueOfId(id) !== due };
    }
    // A recurring schedule begins anew: by its old time, its run would count as missed and might be passed over.
    const row = { ...letter, id, due: CRON_DUE + due, payload: encodePayload(body, kept) };
    table.noteCron(row);
    return row;
  }

  /** Throws letters away: see {@linkcode Alarms.purge}. */
  purge(id: string | undefined): number {
    const { storage, table } = this.#parts;
    if (id !== undefined) return storage.take({ due: DEAD_DUE, id }) === undefined ? 0 : 1;
    return storage.transaction(() => {
      const letters = table.walk(DEAD_DUE, { due: DEAD_DUE, id: "" });
      return letters.reduce((purged, letter) => purged + (storage.take(letter) === undefined ? 0 : 1), 0);
    });
  }
}
