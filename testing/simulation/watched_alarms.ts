/**
 * The alarms of a simulated subject: each schedule that it makes is noted, and its continuation runs past a witness.
 *
 * @module
 */
import { Alarms, type AlarmsOptions, type Schedule, type ScheduleOptions, type When } from "../../core/alarms.ts";
import { continuation, encodeContinuation, expectsPromise } from "../../core/continuation.ts";
import { readMarkers } from "./markers.ts";
import { noteAsked } from "./watched_requests.ts";
import type { Witness, WitnessParts } from "./witness.ts";

/** Alarms whose schedules are noted. */
export class WatchedAlarms extends Alarms {
  readonly #parts: WitnessParts;

  /** Creates them; `options.origin` is the witness. */
  constructor(options: AlarmsOptions, parts: WitnessParts) {
    super(options);
    this.#parts = parts;
  }

  /** As `Alarms.schedule`. */
  override schedule(when: When, recorded: unknown, options: ScheduleOptions = {}): Schedule {
    const { subject, base, disk, book, rolls } = this.#parts;
    const ctn = continuation<Witness>();
    const named = options?.id;
    // A name of the caller's stays the same, so that scheduling again what is stored is known as that.
    const key = named === undefined ? `#${rolls.next()}` : `=${named}`;
    const text = encodeContinuation(recorded, subject, base);
    const run = expectsPromise(text, subject) ? ctn.runLater(key, text) : ctn.run(key, text);
    const schedule = super.schedule(when, run, options);
    const story = rolls.schedules.get(key) ?? {
      ...{ key, id: schedule.id, call: rolls.current, recurs: false, asked: 0, handled: 0 },
      ...{ asynchronous: false, cancelled: false },
    };
    rolls.schedules.set(key, { ...story, recurs: story.recurs || schedule.kind === "cron", asked: story.asked + 1 });
    noteAsked(disk, key);
    book.note(() => `object schedules ${schedule.id}: ${when}`);
    return schedule;
  }

  /** As `Alarms.cancelSchedule`. */
  override cancelSchedule(id: string): Schedule | undefined {
    for (const story of this.#parts.rolls.schedules.values()) {
      // Whether it was, depends on whether the transaction around it is kept.
      if (story.id === id) story.cancelled = true;
    }
    return super.cancelSchedule(id);
  }

  /** As `Alarms.purge`: what is thrown away by the subject is not lost. */
  override purge(id?: string): number {
    const { disk, book, rolls } = this.#parts;
    const { requests, schedules } = readMarkers(disk);
    for (const letter of super.getDeadLetters({ limit: Number.MAX_SAFE_INTEGER })) {
      if (id !== undefined && letter.id !== id) continue;
      for (const [number, place] of requests) {
        const story = book.stories.get(number);
        if (place.id === letter.id && story !== undefined) story.cancelled = "maybe";
      }
      for (const [key, place] of schedules) {
        const story = rolls.schedules.get(key);
        if (place.id === letter.id && story !== undefined) story.cancelled = true;
      }
    }
    return super.purge(id);
  }
}
