/**
 * The clock on the wall of a time zone, read through `Intl`.
 *
 * A wall time is kept as the milliseconds that the same reading would have in UTC.
 *
 * @module
 */
import { InvalidTimeZoneError } from "./schedule_errors.ts";

const DAY_MS = 86_400_000;
/** Zones kept at hand; a formatter costs some 50 µs to make and 30 kB to keep. */
const MAX_CLOCKS = 100;

const clocks = new Map<string, WallClock>();

/**
 * The wall clock of a zone.
 *
 * @param timeZone An IANA name.
 * @throws {InvalidTimeZoneError} (`INVALID_TIME_ZONE`) when the runtime does not know the zone.
 */
export function wallClock(timeZone: string): WallClock {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new WallClock(timeZone);
    if (clocks.size >= MAX_CLOCKS) clocks.clear();
    clocks.set(timeZone, clock);
  }
  return clock;
}

/** Converts between instants and what the wall clock of one zone shows. */
export class WallClock {
  readonly #format: Intl.DateTimeFormat;

  /**
   * Creates the clock of a zone.
   *
   * @throws {InvalidTimeZoneError} (`INVALID_TIME_ZONE`) when the runtime does not know the zone.
   */
  constructor(timeZone: string) {
    try {
      this.#format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
        timeZone,
        hourCycle: "h23",
        ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
      });
    } catch (cause) {
      throw new InvalidTimeZoneError(timeZone, { cause });
    }
  }

  /** What the clock shows at an instant. */
  at(instant: number): number {
    return instant + this.#offset(instant);
  }

  /**
   * The first instant at which the clock shows `wall` or, where it skips that time, at which it has passed it. A time
   * that it shows twice, in autumn, is the first of the two.
   */
  firstAt(wall: number): number {
    const offsets = [this.#offset(wall - DAY_MS), this.#offset(wall + DAY_MS)].sort((a, b) => b - a);
    for (const offset of offsets) {
      if (this.at(wall - offset) === wall) return wall - offset;
    }
    return this.#firstFrom(wall - offsets[0], wall - offsets[1], (instant) => this.at(instant) >= wall);
  }

  /** The latest wall time that has been shown up to an instant: where the clock was put back, more than it shows. */
  latestUpTo(instant: number): number {
    const now = this.at(instant);
    const before = this.#offset(instant - DAY_MS);
    if (instant + before <= now) return now;
    const change = this.#firstFrom(instant - DAY_MS, instant, (time) => this.#offset(time) !== before);
    return Math.max(now, change + before - 1);
  }

  /** The first instant in (`from`, `to`] for which a condition holds that, once it holds, holds up to `to`. */
  #firstFrom(from: number, to: number, holds: (instant: number) => boolean): number {
    let [low, high] = [from, to];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (holds(middle)) high = middle;
      else low = middle;
    }
    return high;
  }

  /** Wall time less instant, in milliseconds. */
  #offset(instant: number): number {
    const second = Math.floor(instant / 1_000) * 1_000;
    const parts: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(second)) parts[type] = Number(value);
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - second;
  }
}
