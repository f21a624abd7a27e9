/**
 * What the alarms need of cron, so that whoever uses no cron bundles none.
 *
 * @module
 */

/** Reads cron patterns. `@doze/fetch/cron` has the one that ships; write your own to read another notation. */
export interface CronEngine {
  /**
   * The next run after an instant.
   *
   * @param pattern A cron pattern.
   * @param timeZone An IANA time zone, e.g. `"Europe/Berlin"`.
   * @param after Milliseconds since the epoch; the run is later, never at it.
   * @returns Milliseconds since the epoch, or `undefined` when there is no further run.
   * @throws {InvalidCronError} (`INVALID_CRON`) when the pattern cannot be read.
   * @throws {InvalidTimeZoneError} (`INVALID_TIME_ZONE`) when the zone is unknown.
   */
  next(pattern: string, timeZone: string, after: number): number | undefined;
}

let registered: CronEngine | undefined;

/** Makes an engine the one that alarms use when they were given none. Importing `@doze/fetch/cron` does it. */
export function registerCron(engine: CronEngine): void {
  registered = engine;
}

/** The registered engine, or `undefined` when nothing has imported one. */
export function registeredCron(): CronEngine | undefined {
  return registered;
}
