/**
 * What happens when the alarm fires: every due row runs, in order, each in a transaction of its own.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { UnknownRowKindError } from "./schedule_errors.ts";
import type { RowKind, SettleResult } from "./row_kind.ts";
import { decodePayload } from "./row_payload.ts";
import { CRON_DUE, type RowTable } from "./row_table.ts";
import type { Settler } from "./settle.ts";
import { MAX_DUE, type Row, type Storage } from "./storage.ts";
import type { Wake } from "./wake.ts";

/** How long a row that this release cannot read is put off, in milliseconds: a deploy may bring the code back. */
const UNREADABLE_DELAY_MS = 300_000;

/**
 * While asynchronous handlers run, the alarm is armed for this many milliseconds from now at the latest: should the
 * object die, the platform wakes it for the rows that they have left.
 */
const WATCHDOG_MS = 60_000;

/** What {@linkcode Sweep} works with. */
export interface SweepParts {
  /** Where the rows are. */
  readonly storage: Storage;
  /** Time. */
  readonly clock: Clock;
  /** The view of the storage. */
  readonly table: RowTable;
  /** The alarm. */
  readonly wake: Wake;
  /** Runs a row. */
  readonly settler: Settler;
  /** The kinds of rows, by name. */
  readonly kinds: ReadonlyMap<string, RowKind>;
  /** Most rows that one alarm runs. */
  readonly maxRuns: number;
  /** Longest that one alarm starts rows, in milliseconds. */
  readonly timeSlice: number;
  /** Hears of a row that this release cannot read. */
  readonly onUnreadable: (row: Row, error: unknown) => void;
}

/** Runs due rows. */
export class Sweep {
  readonly #parts: SweepParts;
  readonly #pending = new Set<Promise<unknown>>();
  #platformFailure: { error: unknown } | undefined;
  #upTo: number | undefined;
  #earlier: () => void = () => {};

  /** Creates it over its parts. */
  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  /**
   * Earliest time for which a row may be scheduled at this moment, in milliseconds since the epoch: while rows run,
   * what they add waits for the next alarm, so that a handler that schedules itself for now starves nobody.
   */
  get floor(): number {
    return this.#upTo === undefined ? 0 : this.#upTo + 1;
  }

  /** Must hear that the alarm has been armed, for an alarm handler that waits. */
  armed(): void {
    this.#earlier();
  }

