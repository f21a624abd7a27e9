/**
 * The one physical alarm that all rows share.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { CRON_DUE, type RowTable } from "./row_table.ts";
import type { Row, Storage } from "../storage.ts";

/** Arms the alarm, earlier only: an alarm too early fires, finds nothing and arms again; one too late loses time. */
export class Wake {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #table: RowTable;
  readonly #onEarlier: () => void;
  /** What a start has set anew for an alarm in the past: any handler that runs from here on serves it. */
  #missed: number | undefined;

  /** Creates it over a storage; `onEarlier` hears of every alarm that is set. */
  constructor(storage: Storage, clock: Clock, table: RowTable, onEarlier: () => void) {
    this.#storage = storage;
    this.#clock = clock;
    this.#table = table;
    this.#onEarlier = onEarlier;
  }

  /**
   * Arms the alarm for `due`, unless it is armed for `due` or earlier. It is never pushed later. `Infinity` asks
   * for none.
   *
   * It is armed for one millisecond from now at the earliest: set to now inside of its own handler, Cloudflare's alarm
   * stalls.
   */
  ensureArmed(due: number): void {
    if (due === Infinity) return;
    const at = Math.max(due, this.#clock.now() + 1);
    const armed = this.#storage.armedAt();
    if (armed !== undefined && armed <= at) return;
    this.#storage.arm(at);
    this.#onEarlier();
  }

  /**
   * Puts a row off, in a transaction of the caller's, and arms the alarm for it.
   *
   * @param row The row as it is stored.
   * @param due When it is due, in milliseconds since the epoch.
   * @param payload Its new text.
   */
  putOff(row: Row, due: number, payload: string): void {
    this.#table.relocate(row, row.due >= CRON_DUE ? CRON_DUE + due : due, payload);
    this.ensureArmed(due);
  }

  /**
   * Arms the alarm as the rows ask for, whatever a crash or an older release has left: none, one too late, or one in
   * the past, which a platform that has lost it will not fire. One in the past is armed for the next millisecond, also
   * where no row is due: it may be about to fire for what a kind watches, and Cloudflare calls no handler for an alarm
   * that has been put off before.
   */
  repair(): void {
    const armed = this.#storage.armedAt();
    const [now, next] = [this.#clock.now(), this.#table.nextDue()];
    this.clearPast();
    const missed = armed !== undefined && armed <= now && next !== Infinity;
    this.ensureArmed(missed ? now : next);
    if (missed) this.#missed = this.#storage.armedAt();
  }

  /** Unsets an alarm in the past: it has fired, or never will. So has one that was set for it. */
  clearPast(): void {
    const armed = this.#storage.armedAt();
    if (armed !== undefined && (armed <= this.#clock.now() || armed === this.#missed)) this.#storage.disarm();
    this.#missed = undefined;
  }
}
