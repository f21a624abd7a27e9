/**
 * Runs due rows of any kind, whatever they do, and keeps count of the ones that take their time.
 *
 * @module
 */
import type { RowReport } from "./alarm_events.ts";
import type { Clock } from "../clock.ts";
import type { RowKind } from "./row_kind.ts";
import { decodePayload } from "./row_payload.ts";
import { SetBacks } from "./set_backs.ts";
import type { Settler } from "./settle.ts";
import type { Row, Storage } from "../storage.ts";
import type { Wake } from "./wake.ts";

/** How long a row that this release cannot run is put off, in milliseconds: a deploy may bring the code back. */
const UNREADABLE_DELAY_MS = 300_000;

/** What {@linkcode RowRunner} works with. */
export interface RowRunnerParts {
  /** Where the rows are. */
  readonly storage: Storage;
  /** Time. */
  readonly clock: Clock;
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
   * Runs a row. What its handler throws ends in the row; a platform failure of an asynchronous one is kept for
   * {@linkcode RowRunner.throwPlatformFailure}.
   *
   * @returns Whether there was something to run.
   * @throws A platform failure of a synchronous handler.
   */
  run(row: Row): boolean {
    const kind = this.#kindOf(row);
    if (kind === undefined) return false;
    const setBack = (error: unknown): never => {
      this.setBacks.add(row.id, this.#parts.clock.now());
      throw error;
    };
    try {
      const result = kind.settle?.(row) ?? this.#parts.settler.settle(row);
      if (typeof result === "string") {
        this.setBacks.end(row.id);
        return result !== "gone";
      }
      this.#track(result.then(() => this.setBacks.end(row.id), setBack));
      return true;
    } catch (error) {
      return setBack(error);
    }
  }

  /** Lets every kind look at what it watches besides its rows: see {@linkcode RowKind.wake}. */
  wake(now: number): void {
    for (const kind of this.#parts.kinds.values()) {
      const running = kind.wake?.(now);
      if (running !== undefined) this.#track(running);
    }
  }

  /** The earliest time after an instant at which a kind wants the alarm besides its rows' due times, or `Infinity`. */
  nextWake(after: number): number {
    return Math.min(...this.#parts.kinds.values().map((kind) => kind.nextWake?.(after) ?? Infinity));
  }

  #track(running: Promise<unknown>): void {
    const pending = running.catch((error) => {
      this.#platformFailure = { error };
    }).finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  /** Throws the platform failure, if any, that an asynchronous handler has met since the last call. */
  throwPlatformFailure(): void {
    const failure = this.#platformFailure;
    this.#platformFailure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** How to run a row; one that this release cannot run is put off, untouched, and `undefined` is returned. */
  #kindOf(row: Row): RowKind | undefined {
    const { clock, settler, storage, wake, report } = this.#parts;
    try {
      decodePayload(row.payload);
      const kind = settler.kindOf(row);
      kind.check?.(row);
      return kind;
    } catch (error) {
      storage.transaction(() => {
        if (storage.get(row)?.payload !== row.payload) return;
        wake.putOff(row, clock.now() + UNREADABLE_DELAY_MS, row.payload);
      });
      report(row, "unreadable", error);
      return undefined;
    }
  }
}
