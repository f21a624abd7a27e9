/**
 * How to set up alarms.
 *
 * @module
 */
import type { AlarmEvent } from "./alarm_events.ts";
import type { RetryOptions, RetryPolicy } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import type { CronEngine } from "./cron_engine.ts";
import { InvalidTimeoutError } from "../errors.ts";
import { checkInteger } from "../option_checks.ts";
import type { IdSource } from "./row_id.ts";
import type { Storage } from "../storage.ts";

/** What {@linkcode Alarms} is made of. */
export interface AlarmsOptions {
  /** Where the rows and the alarm are. */
  readonly storage: Storage;
  /** Time, timers and jitter. Defaults to `systemClock`. */
  readonly clock?: Clock;
  /** The object that continuations run on. */
  readonly origin: object;
  /** The prototype whose own methods, and those below it, no continuation reaches. `null` for `Object.prototype`. */
  readonly base?: object | null;
  /** Hears of failures, missed runs and rows that cannot be read. What it throws is ignored. */
  readonly onEvent?: (event: AlarmEvent) => void;
  /**
   * Whether an error is the platform's, such as a reset by a deploy: then it propagates, and the row stays as it was.
   * Defaults to never.
   */
  readonly isPlatformFailure?: (error: unknown) => boolean;
  /** Tries of a row whose handler throws. Defaults to 5 attempts, 1 s, doubled up to 1 h, jitter 0.5. */
  readonly retry?: RetryOptions;
  /** Most rows that one alarm runs before it yields to other work; an integer of 1 or more. Defaults to 1,000. */
  readonly maxRunsPerAlarm?: number;
  /**
   * Longest that one alarm starts rows before it yields, in milliseconds. Defaults to 5,000. On Cloudflare the clock
   * stands still between I/O, so that there `maxRunsPerAlarm` bounds synchronous handlers.
   */
  readonly timeSlice?: number;
  /**
   * While asynchronous handlers run, the alarm is armed for this many milliseconds from now at the latest, so that
   * their rows are met again soon should the object die: Cloudflare drops the retry of an alarm whose handler has
   * armed a later one. Defaults to 60,000; each alarm set costs one row written.
   */
  readonly watchdog?: number;
  /** How late a cron run may be before it counts as missed, in milliseconds. Defaults to 60,000. */
  readonly missedAfter?: number;
  /** Time zone of cron patterns that name none, as an IANA name. Defaults to `"UTC"`. */
  readonly timeZone?: string;
  /** Reads cron patterns. Defaults to the engine that importing `@doze/fetch/cron` registers. */
  readonly cron?: CronEngine;
  /**
   * Waits until everything written is durable: `() => ctx.storage.sync()` on Cloudflare, where writes made without an
   * `await` in between become durable together. Called only while an object's death is suspected. Defaults to nothing,
   * for storages whose transactions are durable at once.
   */
  readonly sync?: () => Promise<void> | void;
  /** Makes ids. Defaults to one that draws from `crypto.getRandomValues`. */
  readonly ids?: IdSource;
}

/** Tries of a row whose handler throws, where nothing else is said. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, backoff: 1_000, maxDelay: 3_600_000, jitter: 0.5 };

/** The limits of one alarm, with their defaults filled in. */
export interface AlarmLimits {
  /** As {@linkcode AlarmsOptions.maxRunsPerAlarm}. */
  readonly maxRuns: number;
  /** As {@linkcode AlarmsOptions.timeSlice}. */
  readonly timeSlice: number;
  /** As {@linkcode AlarmsOptions.watchdog}. */
  readonly watchdog: number;
  /** As {@linkcode AlarmsOptions.missedAfter}. */
  readonly missedAfter: number;
}

/**
 * Fills in the limits and checks them.
 *
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when `maxRunsPerAlarm` is no integer of 1 or more.
 * @throws {InvalidTimeoutError} (`INVALID_TIMEOUT`) when a duration is not zero or more milliseconds.
 */
export function alarmLimits(options: AlarmsOptions): AlarmLimits {
  const { maxRunsPerAlarm: maxRuns = 1_000, timeSlice = 5_000, watchdog = 60_000, missedAfter = 60_000 } = options;
  checkInteger("maxRunsPerAlarm", maxRuns);
  for (const [name, value] of Object.entries({ timeSlice, watchdog, missedAfter })) {
    if (!(value >= 0)) throw new InvalidTimeoutError(name, value, "pass zero or more milliseconds");
  }
  return { maxRuns, timeSlice, watchdog, missedAfter };
}