  /** The alarm handler: see {@linkcode Alarms.onAlarm}. */
  async onAlarm(): Promise<void> {
    if (this.#upTo !== undefined) return;
    const { clock, table, wake } = this.#parts;
    wake.clearPast();
    const now = clock.now();
    // Before any work, so that whatever the work does, the later rows are not stranded.
    const next = table.nextDueAfter(now);
    if (next !== undefined) wake.ensureArmed(next);
    const nextWake = this.#nextWake(now);
    if (nextWake !== undefined) wake.ensureArmed(nextWake);
    try {
      for (const kind of this.#parts.kinds.values()) this.#track(kind.wake?.(now));
      if (this.#runDue(now)) wake.ensureArmed(now);
      await this.#linger();
    } catch (error) {
      // The platform tries again; where it does not, the alarm does. A storage that has failed cannot be armed.
      try {
        wake.repair();
      } catch { /* the first failure is the one to report */ }
      throw error;
    }
    this.#throwPlatformFailure();
  }

  /** Runs rows now: see {@linkcode Alarms.triggerAlarms}. */
  async trigger(count?: number): Promise<string[]> {
    if (this.#upTo !== undefined) return [];
    const { clock, table, wake } = this.#parts;
    const now = clock.now();
    const ran = new Set<string>();
    const running: unknown[] = [];
    const rows = count === undefined ? table.due(now) : this.#first(count);
    this.#upTo = now;
    try {
      for (const row of rows) {
        const result = this.#runRow(row);
        if (result !== "gone") ran.add(row.id);
        running.push(result);
      }
    } finally {
      this.#upTo = undefined;
    }
    await Promise.all(running);
    wake.repair();
    this.#throwPlatformFailure();
    return [...ran];
  }

  #first(count: number): Row[] {
    const rows: Row[] = [];
    for (const row of this.#parts.table.due(Number.MAX_SAFE_INTEGER)) {
      if (rows.length >= count) break;
      rows.push(row);
    }
    return rows;
  }

  /** Starts the rows that are due; tells whether some are left over. */
  #runDue(now: number): boolean {
    const { clock, table, settler, maxRuns, timeSlice } = this.#parts;
    this.#upTo = now;
    let runs = 0;
    try {
      for (const row of table.due(now)) {
        if (settler.isRunning(row.id)) continue;
        if (runs === maxRuns || (runs > 0 && clock.now() - now >= timeSlice)) return true;
        runs++;
        this.#runRow(row);
      }
      return false;
    } finally {
      this.#upTo = undefined;
    }
  }

  /** Runs a row; application failures end in the row, never here. */
  #runRow(row: Row): SettleResult | Promise<SettleResult | undefined> {
    const kind = this.#kindOf(row);
    if (kind === undefined) return "gone";
    const result = kind.settle === undefined ? this.#parts.settler.settle(row, kind) : kind.settle(row);
    return typeof result === "string" ? result : this.#track(result);
  }

  /** Keeps the alarm handler waiting for a promise, whose rejection is the platform's. */
  #track<T>(running: Promise<T> | undefined): Promise<T | undefined> {
    if (running === undefined) return Promise.resolve(undefined);
    const pending: Promise<T | undefined> = running.catch((error) => {
      this.#platformFailure = { error };
      return undefined;
    }).finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
    return pending;
  }

  /** The earliest time after an instant at which a kind wants the alarm besides its rows' due times. */
  #nextWake(after: number): number | undefined {
    let next: number | undefined;
    for (const kind of this.#parts.kinds.values()) {
      const wanted = kind.nextWake?.(after);
      if (wanted !== undefined && (next === undefined || wanted < next)) next = wanted;
    }
    return next;
  }

  /** How to run a row; one that this release cannot run is put off, untouched, and `undefined` is returned. */
  #kindOf(row: Row): RowKind | undefined {
    const { clock, kinds, table, wake, storage, onUnreadable } = this.#parts;
    try {
      decodePayload(row.payload);
      const kind = kinds.get(row.kind);
      if (kind === undefined) throw new UnknownRowKindError(row.kind);
      kind.check?.(row);
      return kind;
    } catch (error) {
      const due = clock.now() + UNREADABLE_DELAY_MS;
      storage.transaction(() => {
        if (storage.get(row) === undefined) return;
        table.relocate(row, row.due > MAX_DUE ? CRON_DUE + due : due, row.payload);
        wake.ensureArmed(due);
      });
      onUnreadable(row, error);
      return undefined;
    }
  }

  /**
   * Waits for asynchronous handlers, so that the platform keeps the object, but no longer than until the alarm is due:
   * it does not fire while its handler runs, and a handler that never ends must not delay the other rows.
   */
  async #linger(): Promise<void> {
    const { clock, storage, table, wake } = this.#parts;
    if (this.#pending.size === 0) return;
    wake.ensureArmed(clock.now() + WATCHDOG_MS);
    while (this.#pending.size > 0) {
      const armed = storage.armedAt();
      if (armed !== undefined && armed <= clock.now()) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = clock.setTimeout(resolve, (armed ?? clock.now() + WATCHDOG_MS) - clock.now());
      this.#earlier = resolve;
      await Promise.race([promise, Promise.all(this.#pending)]);
      cancel();
    }
    this.#earlier = () => {};
    if (table.nextDue() === undefined && this.#nextWake(-1) === undefined) storage.disarm();
  }

  #throwPlatformFailure(): void {
    const failure = this.#platformFailure;
    this.#platformFailure = undefined;
    if (failure !== undefined) throw failure.error;
  }
}
