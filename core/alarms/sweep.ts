/**
 * What happens when the alarm fires: every due row runs, in order, each in a transaction of its own.
 *
 * @module
 */
import { retryDelay } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import type { DeathWatch } from "./death_watch.ts";
import type { RowRunner } from "./row_runner.ts";
import { dueOf, type RowTable } from "./row_table.ts";
import { WHILE_FAILING } from "./set_backs.ts";
import type { Settler } from "./settle.ts";
import type { Row, Storage } from "../storage.ts";
import type { Wake } from "./wake.ts";

/** How long a row that runs alone, under suspicion, keeps the next from starting, in milliseconds. */
const ALONE_MS = 10_000;

/** While a death is suspected, the alarm is armed for this many milliseconds from now at the latest. */
const SUSPECT_ALARM_MS = 1_000;

/** What {@linkcode Sweep} works with. */
export interface SweepParts {
  /** Where the alarm is. */
  readonly storage: Storage;
  /** Time. */
  readonly clock: Clock;
  /** The view of the storage. */
  readonly table: RowTable;
  /** The alarm. */
  readonly wake: Wake;
  /** Knows which rows run. */
  readonly settler: Settler;
  /** Runs a row. */
  readonly runner: RowRunner;
  /** Finds the rows that kill. */
  readonly watch: DeathWatch;
  /** Most rows that one alarm runs. */
  readonly maxRuns: number;
  /** Longest that one alarm starts rows, in milliseconds. */
  readonly timeSlice: number;
  /** While asynchronous handlers run, the alarm is armed for this many milliseconds from now at the latest. */
  readonly watchdog: number;
  /** Waits until what has been written is durable. */
  readonly sync: () => Promise<void> | void;
}

