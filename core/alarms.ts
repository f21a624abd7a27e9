/**
 * Schedules over a storage, a clock and one physical alarm.
 *
 * @module
 */
import type { AlarmEvent, RowReport } from "./alarms/alarm_events.ts";
import { alarmLimits, type AlarmsOptions, DEFAULT_RETRY } from "./alarms/alarms_options.ts";
import { retryPolicy } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import { encodeContinuation, expectsPromise, runContinuation } from "./continuation.ts";
import { type CronEngine, registeredCron } from "./alarms/cron_engine.ts";
import { type DeadLetter, type DeadLetterFilter, DeadLetters } from "./alarms/dead_letters.ts";
import { DeathWatch } from "./alarms/death_watch.ts";
import { checkInteger, checkNames, checkObject } from "./option_checks.ts";
import { type OverdueReport, overdueReport } from "./alarms/overdue.ts";
import { IdSource } from "./alarms/row_id.ts";
import type { RowKind } from "./alarms/row_kind.ts";
import { RowRunner } from "./alarms/row_runner.ts";
import { RowTable } from "./alarms/row_table.ts";
import { CRON, ONCE, type Schedule, type ScheduleOptions, type When } from "./alarms/schedule.ts";
import { ScheduleBook } from "./alarms/schedule_book.ts";
import { listSchedules, type ScheduleFilter } from "./alarms/schedule_filter.ts";
import { cronKind, onceKind } from "./alarms/schedule_kinds.ts";
import { type SettleOptions, Settler, type SettleResult } from "./alarms/settle.ts";
import type { Row, RowKey } from "./storage.ts";
import { Sweep } from "./alarms/sweep.ts";
import { Wake } from "./alarms/wake.ts";

export type * from "./alarms/alarm_events.ts";
export type { AlarmsOptions } from "./alarms/alarms_options.ts";
export type { CronEngine } from "./alarms/cron_engine.ts";
export type { DeadLetter, DeadLetterFilter } from "./alarms/dead_letters.ts";
export type { OverdueReport } from "./alarms/overdue.ts";
export { IdSource, type RandomFill } from "./alarms/row_id.ts";
export type { RowKind } from "./alarms/row_kind.ts";
export type { FailureRecord } from "./alarms/row_payload.ts";
export * from "./alarms/schedule_errors.ts";
export type { MissedRuns, OnConflict, Schedule, ScheduleOptions, ScheduleState, When } from "./alarms/schedule.ts";
export type { ScheduleFilter } from "./alarms/schedule_filter.ts";
export type { SettleOptions, SettleResult } from "./alarms/settle.ts";

/**
 * Any number of schedules over one storage and its one alarm.
 *
 * A continuation with a synchronous handler commits exactly once, together with the removal of its row; an
 * asynchronous one runs at least once. One that throws is tried again later and ends as a dead letter; it delays no
 * other. It does not promise the time: a schedule runs at its due time or after it, as soon as the platform delivers
 * the alarm.
 *
 * @example Schedule, look, cancel
 * ```ts
 * import { Alarms, continuation } from "@doze/fetch";
 * import { MemoryStorage } from "@doze/fetch/memory";
 * import { assertEquals } from "@std/assert";
 *
 * class Shop {
 *   remind(_customer: string): void {}
 * }
 * const alarms = new Alarms({ storage: new MemoryStorage(), origin: new Shop() });
 * const { id } = alarms.schedule(90, continuation<Shop>().remind("ada"));
 * assertEquals(alarms.getSchedule(id)?.state, "scheduled");
 * assertEquals(alarms.cancelSchedule(id)?.id, id);
 * assertEquals(alarms.cancelSchedule(id), undefined);
 * ```
 */
export class Alarms {
  readonly #options: AlarmsOptions;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #table: RowTable;
  readonly #wake: Wake;
  readonly #settler: Settler;
  readonly #sweep: Sweep;
  readonly #book: ScheduleBook;
  readonly #letters: DeadLetters;
  readonly #kinds = new Map<string, RowKind>();

