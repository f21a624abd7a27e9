/**
 * What has become of all that a simulated subject has asked for, and which promises that breaks.
 *
 * @module
 */
import { dueOf } from "../../core/alarms/row_table.ts";
import { DEAD_DUE, PAUSED_DUE, type Row, type Storage } from "../../core/storage.ts";
import type { Book, RequestStory } from "./book.ts";
import { markerOf, type Markers, readMarkers } from "./markers.ts";
import { readLog } from "./object.ts";
import type { Rolls, ScheduleStory } from "./rolls.ts";
import type { SimulatedRequest, SimulationReport } from "./subject.ts";
import { expected, judgeOutcomes } from "./verdicts.ts";
import { askedId } from "./watched_requests.ts";

/** What a {@linkcode Census} looks at. */
export interface CensusParts {
  /** The storage itself. */
  readonly disk: Storage;
  /** The truth about requests. */
  readonly book: Book;
  /** The truth about schedules. */
  readonly rolls: Rolls;
}

/** How late a row may be at the end, in milliseconds: longer than a row is set back after a failure of the storage. */
const LATE_MS = 70_000;

/** Counts at quiet points. */
export class Census {
  readonly #parts: CensusParts;

  /** Creates it. */
  constructor(parts: CensusParts) {
    this.#parts = parts;
  }

  /**
   * What is true.
   *
   * @param isOpen Whether the object's memory holds the request with an id.
   * @param now The object's time.
   * @param ended Whether this is the end.
   */
  report(isOpen: (id: string) => boolean, now: number, ended: boolean): SimulationReport {
    const { book, rolls, disk } = this.#parts;
    const markers = readMarkers(disk);
    const requests = [...book.stories.values()].map((story): SimulatedRequest => ({
      ...{ call: Math.floor(story.step.request), id: story.id, phase: this.#phase(story, markers, isOpen) },
      commits: readLog(disk, `log/${story.step.request}`).length,
    }));
    const schedules = [...rolls.schedules.values()].map(({ id, key }) => ({
      id,
      commits: readLog(disk, `run/${key}`).length,
    }));
    const commits = requests.reduce((sum, request) => sum + request.commits, 0);
    return { ended, now, commits, requests, schedules };
  }

  /** Whether a row holds a request, a dead letter included. */
  isStored(request: number): boolean {
    return readMarkers(this.#parts.disk).requests.has(request);
  }

  /** Whether the handler of a row may take its time. */
  isAsynchronous(row: Row): boolean {
    const { book, rolls } = this.#parts;
    const marker = markerOf(row);
    if (marker === undefined) return false;
    const story = "request" in marker ? book.stories.get(marker.request) : rolls.schedules.get(marker.schedule);
    return story?.asynchronous === true;
  }

  /** Judges, once the simulation has come to rest. */
  judge(isOpen: (id: string) => boolean, now: number): void {
    const { book, rolls, disk } = this.#parts;
    const markers = readMarkers(disk);
    for (const story of book.stories.values()) this.#judgeRequest(story, markers, isOpen);
    for (const story of rolls.schedules.values()) this.#judgeSchedule(story, markers);
    for (const row of disk.due(Number.MAX_SAFE_INTEGER, 1_000_000)) {
      const due = dueOf(row);
      if (due !== undefined && due < now - LATE_MS) {
        book.violate(`the row ${row.id} is left over since ${now - due} ms`);
      }
    }
  }

  #phase(story: RequestStory, markers: Markers, isOpen: (id: string) => boolean): SimulatedRequest["phase"] {
    const { disk } = this.#parts;
    const { step: { request, durability }, id, cancelled } = story;
    const row = markers.requests.get(request);
    if (row?.due === DEAD_DUE) return "dead";
    if (row !== undefined) return "open";
    if (readLog(disk, `log/${request}`).length > 0) return "committed";
    if (durability === "strict" && !this.#wasAsked(request)) return "undone";
    if (cancelled === true) return "cancelled";
    if (!story.shared && isOpen(id)) return "open";
    return cancelled === "maybe" ? "cancelled" : "lost";
  }

  #judgeRequest(story: RequestStory, markers: Markers, isOpen: (id: string) => boolean): void {
    const { book, disk } = this.#parts;
    const { request, durability } = story.step;
    const log = readLog(disk, `log/${request}`);
    const phase = this.#phase(story, markers, isOpen);
    const undone = !this.#wasAsked(request);
    const [fewest, allowed] = expected(story);
    const [least, most] = undone ? [0, durability === "strict" ? 0 : allowed] : [fewest, allowed];
    if (phase === "lost" && least > 0) book.violate(`request ${request} is lost`);
    if (log.length > most) {
      book.violate(`request ${request} has committed ${log.length} times (${log.slice(0, 5)}), not at most ${most}`);
    }
    judgeOutcomes(book, story, log, readLog(disk, `late/${request}`));
  }

  #judgeSchedule(story: ScheduleStory, markers: Markers): void {
    const { book, disk } = this.#parts;
    if (story.recurs) return;
    const runs = readLog(disk, `run/${story.key}`).length;
    const kept = markers.schedules.get(story.key);
    const asked = this.#wasAsked(story.key);
    if (runs > (asked ? story.asked : 0) && !story.asynchronous) {
      book.violate(`schedule ${story.id} has committed ${runs} times, not at most ${asked ? story.asked : 0}`);
    }
    if (asked && runs === 0 && kept === undefined && !story.cancelled) book.violate(`schedule ${story.id} is lost`);
  }

  #wasAsked(name: number | string): boolean {
    return this.#parts.disk.get({ due: PAUSED_DUE, id: askedId(name) }) !== undefined;
  }
}