/** Runs due rows. */
export class Sweep {
  readonly #parts: SweepParts;
  #upTo: number | undefined;
  #guarding = false;
  /** Alarms in a row that have failed by the platform. */
  #failures = 0;
  #wakeUp: () => void = () => {};

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
    this.#wakeUp();
  }

  /** The alarm handler: see {@linkcode Alarms.onAlarm}. */
  async onAlarm(retried: boolean): Promise<void> {
    // What a handler, or a second alarm, would start has been started; the first call arms for the rest.
    if (this.#upTo !== undefined || this.#guarding) return;
    const { clock, table, wake, runner } = this.#parts;
    wake.clearPast();
    const now = clock.now();
    // Before any work, so that whatever the work does, the later rows are not stranded.
    wake.ensureArmed(Math.min(table.nextDueAfter(now), runner.nextWake(now)));
    try {
      runner.wake(now);
      if (await this.#runDue(now, retried)) wake.ensureArmed(now);
      wake.ensureArmed(runner.setBacks.next(now));
      await this.#linger();
      runner.throwPlatformFailure();
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      // The platform tries again; where it does not, the alarm does. A storage that has failed cannot be armed.
      try {
        this.#armAfterFailure();
      } catch { /* the first failure is the one to report */ }
      throw error;
    }
  }

  /** Arms for what is left, but not at once: a failure that lasts must not turn into a loop. */
  #armAfterFailure(): void {
    const { clock, table, wake, runner: { setBacks } } = this.#parts;
    wake.clearPast();
    const now = clock.now();
    const row = table.due(Number.MAX_SAFE_INTEGER).find(({ id }) => !setBacks.has(id, now));
    const again = now + retryDelay(WHILE_FAILING, this.#failures, 0);
    if (row !== undefined) wake.ensureArmed(Math.max(dueOf(row) ?? now, again));
    wake.ensureArmed(setBacks.next(now));
  }

  /** Runs rows now: see {@linkcode Alarms.triggerAlarms}. */
  async trigger(count?: number): Promise<string[]> {
    if (this.#upTo !== undefined) return [];
    const { clock, wake, runner } = this.#parts;
    const now = clock.now();
    const ran = new Set<string>();
    // Asked for by hand, rows run that a failure has set back.
    runner.setBacks.clear();
    const rows = count === undefined ? this.#passes(now) : this.#ready(Number.MAX_SAFE_INTEGER).take(count).toArray();
    this.#upTo = now;
    try {
      for (const row of rows) {
        if (runner.run(row)) ran.add(row.id);
      }
    } finally {
      this.#upTo = undefined;
    }
    await Promise.all(runner.pending);
    wake.repair();
    runner.throwPlatformFailure();
    return [...ran];
  }

  /** Runs the rows that are due; tells whether some are left over. */
  #runDue(now: number, retried: boolean): boolean | Promise<boolean> {
    const { table, watch } = this.#parts;
    watch.start(() => table.nextDue(), now, retried);
    return watch.step === Infinity ? this.#runRows(now, this.#parts.maxRuns) : this.#runGuarded(now);
  }

  /** Runs up to `limit` due rows; tells whether some are left over. */
  #runRows(now: number, limit: number): boolean {
    const { clock, runner, timeSlice } = this.#parts;
    this.#upTo = now;
    let runs = 0;
    try {
      for (const row of this.#passes(now)) {
        if (runs === limit || (runs > 0 && clock.now() - now >= timeSlice)) return true;
        runs++;
        runner.run(row);
      }
      return false;
    } finally {
      this.#upTo = undefined;
    }
  }

  /** Walks the due rows, again for as long as there are some: runs of cron that are made up for leave one each. */
  *#passes(now: number): Generator<Row, void, void> {
    for (let found = true; found;) {
      found = false;
      for (const row of this.#ready(now)) {
        yield row;
        found = true;
      }
    }
  }

  /** The rows due by a time that may run and do not run already. */
  #ready(upTo: number): IteratorObject<Row> {
    const { clock, table, settler, runner: { setBacks } } = this.#parts;
    return table.due(upTo).filter(({ id }) => !settler.isRunning(id) && !setBacks.has(id, clock.now()));
  }

  /** Runs due rows step by step, each step under a mark that outlives the object. */
  async #runGuarded(now: number): Promise<boolean> {
    const { clock, table, wake, watch, runner, sync, maxRuns, timeSlice } = this.#parts;
    this.#guarding = true;
    try {
      for (let runs = 0; runs < maxRuns && (runs === 0 || clock.now() - now < timeSlice);) {
        const step = Math.min(watch.step, maxRuns - runs);
        const rows = this.#ready(now).take(step).toArray();
        if (rows.length === 0) {
          this.#clearLater();
          return false;
        }
        watch.before(rows);
        // Cloudflare tries an alarm again when its object dies, unless a later alarm that it set is durable by then.
        wake.ensureArmed(clock.now() + SUSPECT_ALARM_MS);
        // What the steps before have done is made durable too: the rows to suspect are the ones of this step.
        await sync();
        this.#runRows(now, step);
        runs += rows.length;
        if (step === 1) await within(clock, ALONE_MS, [...runner.pending]);
      }
      return true;
    } finally {
      this.#guarding = false;
      // An alarm that came meanwhile has done nothing for the rows that were due by then.
      wake.ensureArmed(table.nextDueAfter(now));
    }
  }

  /** Removes the mark once the handlers have ended or, when they take longer, have lived long enough. */
  #clearLater(): void {
    const { clock, watch, runner: { pending } } = this.#parts;
    if (pending.size === 0) watch.clear();
    else {
      within(clock, ALONE_MS, [...pending]).then(() => watch.clear()).catch(() => {
        // A storage that has failed ends the object; the mark is for the next one to read.
      });
    }
  }

  /**
   * Waits for asynchronous handlers, so that the platform keeps the object, but no longer than until the alarm is due:
   * it does not fire while its handler runs, and a handler that never ends must not delay the other rows.
   */
  async #linger(): Promise<void> {
    const { clock, storage, table, wake, runner, watchdog } = this.#parts;
    const { pending } = runner;
    if (pending.size === 0) return;
    // Should the object die, the platform fires what is armed, and only that, for the rows that these leave behind.
    wake.ensureArmed(clock.now() + watchdog);
    while (pending.size > 0) {
      const wait = (storage.armedAt() ?? clock.now() + watchdog) - clock.now();
      if (wait <= 0) return;
      const rearmed = new Promise<void>((resolve) => this.#wakeUp = resolve);
      await within(clock, wait, [Promise.race([rearmed, Promise.all(pending)])]);
    }
    if (Math.min(table.nextDue(), runner.nextWake(-1)) === Infinity) storage.disarm();
  }
}

/** Waits for all of some promises that never reject, for `ms` milliseconds at most. */
async function within(clock: Clock, ms: number, promises: readonly Promise<unknown>[]): Promise<void> {
  if (promises.length === 0) return;
  let cancel = (): void => {};
  const timer = new Promise<void>((resolve) => cancel = clock.setTimeout(resolve, ms));
  await Promise.race([timer, Promise.all(promises)]);
  cancel();
}
