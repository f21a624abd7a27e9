/**
 * Runs due rows of any kind, whatever they do, and keeps count of the ones that take their time.
 *
 * @module
 */
import type { RowReport } from "./alarm_events.ts";
import type { Clock } from "../clock.ts";
import type { RowKind } from "./row_kind.ts";
import { decodePayload } from "./row_payload.ts";
import { CRON_DUE, type RowTable } from "./row_table.ts";
import { UnknownRowKindError } from "./schedule_errors.ts";
import { SetBacks } from "./set_backs.ts";
import type { Settler, SettleResult } from "./settle.ts";
import { MAX_DUE, type Row, type Storage } from "../storage.ts";
import type { Wake } from "./wake.ts";

/** How long a row that this release cannot run is put off, in milliseconds: a deploy may bring the code back. */
const UNREADABLE_DELAY_MS = 300_000;

/** What {@linkcode RowRunner} works with. */
export interface RowRunnerParts {
  /** Where the rows are. */
  readonly storage: Storage;
  /** Time. */
  readonly clock: Clock;
  /** The view of the storage. */
  readonly table: RowTable;
  /** The alarm. */
  readonly wake: Wake;
  /** Runs a row whose kind is known. */
  readonly settler: Settler;
  /** The kinds of rows, by name. */
  readonly kinds: ReadonlyMap<string, RowKind>;
  /** Hears of a row that this release cannot run. */
  readonly report: RowReport;
}

/** Runs rows for a sweep. */
export class RowRunner {
  /** The rows that have met a failure of the platform. */
  readonly setBacks: SetBacks = new SetBacks();
  readonly #parts: RowRunnerParts;
  readonly #pending = new Set<Promise<unknown>>();
  #platformFailure: { error: unknown } | undefined;

  /** Creates it over its parts. */
  constructor(parts: RowRunnerParts) {
    this.#parts = parts;
  }

  /** The asynchronous handlers that run at this moment; these promises never reject. */
  get pending(): ReadonlySet<Promise<unknown>> {
    return this.#pending;
  }

  /**
   * Runs a row. What its handler throws ends in the row.
   *
   * @returns What became of the row; a promise, which never rejects, when its handler returned one. `undefined` stands
   * for a platform failure.
   * @throws A platform failure of a synchronous handler.
   */
  run(row: Row): SettleResult | Promise<SettleResult | undefined> {
    const kind = this.#kindOf(row);
    if (kind === undefined) return "gone";
    let result: SettleResult | Promise<SettleResult>;
    try {
      result = kind.settle === undefined ? this.#parts.settler.settle(row, kind) : kind.settle(row);
    } catch (error) {
      this.setBacks.add(row.id, this.#parts.clock.now());
      throw error;
    }
    if (typeof result === "string") {
      this.setBacks.end(row.id);
      return result;
    }
    result.then(() => this.setBacks.end(row.id), () => this.setBacks.add(row.id, this.#parts.clock.now()));
    return this.#track(result);
  }

  /** Lets every kind look at what it watches besides its rows: see {@linkcode RowKind.wake}. */
  wake(now: number): void {
    for (const kind of this.#parts.kinds.values()) {
      const running = kind.wake?.(now);
      if (running !== undefined) this.#track(running);
    }
  }

  /** The earliest time after an instant at which a kind wants the alarm besides its rows' due times. */
  nextWake(after: number): number | undefined {
    let next: number | undefined;
    for (const kind of this.#parts.kinds.values()) {
      const wanted = kind.nextWake?.(after);
      if (wanted !== undefined && (next === undefined || wanted < next)) next = wanted;
    }
    return next;
  }

  #track<T>(running: Promise<T>): Promise<T | undefined> {
    const pending: Promise<T | undefined> = running.catch((error) => {
      this.#platformFailure = { error };
      return undefined;
    }).finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
    return pending;
  }

  /** Throws the platform failure, if any, that an asynchronous handler has met since the last call. */
  throwPlatformFailure(): void {
    const failure = this.#platformFailure;
    this.#platformFailure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** How to run a row; one that this release cannot run is put off, untouched, and `undefined` is returned. */
  #kindOf(row: Row): RowKind | undefined {
    const { kinds, report } = this.#parts;
    try {
      decodePayload(row.payload);
      const kind = kinds.get(row.kind);
      if (kind === undefined) throw new UnknownRowKindError(row.kind);
      kind.check?.(row);
      return kind;
    } catch (error) {
      this.#putOff(row);
      report(row, "unreadable", error);
      return undefined;
    }
  }

  #putOff(row: Row): void {
    const { clock, storage, table, wake } = this.#parts;
    const due = clock.now() + UNREADABLE_DELAY_MS;
    storage.transaction(() => {
      if (storage.get(row)?.payload !== row.payload) return;
      table.relocate(row, row.due > MAX_DUE ? CRON_DUE + due : due, row.payload);
      wake.ensureArmed(due);
    });
  }
}
