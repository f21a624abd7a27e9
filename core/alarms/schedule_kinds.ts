/**
 * How the two kinds of schedules run: once, and by cron.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { CronEngine } from "./cron_engine.ts";
import type { RowKind } from "./row_kind.ts";
import { decodePayload, encodePayload, type RowMeta } from "./row_payload.ts";
import { CRON_DUE, dueOf, MAX_CRON_DUE } from "./row_table.ts";
import { CronUnavailableError } from "./schedule_errors.ts";
import type { Row } from "../storage.ts";

/**
 * How a one-shot schedule runs.
 *
 * @param run Runs a continuation.
 * @param expectsPromise Guesses whether that will return a promise.
 */
export function onceKind(
  run: (continuation: string) => unknown,
  expectsPromise: (continuation: string) => boolean = () => false,
): RowKind {
  return {
    run: (row) => run(decodePayload(row.payload).body),
    expectsPromise: (row) => expectsPromise(decodePayload(row.payload).body),
  };
}

/** What {@linkcode CronKind} works with. */
export interface CronKindParts {
  /** Runs a continuation. */
  readonly run: (continuation: string) => unknown;
  /** Reads patterns; called when one has to be read. */
  readonly cron: () => CronEngine | undefined;
  /** Time. */
  readonly clock: Clock;
  /** How late a run may be, in milliseconds, before it counts as missed. */
  readonly missedAfter: number;
  /** Hears of a run that was passed over. */
  readonly onMissed: (row: Row, due: number) => void;
}

/** How a cron schedule runs. */
export class CronKind implements RowKind {
  readonly #parts: CronKindParts;

  /** Creates it over its parts. */
  constructor(parts: CronKindParts) {
    this.#parts = parts;
  }

  /** Refuses a row whose next run cannot be found, before its run is half done. */
  check(row: Row): void {
    const { meta } = decodePayload(row.payload);
    nextRun(this.#parts.cron(), meta, plannedRun(row, meta), this.#parts.clock.now());
  }

  /** Runs the continuation. */
  run(row: Row): unknown {
    return this.#parts.run(decodePayload(row.payload).body);
  }

  /** Whether the run fell in downtime and the schedule says to skip such runs; a retry is never skipped. */
  passes(row: Row): boolean {
    const { meta } = decodePayload(row.payload);
    const { clock, missedAfter, onMissed } = this.#parts;
    const due = plannedRun(row, meta);
    const late = clock.now() - due;
    if (meta.missed !== "skip" || meta.failures !== undefined || late <= missedAfter) return false;
    onMissed(row, due);
    return true;
  }

  /** The row at its next run, its count and its previous run brought up to date. */
  next(row: Row, ran: boolean): Row | undefined {
    const { meta: { failures: _failures, error: _error, due: _due, ...meta }, body } = decodePayload(row.payload);
    const planned = plannedRun(row, decodePayload(row.payload).meta);
    const next = nextRun(this.#parts.cron(), meta, planned, this.#parts.clock.now());
    if (next === undefined) return undefined;
    const counted = ran ? { ...meta, previousRun: planned, runCount: (meta.runCount ?? 0) + 1 } : meta;
    return { ...row, due: CRON_DUE + next, payload: encodePayload(body, counted) };
  }
}

/** For when the run was planned that a row stands before; a retry waits for a later time. */
function plannedRun(row: Row, meta: RowMeta): number {
  return meta.due ?? dueOf(row) ?? 0;
}

/**
 * The run of a cron schedule that follows one planned for `planned`.
 *
 * @param cron Reads the pattern.
 * @param meta The schedule's pattern, zone and policy for missed runs.
 * @param planned The run before, in milliseconds since the epoch.
 * @param now The time, in milliseconds since the epoch.
 * @returns Milliseconds since the epoch, in the past only where every missed run is asked for; `undefined` for none.
 * @throws {CronUnavailableError} (`CRON_UNAVAILABLE`) when nobody can read patterns.
 */
export function nextRun(
  cron: CronEngine | undefined,
  meta: RowMeta,
  planned: number,
  now: number,
): number | undefined {
  const { pattern = "", timeZone = "UTC" } = meta;
  if (cron === undefined) throw new CronUnavailableError(pattern);
  const next = cron.next(pattern, timeZone, meta.missed === "all" ? planned : Math.max(planned, now));
  return next === undefined || next > MAX_CRON_DUE ? undefined : next;
}