  /**
   * Creates them; nothing is read or written. Call {@linkcode Alarms.repair} before the first work of a new process.
   *
   * @throws {InvalidOptionError} (`INVALID_OPTION`) and {@linkcode InvalidTimeoutError} (`INVALID_TIMEOUT`) for a limit
   * out of its range; the first one without a storage or an origin, too.
   */
  constructor(options: AlarmsOptions) {
    checkObject("options", options);
    checkObject("storage", options.storage);
    checkObject("origin", options.origin);
    const { storage, clock = systemClock, ids = new IdSource(), timeZone = "UTC" } = options;
    const { isPlatformFailure = () => false, sync = () => {} } = options;
    const { missedAfter, ...limits } = alarmLimits(options);
    const retry = retryPolicy(options.retry, DEFAULT_RETRY);
    checkNames("retry.", options.retry ?? {}, retry);
    this.#options = options;
    this.#clock = clock;
    this.#ids = ids;
    const table = this.#table = new RowTable(storage);
    const wake = this.#wake = new Wake(storage, clock, table, () => this.#sweep.armed());
    const report: RowReport = ({ id, kind }, type, error) => this.#emit({ type, id, kind, error });
    const cron = (): CronEngine | undefined => options.cron ?? registeredCron();
    const parts = { storage, clock, table, wake, report, ids, kinds: this.#kinds, retry, timeZone, cron };
    const settler = this.#settler = new Settler({ ...parts, isPlatformFailure });
    const runner = new RowRunner({ ...parts, settler });
    const watch = new DeathWatch(storage, (key, deaths) => settler.quarantine(key, deaths));
    this.#sweep = new Sweep({ ...parts, settler, runner, watch, sync, ...limits });
    const isHeld = (id: string) => this.#kinds.values().some((kind) => kind.holds?.(id));
    this.#book = new ScheduleBook({ ...parts, isHeld, floor: () => this.#sweep.floor });
    this.#letters = new DeadLetters({ ...parts, isHeld });
    this.#registerSchedules(cron, missedAfter);
  }

  #registerSchedules(cron: () => CronEngine | undefined, missedAfter: number): void {
    const { origin, base = null } = this.#options;
    const run = (text: string) => runContinuation(text, origin, base);
    const onMissed = ({ id }: Row, due: number) => this.#emit({ type: "missed", id, due });
    this.registerKind(ONCE, onceKind(run, (text) => expectsPromise(text, origin)));
    this.registerKind(CRON, cronKind({ run, cron, clock: this.#clock, missedAfter, onMissed }));
  }

  /**
   * Runs a continuation later, once or again and again. Synchronous: when it returns, the schedule is stored and the
   * alarm is armed.
   *
   * @param when A `Date` (one in the past is due at once), a delay in **seconds**, or a cron pattern: five fields, six
   * with seconds first, or a nickname such as `"@daily"`.
   * @param continuation What `ctn()` recorded; its method must exist on the origin's class.
   * @param options An id of your own, a time zone, what happens on a conflict, to missed runs and after failures.
   * @returns The schedule as stored; with `onConflict: "keep"`, the one that was there. A call for what is stored
   * already writes nothing, and a paused schedule stays paused.
   * @throws {InvalidDateError} (`INVALID_DATE`) for an invalid `Date`.
   * @throws {InvalidDelayError} (`INVALID_DELAY`) for a negative, NaN or endless delay.
   * @throws {InvalidCronError} (`INVALID_CRON`) for a pattern that cannot be read.
   * @throws {NoNextRunError} (`NO_NEXT_RUN`) for a pattern that never comes.
   * @throws {InvalidTimeZoneError} (`INVALID_TIME_ZONE`) for an unknown zone.
   * @throws {CronUnavailableError} (`CRON_UNAVAILABLE`) for a pattern where no cron engine was imported.
   * @throws {InvalidIdError} (`INVALID_ID`) for an id that is empty, too long or no string.
   * @throws {DuplicateIdError} (`DUPLICATE_ID`) for an id in use, with `onConflict: "throw"` or when a request has it.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for another option out of its range.
   * @throws {NotAContinuationError} (`NOT_A_CONTINUATION`) and {@linkcode UnknownMethodError} (`UNKNOWN_METHOD`) for
   * the continuation.
   * @throws {RowTooLargeError} (`ROW_TOO_LARGE`) when it does not fit a row.
   */
  schedule(when: When, continuation: unknown, options: ScheduleOptions = {}): Schedule {
    const { origin, base = null } = this.#options;
    return this.#book.add(when, () => encodeContinuation(continuation, origin, base), options);
  }

  /**
   * Cancels a schedule; it will not run, unless an asynchronous handler of it has already begun.
   *
   * @param id The schedule's id.
   * @returns The schedule as it was, to exactly one of several callers; `undefined` when there is none.
   */
  cancelSchedule(id: string): Schedule | undefined {
    return this.#book.remove(id);
  }

  /** The schedule with an id, or `undefined`. It may have run before you look at what is returned. */
  getSchedule(id: string): Schedule | undefined {
    return this.#book.get(id);
  }

  /**
   * Lists schedules in the order in which they are due; paused ones come last, by id.
   *
   * @param filter Which; the page's size; and the last schedule of the page before. Defaults to the first 100.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for a `limit`, `from` or `to` out of its range.
   */
  getSchedules(filter: ScheduleFilter = {}): Schedule[] {
    return listSchedules(this.#table, filter);
  }

  /**
   * Sets a schedule aside until it is resumed. An asynchronous handler that has begun goes on; it runs again later.
   *
   * @returns The schedule, paused, or `undefined` when there is none.
   */
  pause(id: string): Schedule | undefined {
    return this.#book.pause(id);
  }

  /**
   * Takes up a paused schedule: a one-shot at its time, at once when that has passed; cron at its next run, with none
   * made up for the pause.
   *
   * @returns The schedule, or `undefined` when there is none, or a cron pattern has no further run.
   */
  resume(id: string): Schedule | undefined {
    return this.#book.resume(id);
  }

  /**
   * The platform's alarm handler: runs what is due, in order, each row in a transaction of its own.
   *
   * Before it runs anything it arms the alarm for the rows after those. After `maxRunsPerAlarm` rows or `timeSlice` it
   * arms the alarm again at once and yields. What a row's handler throws ends in that row, never here.
   *
   * @param info What Cloudflare passes to `alarm()`: whether it tries again after a failure, so that a death is known
   * at once. Leave it out elsewhere.
   * @returns Fulfils when asynchronous handlers have ended or, when they take longer, as soon as the alarm is due
   * again; the next call waits for them.
   * @throws What `isPlatformFailure` recognises, so that the platform tries again; the row stays as it was.
   */
  async onAlarm(info?: { readonly retryCount: number }): Promise<void> {
    await this.#sweep.onAlarm((info?.retryCount ?? 0) > 0);
  }

  /**
   * Runs rows now, without an alarm: for tests, and for hosts that wake by other means.
   *
   * @param count How many rows to run, in the order of their due times, due or not. Defaults to all that are due.
   * @returns The ids of the rows that ran, failures included, once their handlers have ended. Called by a handler that an
   * alarm runs, it runs nothing.
   * @throws What `isPlatformFailure` recognises.
   */
  async triggerAlarms(count?: number): Promise<string[]> {
    if (count !== undefined) checkInteger("count", count, 0);
    return await this.#sweep.trigger(count);
  }

  /**
   * Lists the rows that have failed for good, by id; they stay until redriven or purged.
   *
   * @param filter Which; the page's size; and the last letter of the page before. Defaults to the first 100.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for a `limit` out of its range.
   */
  getDeadLetters(filter: DeadLetterFilter = {}): DeadLetter[] {
    return this.#letters.list(filter);
  }

  /**
   * Runs a dead letter again, at once and with all of its tries.
   *
   * @param id The letter's id.
   * @returns The id under which it runs: the old one or, where another row has it or the letter was one run of a cron
   * schedule, a generated one. `undefined` when there is no such letter.
   */
  redrive(id: string): string | undefined {
    return this.#letters.redrive(id);
  }

  /**
   * Throws dead letters away.
   *
   * @param id The letter's id. Defaults to all letters.
   * @returns How many there were.
   */
  purge(id?: string): number {
    return this.#letters.purge(id);
  }

  /**
   * Tells how far behind the alarms are. Rows of every kind count; those of handlers that run at this moment, too.
   *
   * @param by How late a row must be, in milliseconds, to count. Defaults to 60,000.
   * @returns The number of such rows, which it reads, and how late the first one is.
   */
  getOverdue(by = 60_000): OverdueReport {
    return overdueReport(this.#options.storage, this.#table, this.#clock.now(), by);
  }

  /** Arms the alarm as the rows ask for, whatever a crash has left. Call it once at the start of a process. */
  repair(): void {
    this.#wake.repair();
  }

  /**
   * Arms the alarm for `due`, unless it is armed for then or earlier; at least one millisecond from now.
   *
   * @param due Milliseconds since the epoch.
   */
  ensureArmed(due: number): void {
    this.#wake.ensureArmed(due);
  }

  /**
   * Adds a kind of row, to be run by the same alarm.
   *
   * @param name What the rows have in {@linkcode Row.kind}.
   * @param kind How they run.
   */
  registerKind(name: string, kind: RowKind): void {
    this.#kinds.set(name, kind);
  }

  /**
   * Makes an id for a row that is due at `due`, with which {@linkcode Alarms.locate} needs no index.
   *
   * @param due Integer milliseconds since the epoch.
   */
  newId(due: number): string {
    return this.#ids.generate(due);
  }

  /** Finds a row of any kind by its id, wherever a retry or a pause has moved it; dead letters are not found. */
  locate(id: string): Row | undefined {
    return this.#table.locate(id);
  }

  /**
   * Runs a row of any kind now: takes it and runs it, so that both happen or neither does.
   *
   * After a failure the row waits for its next try, and after the last one it is a dead letter. While an asynchronous
   * handler runs, a second call joins it.
   *
   * @param key Where the row is; or the row itself, read in this turn, which is then not read again.
   * @param options How to run it, where that is not as its kind says, and what it keeps after a failure.
   * @returns What became of the row; a promise when its handler returned one.
   * @throws {UnknownRowKindError} (`UNKNOWN_ROW_KIND`) when nobody has registered the row's kind.
   * @throws What `isPlatformFailure` recognises, thrown or as a rejection.
   */
  settle(key: RowKey | Row, options: SettleOptions = {}): SettleResult | Promise<SettleResult> {
    const row = "payload" in key ? key : this.#options.storage.get(key);
    return row === undefined ? "gone" : this.#settler.settle(row, options);
  }

  #emit(event: AlarmEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch { /* a listener that fails must not undo the work that it hears of */ }
  }
}
