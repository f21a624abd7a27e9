/**
 * What one instantiation of an origin remembers about its requests. All of it may be lost at any time.
 *
 * @module
 */
import type { Durability, Job } from "../job.ts";
import type { StoredRequest } from "./request_row.ts";
import type { Row, RowKey } from "../storage.ts";

/** A request that is held in memory: because no row holds it, or because its executor's signs of life are watched. */
export interface LiveRequest {
  /** The latest job. */
  job: Job;
  /** What its row holds, or would hold. */
  stored: StoredRequest;
  /** What is promised of it. */
  readonly durability: Durability;
  /** Whether a row holds it. */
  row: boolean;
  /** Whether its id is the caller's. */
  readonly named: boolean;
  /** When its executor was last known to be alive, in milliseconds since the epoch. */
  lastSeen: number;
  /** Ends its timer, when it has one. */
  stopTimer?: () => void;
}

/** A handler that runs at this moment. */
export interface RunningRequest {
  /** The dispatch that it answers. */
  readonly attempt: number;
  /** Whether on an executor's outcome. */
  readonly delivered: boolean;
  /** Whether on an outcome that had been kept. */
  readonly kept: boolean;
  /** Whether a row holds the request. */
  readonly row: boolean;
  /** As in `Job.token`. */
  readonly token: string;
  /** Fulfils when the handler has ended and what follows is committed. */
  done: Promise<unknown>;
}

/** A row as this instantiation wrote it, and what it holds. */
export interface WrittenRequest {
  /** The row. */
  readonly row: Row;
  /** What it holds. */
  readonly stored: StoredRequest;
}

interface EndedRequest {
  /** The dispatch whose outcome was committed; `undefined` when it ended otherwise. */
  readonly settled: number | undefined;
  /** When it may be forgotten, in milliseconds since the epoch. */
  readonly until: number;
}

/** How long after its deadline an ended request is remembered, in milliseconds: its executor sends no longer. */
export const REMEMBER_MS = 60_000;
/** Most rows to remember, and the longest of them, in UTF-16 code units: 4 MB in all. */
const MAX_WRITTEN = 1_024;
const MAX_WRITTEN_LENGTH = 4_096;
/** How many more entries there may be before the forgotten ones are looked for. */
const PRUNE_EVERY = 1_024;

/** The memory itself. */
export class RequestMemory {
  /** Requests held in memory, by id. */
  readonly live = new Map<string, LiveRequest>();
  /** The tokens of the requests whose handlers are in their first turn. */
  readonly begun = new Set<string>();
  /** Handlers that run, by id. */
  readonly running = new Map<string, RunningRequest>();
  readonly #written = new Map<string, WrittenRequest>();
  readonly #ended = new Map<string, EndedRequest>();
  readonly #reported = new Map<string, number>();
  #pruneAt = PRUNE_EVERY;

  /** Forgets a live request and ends its timer. */
  drop(id: string): void {
    this.live.get(id)?.stopTimer?.();
    this.live.delete(id);
  }

  /** Whether the handler of a request has begun and not ended; the token tells it from another under the same id. */
  runs(id: string, token: string): boolean {
    return this.running.get(id)?.token === token || this.begun.has(token);
  }

  /** Whether a request has an id that no row holds, though one may when it is written down or its handler throws. */
  holds(id: string): boolean {
    return this.live.get(id)?.row === false || this.running.get(id)?.row === false;
  }

  /** Forgets a request that has no row after all, unless another has taken its id. */
  forget({ id, token }: Job): void {
    if (this.#written.get(id)?.stored.token === token) this.unwrite(id);
    if (this.live.get(id)?.job.token === token) this.drop(id);
  }

  /**
   * Remembers a row that was written, until it is changed or taken, so that it need not be read and parsed again. Only
   * some are remembered. A transaction that is undone may take the row away; it never brings another in its place.
   */
  write(row: Row, stored: StoredRequest): void {
    if (row.payload.length > MAX_WRITTEN_LENGTH) return;
    if (this.#written.size >= MAX_WRITTEN) this.#written.clear();
    this.#written.set(row.id, { row, stored });
  }

  /** The row at a key as it was written; it may be gone. `undefined` where it was changed, or is not remembered. */
  written({ id, due }: RowKey): WrittenRequest | undefined {
    const written = this.#written.get(id);
    return written?.row.due === due ? written : undefined;
  }

  /** To be called before a row is changed or taken. */
  unwrite(id: string): void {
    this.#written.delete(id);
  }

  /**
   * Notes that a request has ended.
   *
   * @param token As in `Job.token`.
   * @param due As in `Job.due`.
   * @param now Milliseconds since the epoch.
   * @param settled The dispatch whose outcome was committed, if one was.
   */
  end(token: string, due: number, now: number, settled?: number): void {
    this.#prune(now);
    this.#ended.set(token, { settled, until: due + REMEMBER_MS });
  }

  /** Takes back that a request has ended: its row is there again. */
  restore(token: string, live: LiveRequest | undefined): void {
    this.#ended.delete(token);
    if (live !== undefined && !this.live.has(live.job.id)) this.live.set(live.job.id, live);
  }

  /** What is known of a request that has ended: `undefined` when nothing is. */
  ended(token: string): { readonly settled: number | undefined } | undefined {
    return this.#ended.get(token);
  }

  /** Notes that an outcome has been reported as late; tells whether it had been before. */
  report(token: string, attempt: number, due: number, now: number): void {
    this.#prune(now);
    this.#reported.set(`${token}/${attempt}`, Math.max(now, due) + REMEMBER_MS);
  }

  /** Whether an outcome has been reported as late. */
  reported(token: string, attempt: number): boolean {
    return this.#reported.has(`${token}/${attempt}`);
  }

  #prune(now: number): void {
    if (this.#ended.size + this.#reported.size < this.#pruneAt) return;
    for (const [token, { until }] of this.#ended) {
      if (until < now) this.#ended.delete(token);
    }
    for (const [key, until] of this.#reported) {
      if (until < now) this.#reported.delete(key);
    }
    this.#pruneAt = this.#ended.size + this.#reported.size + PRUNE_EVERY;
  }
}
