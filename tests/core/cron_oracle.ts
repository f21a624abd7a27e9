/**
 * An oracle for cron in time zones that shares no code and no method with the engine: it writes down what the wall clock
 * shows at every minute of a span of instants, by `Intl`, then looks each minute up in the pattern's own lists.
 *
 * @module
 */

/** A pattern as plain lists; `undefined` stands for `*`. */
export interface PlainPattern {
  readonly minutes: readonly number[] | undefined;
  readonly hours: readonly number[] | undefined;
  readonly days: readonly number[] | undefined;
  readonly weekdays: readonly number[] | undefined;
}

/** The pattern in cron's notation. */
export function notation({ minutes, hours, days, weekdays }: PlainPattern): string {
  return [minutes, hours, days, undefined, weekdays].map((list) => list?.join(",") ?? "*").join(" ");
}

const MINUTE = 60_000;

/** What the wall clock of a zone shows, minute by minute, from one instant to another. */
export class WallTape {
  readonly #from: number;
  /** Wall times as `Date.UTC` of their parts, by minutes since `#from`. */
  readonly #walls: number[] = [];

  constructor(timeZone: string, from: number, to: number) {
    this.#from = from;
    const format = new Intl.DateTimeFormat("sv-SE", {
      ...{ timeZone, dateStyle: "short", timeStyle: "medium" } as const,
    });
    for (let instant = from; instant <= to; instant += MINUTE) {
      // "2026-03-29 01:30:00" in Swedish notation is ISO's.
      this.#walls.push(Date.parse(`${format.format(instant).replace(" ", "T")}Z`));
    }
  }

  /**
   * The first run after an instant. A wall minute runs when it is first reached or, if it is skipped, when the clock
   * jumps past it.
   */
  next(pattern: PlainPattern, after: number): number | undefined {
    let shown = -Infinity;
    for (let index = 0; index < this.#walls.length; index++) {
      const wall = this.#walls[index];
      const instant = this.#from + index * MINUTE;
      if (index === 0) shown = wall - MINUTE;
      let runs = false;
      for (let minute = shown + MINUTE; minute <= wall; minute += MINUTE) runs ||= matches(pattern, minute);
      if (runs && instant > after) return instant;
      shown = Math.max(shown, wall);
    }
    return undefined;
  }
}

function matches({ minutes, hours, days, weekdays }: PlainPattern, wall: number): boolean {
  const date = new Date(wall);
  if (!(minutes?.includes(date.getUTCMinutes()) ?? true) || !(hours?.includes(date.getUTCHours()) ?? true)) {
    return false;
  }
  const day = days?.includes(date.getUTCDate());
  const weekday = weekdays?.includes(date.getUTCDay());
  return day === undefined || weekday === undefined ? (day ?? weekday ?? true) : day || weekday;
}
