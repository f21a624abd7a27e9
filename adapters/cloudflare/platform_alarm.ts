/**
 * The one alarm of a Durable Object, set without waiting.
 *
 * @module
 */
import { DozeError, quote } from "../../core/errors.ts";

/**
 * The alarm's part of a Durable Object's `ctx.storage`, by shape
 * (https://developers.cloudflare.com/durable-objects/api/alarms/).
 */
export interface AlarmLike {
  /** When the alarm will fire, in milliseconds since the epoch; `null` when not set, and inside the alarm handler. */
  getAlarm(): Promise<number | null>;
  /** Sets the alarm, in milliseconds since the epoch. One row written, even when nothing changes. */
  setAlarm(scheduledTime: number): Promise<void>;
  /** Unsets the alarm. No row written. */
  deleteAlarm(): Promise<void>;
}

/**
 * Thrown when the platform refused to set or unset the alarm; `cause` says why. What was stored with it is kept. The
 * storage then reports the alarm as unset, so that whoever needs one sets it again. When the platform refuses later than
 * at the call, it is an unhandled rejection, which the platform logs.
 */
export class AlarmNotSetError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "AlarmNotSetError";
  /** Always `"ALARM_NOT_SET"`. */
  readonly code = "ALARM_NOT_SET";
  /** When the alarm should have fired, in milliseconds since the epoch, or `undefined` when it was to be unset. */
  readonly at: number | undefined;

  /** Creates the error for the time asked for and the platform's error. */
  constructor(at: number | undefined, options?: ErrorOptions) {
    super(`Cannot set the alarm: the platform refused, see the cause, got ${quote(at)}`, options);
    this.at = at;
  }
}

/**
 * Latest time that `setAlarm` takes, in milliseconds: it refuses dates "after 2189". An alarm for a later one is set
 * to this instead; it then fires early, finds nothing due, and is set again.
 */
const MAX_ALARM = Date.UTC(2189, 0);
/** Earliest time that `setAlarm` takes, in milliseconds: it refuses zero and less. */
const MIN_ALARM = 1;

/**
 * Sets the platform's alarm and makes sure that it stays set: a setting is part of the platform's transaction, so
 * that a `ctx.storage.transactionSync` of the user's own that throws takes it back, unseen by the storage. Each
 * setting is therefore read back once, and made again when it is gone.
 */
export class PlatformAlarm {
  readonly #platform: AlarmLike;
  readonly #note: (at: number | undefined) => void;
  /** Counts changes, so that what is learnt about an earlier setting is not held against a later one. */
  #changes = 0;

  /**
   * @param platform The object's `ctx.storage`.
   * @param note Called with when the platform's alarm will fire, where that was not known or is not as it was set.
   */
  constructor(platform: AlarmLike, note: (at: number | undefined) => void) {
    this.#platform = platform;
    this.#note = note;
  }

  /**
   * Sets or unsets the alarm without waiting for the disk.
   *
   * A class without `alarm()` is refused later: then the alarm is noted as unset.
   *
   * @throws {AlarmNotSetError} (`ALARM_NOT_SET`) when the platform refuses at once.
   */
  set(at: number | undefined): void {
    const change = ++this.#changes;
    try {
      const setting = at === undefined ? this.#platform.deleteAlarm() : this.#keep(clamp(at), change);
      setting.catch((cause) => {
        if (change !== this.#changes) return;
        this.#note(undefined);
        throw new AlarmNotSetError(at, { cause });
      });
    } catch (cause) {
      throw new AlarmNotSetError(at, { cause });
    }
  }

  /** Says that the alarm has fired: what was set before does not matter any more. */
  fired(): void {
    this.#changes++;
    this.#note(undefined);
  }

  /** Learns when the platform's alarm will fire, unless it is set meanwhile. */
  async load(): Promise<void> {
    const change = this.#changes;
    const at = await this.#platform.getAlarm();
    if (change === this.#changes) this.#note(at ?? undefined);
  }

  #keep(at: number, change: number): Promise<void> {
    // Called here and not in an async function, so that a refusal at the call is thrown at the call.
    const setting = this.#platform.setAlarm(at);
    return setting.then(() => this.#platform.getAlarm()).then((actual) => {
      if (actual !== at && change === this.#changes) return this.#platform.setAlarm(at);
    });
  }
}

function clamp(at: number): number {
  return Math.min(Math.max(Math.floor(at), MIN_ALARM), MAX_ALARM);
}
