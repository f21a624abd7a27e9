/**
 * The one physical alarm that all rows share.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { RowTable } from "./row_table.ts";
import type { Storage } from "../storage.ts";

/**
 * Latest time to arm for, in milliseconds since the epoch: 2200-01-01. workerd holds alarms in 64-bit nanoseconds,
 * which end in 2262 (https://github.com/capnproto/capnproto/blob/v2/c%2B%2B/src/kj/time.h); an alarm that fires with
 * nothing due arms again.
 */
const MAX_ALARM = Date.UTC(2200, 0);

/** Arms the alarm, earlier only: an alarm too early fires, finds nothing and arms again; one too late loses time. */
export class Wake {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #table: RowTable;
  readonly #onEarlier: (at: number) => void;

  /** Creates it over a storage; `onEarlier` hears of every alarm that is set. */
  constructor(storage: Storage, clock: Clock, table: RowTable, onEarlier: (at: number) => void) {
    this.#storage = storage;
    this.#clock = clock;
    this.#table = table;
    this.#onEarlier = onEarlier;
  }

  /**
   * Arms the alarm for `due`, unless it is armed for `due` or earlier. It is never pushed later.
   *
   * It is armed for one millisecond from now at the earliest: set to now inside of its own handler, Cloudflare's alarm
   * stalls.
   */
  ensureArmed(due: number): void {
    const at = Math.min(Math.max(due, this.#clock.now() + 1), MAX_ALARM);
    const armed = this.#storage.armedAt();
    if (armed !== undefined && armed <= at) return;
    this.#storage.arm(at);
    this.#onEarlier(at);
  }

  /**
   * Arms the alarm as the rows ask for, whatever a crash or an older release has left: none, one too late, or one in
   * the past, which a platform that has lost it will not fire.
   */
  repair(): void {
    this.clearPast();
    const due = this.#table.nextDue();
    if (due !== undefined) this.ensureArmed(due);
  }

  /** Unsets an alarm in the past: it has fired, or never will. */
  clearPast(): void {
    const armed = this.#storage.armedAt();
    if (armed !== undefined && armed <= this.#clock.now()) this.#storage.disarm();
  }
}
