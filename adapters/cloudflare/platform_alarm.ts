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
 * Sets or unsets the alarm, and makes sure that it stays set: a setting is part of the platform's transaction, so that
 * a `ctx.storage.transactionSync` of the user's own that throws takes it back, unseen by the storage. Each setting is
 * therefore read back once, and made again when it is gone.
 *
 * @param platform The object's `ctx.storage`.
 * @param at When it is to fire, in milliseconds since the epoch; `undefined` to unset it.
 * @param holds Whether it is still to fire then; asked later.
 * @returns Fulfils once it is set. It rejects when the platform refuses later than at the call, as it does for a class
 * without `alarm()`.
 * @throws What the platform throws at the call.
 */
export function setPlatformAlarm(platform: AlarmLike, at: number | undefined, holds: () => boolean): Promise<void> {
  if (at === undefined) return platform.deleteAlarm();
  const time = Math.min(Math.max(Math.floor(at), MIN_ALARM), MAX_ALARM);
  // Called here and not in an async function, so that a refusal at the call is thrown at the call.
  const setting = platform.setAlarm(time);
  return setting.then(() => platform.getAlarm()).then((actual) => {
    if (actual !== time && holds()) return platform.setAlarm(time);
  });
}
