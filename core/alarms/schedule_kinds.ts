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
  expectsPromise: (continuation: string) => boolean,
): RowKind {
  return {
    run: (row) => run(decodePayload(row.payload).body),
    expectsPromise: (row) => expectsPromise(decodePayload(row.payload).body),
  };
}

/** What {@linkcode cronKind} works with. */
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
export function cronKind({ run, cron, clock, missedAfter, onMissed }: CronKindParts): RowKind {
  /** The run after the one that a row stands before; it throws where that cannot be found. */
  function following(row: Row): number | undefined {
    const { meta } = decodePayload(row.payload);
    return nextRun(cron(), meta, plannedRun(row, meta), clock.now());
  }
  return {
    check: (row) => void following(row),
    run: (row) => run(decodePayload(row.payload).body),
    passes(row) {
      const { meta } = decodePayload(row.payload);
      const due = plannedRun(row, meta);
      // A retry is never skipped.
      const skipped = meta.missed === "skip" && meta.failures === undefined && clock.now() - due > missedAfter;
      if (skipped) onMissed(row, due);
      return skipped;
    },
    next(row, ran) {
      const next = following(row);
      if (next === undefined) return undefined;
      const { meta, body } = decodePayload(row.payload);
      const { failures: _failures, error: _error, due: _due, ...kept } = meta;
      const counted = { ...kept, previousRun: plannedRun(row, meta), runCount: (kept.runCount ?? 0) + 1 };
      return { ...row, due: CRON_DUE + next, payload: encodePayload(body, ran ? counted : kept) };
    },
  };
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
