/**
 * Cron patterns by `croner`, in any time zone. Importing this module is what makes patterns work: the alarms import it
 * not, so that whoever needs no cron bundles no parser.
 *
 * @example Read a pattern
 * ```ts
 * import { cron } from "@doze/fetch/cron";
 * import { assertEquals } from "@std/assert";
 *
 * const next = cron.next("30 9 * * MON", "Europe/Berlin", Date.UTC(2026, 0, 1));
 * assertEquals(new Date(next ?? 0).toISOString(), "2026-01-05T08:30:00.000Z");
 * ```
 *
 * @module
 */
import { Cron } from "croner";
import { type CronEngine, registerCron } from "./alarms/cron_engine.ts";
import { InvalidCronError } from "./alarms/schedule_errors.ts";
import { wallClock } from "./alarms/wall_clock.ts";

export type { CronEngine } from "./alarms/cron_engine.ts";
export { DozeError } from "./errors.ts";
export { InvalidCronError, InvalidTimeZoneError } from "./alarms/schedule_errors.ts";

/** Parsed patterns kept at hand; parsing costs some 20 µs. */
const MAX_PATTERNS = 100;
/** Patterns are a handful of lists; a longer text is a mistake or an attack. */
const MAX_PATTERN_LENGTH = 256;

const patterns = new Map<string, Cron>();

/**
 * The engine that ships: five fields, six with seconds first, or seven with the year last; names (`MON`, `JAN`), `L`,
 * `W`, `#`, and the nicknames `@hourly` to `@yearly`.
 *
 * **Daylight saving time.** A pattern is read on the zone's wall clock, and every wall time counts once. When the clock
 * skips times in spring, the runs that fall there are one run, at the first instant after the gap. When it repeats an
 * hour in autumn, only the first pass counts: a pattern for every five minutes pauses for that hour. Use the zone
 * `"UTC"`, which is the default, for intervals.
 *
 * When a pattern names both a day of the month and a day of the week, either is enough, as in Unix cron.
 */
export const cron: CronEngine = {
  next(pattern: string, timeZone: string, after: number): number | undefined {
    const parsed = parsePattern(pattern);
    const clock = wallClock(timeZone);
    const wall = nextWall(parsed, clock.at(after));
    if (wall === undefined) return undefined;
    const next = clock.firstAt(wall);
    if (next > after) return next;
    // The clock has been put back within the hour: what it shows has been shown before.
    const later = nextWall(parsed, clock.latestUpTo(after));
    return later === undefined ? undefined : clock.firstAt(later);
  },
};

function nextWall(parsed: Cron, wall: number): number | undefined {
  return parsed.nextRun(new Date(wall))?.getTime();
}

function parsePattern(pattern: string): Cron {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  // `croner` takes an ISO date as well; a caller who has one passes a `Date`, which says its zone.
  if (pattern.length > MAX_PATTERN_LENGTH || /^\s*\d{4}-/.test(pattern)) throw new InvalidCronError(pattern);
  try {
    const parsed = new Cron(pattern, { paused: true, utcOffset: 0 });
    if (patterns.size >= MAX_PATTERNS) patterns.clear();
    patterns.set(pattern, parsed);
    return parsed;
  } catch (cause) {
    throw new InvalidCronError(pattern, { cause });
  }
}

registerCron(cron);
