/**
 * An orchestrator's rows: requests in line, and outcomes that nobody has taken yet.
 *
 * @module
 */
import { decodePayload, encodePayload, VERSION } from "../alarms/row_payload.ts";
import { PayloadVersionError } from "../errors.ts";
import type { OriginAddress } from "../requests/origin_address.ts";
import type { Job } from "../job.ts";
import { isJob } from "../requests/message.ts";
import { PRIORITIES, type Priority } from "../requests/route.ts";
import { MAX_DUE, type Row, type RowKey, type Storage } from "../storage.ts";

/** What a row says besides its long text. What is not fixed changes in memory first. */
export interface EntryMeta {
  /** Who wants the outcome. */
  readonly origin: OriginAddress;
  /** How urgent the request is. */
  readonly priority: Priority;
  /** Where it goes. */
  readonly host: string;
  /** Proves that a message is about this job. */
  readonly token: string;
  /** The job's id at its origin. */
  readonly jobId: string;
  /** The origin's latest dispatch of it. */
  attempt: number;
  /** When it came, in milliseconds since the epoch. */
  readonly arrived: number;
  /** When it may wait in line no longer, in milliseconds since the epoch. */
  readonly expires: number;
  /** How many tries have failed. */
  tries: number;
  /** Whether the request may be repeated. */
  readonly idempotent: boolean;
  /** Whether a try may be under way or have ended; written only where that matters after a restart. */
  started: boolean;
  /** Of an outcome: how often it has been sent. */
  sending: number;
}

/** A row's text is the job as JSON, or the job without its request and, on the next line, the outcome. */
export type EntryKind = "job" | "outcome";

/** A row without its long text. */
export interface EntryHead {
  /** Where it is. */
  key: RowKey;
  /** What it holds. */
  kind: EntryKind;
  /** What it says. */
  readonly meta: EntryMeta;
}

/**
 * Longest piece of a text in one row, in UTF-16 code units: a row of SQLite holds 2 MB on Cloudflare
 * (https://developers.cloudflare.com/durable-objects/platform/limits/), and one unit takes up to three bytes.
 */
const PIECE = { ascii: 1_800_000, other: 600_000 } as const;
/** Where pieces wait: no row there is ever due. */
const PIECE_DUE = MAX_DUE;
/** How many rows to read at a time. */
const PAGE = 50;

/** What a row's payload carries beside the first piece of its text. */
interface StoredMeta extends Partial<EntryMeta> {
  /** How many further pieces there are. */
  readonly pieces?: number;
}

/** Rows of any length, over a storage whose rows are limited. Every method is one transaction. */
export class OrchestratorRows {
  readonly #storage: Storage;

  /** Creates it over a storage that it has for itself. */
  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /**
   * Writes a row.
   *
   * @param head Where it goes, and what it says.
   * @param text Its text, of any length.
   */
  put(head: EntryHead, text: string): void {
    this.#storage.transaction(() => {
      const [first, ...rest] = cut(text);
      rest.forEach((payload, index) => {
        this.#storage.insert({ ...pieceKey(head.key.id, index), kind: "piece", payload, named: false });
      });
      this.#storage.insert(rowOf(head, rest.length, first));
    });
  }

  /** The text of a row, or `undefined` when there is no such row. */
  text(key: RowKey): string | undefined {
    const row = this.#storage.get(key);
    if (row === undefined) return undefined;
    const { pieces, first } = split(row);
    let text = first;
    for (let index = 0; index < pieces; index++) text += this.#storage.get(pieceKey(key.id, index))?.payload ?? "";
    return text;
  }

  /**
   * Reads a row as a whole.
   *
   * @returns The job, and the outcome if the row holds one; `undefined` when there is no such row.
   */
  read(key: RowKey): { readonly job: Job; readonly outcome: string } | "unreadable" | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const [line] = text.split("\n", 1);
    try {
      const job: unknown = JSON.parse(line);
      return isJob(job) ? { job, outcome: text.slice(line.length + 1) } : "unreadable";
    } catch {
      return "unreadable";
    }
  }

  /**
   * Writes down what a row says, but not its text. Nothing is written when there is no such row.
   *
   * @param head Where it is, and what it says; its `key` is changed.
   * @param due Where it goes, in milliseconds since the epoch.
   */
  change(head: EntryHead, due: number = head.key.due): void {
    const moved = { ...head, key: { due, id: head.key.id } };
    this.#storage.transaction(() => {
      const row = this.#storage.get(head.key);
      if (row === undefined) return;
      const { pieces, first } = split(row);
      this.#storage.move(head.key, rowOf(moved, pieces, first));
    });
    head.key = moved.key;
  }

  /**
   * Puts an outcome in the place of its job.
   *
   * @param head Where the job is; `key` and `kind` are changed.
   * @param due Where the outcome goes, in milliseconds since the epoch.
   * @param text Its text.
   */
  replace(head: EntryHead, due: number, text: string): void {
    const outcome = { key: { due, id: head.key.id }, kind: "outcome" } as const;
    this.#storage.transaction(() => {
      this.remove(head.key);
      this.put({ ...head, ...outcome }, text);
    });
    Object.assign(head, outcome);
  }

  /** Removes a row, if there is one. */
  remove(key: RowKey): void {
    this.#storage.transaction(() => {
      const row = this.#storage.take(key);
      if (row === undefined) return;
      const { pieces } = split(row);
      for (let index = 0; index < pieces; index++) this.#storage.take(pieceKey(key.id, index));
    });
  }

  /**
   * All rows, in the order of their due times. Texts are not kept, so that any number of rows fits the memory.
   *
   * @param unreadable Hears of rows that are left out, since a later version wrote them.
   */
  *heads(unreadable: (row: Row) => void): Generator<EntryHead> {
    let after: RowKey | undefined;
    while (true) {
      const rows = this.#storage.due(PIECE_DUE - 1, PAGE, after);
      if (rows.length === 0) return;
      for (const row of rows) {
        const head = headOf(row);
        if (head === undefined) unreadable(row);
        else yield head;
      }
      after = rows.at(-1);
    }
  }
}

function headOf(row: Row): EntryHead | undefined {
  const { due, id, kind } = row;
  if (kind !== "job" && kind !== "outcome") return undefined;
  try {
    const { meta } = split(row);
    return PRIORITIES.includes(meta.priority) ? { key: { due, id }, kind, meta } : undefined;
  } catch {
    return undefined;
  }
}

function rowOf(head: EntryHead, pieces: number, first: string): Row {
  const { key, kind, meta } = head;
  return { ...key, kind, payload: encodePayload(first, { ...meta, pieces }), named: false };
}

function split(row: Row): { pieces: number; meta: EntryMeta; first: string } {
  const { meta: { pieces, ...meta }, body } = decodePayload<StoredMeta>(row.payload);
  if (pieces === undefined) throw new PayloadVersionError("orchestrator row", row.payload.slice(0, 20), VERSION);
  return { pieces, meta: meta as EntryMeta, first: body };
}

function pieceKey(id: string, index: number): RowKey {
  return { due: PIECE_DUE, id: `${id}/${String(index).padStart(4, "0")}` };
}

/** Cuts a text into pieces that fit, never between the halves of a character. */
function cut(text: string): string[] {
  const size = /[^\0-\x7f]/.test(text) ? PIECE.other : PIECE.ascii;
  const pieces: string[] = [];
  let start = 0;
  do {
    const end = start + size;
    const isHalf = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
    pieces.push(text.slice(start, start = isHalf ? end - 1 : end));
  } while (start < text.length);
  return pieces;
}
