/**
 * What really happened to each simulated request, as no actor in the simulation knows it.
 *
 * @module
 */
import type { Acknowledgement } from "../../core/job.ts";
import type { CallStep } from "./plan.ts";

/** Stands for outcomes that differ, of a job that was handed over twice. */
export const MIXED = "mixed";

/** The true story of one request. */
export interface RequestStory {
  /** What was asked for. */
  readonly step: CallStep;
  /** The request's id. */
  readonly id: string;
  /** When the call was made, by the origin's clock, in milliseconds since the epoch. */
  readonly start: number;
  /** The same by true time. */
  readonly trueStart: number;
  /** The latest dispatch. */
  dispatched: number;
  /** The dispatches whose outcome was acknowledged as settled. */
  readonly settled: Set<number>;
  /** Whether it was cancelled; `"maybe"` when the object was lost while it cancelled. */
  cancelled: boolean | "maybe";
  /** How often its handler had committed when it was cancelled, in an object that had forgotten that. */
  before: number;
  /** How often its handler has been called. */
  handled: number;
  /** What its executors delivered, by dispatch. */
  readonly outcomes: Map<number, string>;
  /** The outcomes of which whoever listens has been told, by dispatch. */
  readonly told: Set<number>;
  /** The dispatches whose executors counted as lost. */
  readonly givenUp: Set<number>;
  /** Whether the object was lost while nothing but its memory held the request. */
  lostEarly: boolean;
  /** Whether the object was lost after the request was decided. */
  lostDecided: boolean;
  /** Whether a deferred one's outcome came for the first time, with its continuation, while nobody else could end it. */
  offered: boolean;
  /** Whether an outcome of the latest dispatch was taken in before the deadline, by the origin's clock. */
  arrived: boolean;
  /** When its executor was last heard of, or dispatched to, by the origin's clock. */
  heard: number;
  /** When its executor may last have been heard of, by the origin's clock: also where the object died over that. */
  sign: number;
  /** How late alarms have been since then, in milliseconds. */
  lateness: number;
  /** What the object has forgotten: nothing; its executor's signs of life; or those before the last that it took in. */
  forgot: "nothing" | "signs" | "earlier";
  /** Whether its handler has returned a promise, or is known to. */
  asynchronous: boolean;
  /** Whether an asynchronous handler of it runs at this moment. */
  running: boolean;
  /** Whether another request has, or had, the same id, so that an event may be about that one. */
  shared: boolean;
  /** Whether the origin's clock has jumped since the call: what its tombstone and its lease are measured by. */
  jumped: boolean;
}

/** All the stories of one simulation, and what was wrong with them. */
export class Book {
  /** By request number. */
  readonly stories = new Map<number, RequestStory>();
  /** Whether the faults are over: what is lost from here on is lost for no good reason. */
  resting = false;
  /** Whether the object's clock has ever been set back: what it takes for overdue depends on it. */
  setBack = false;
  /** Whether the object has been made once: then it must be possible to make it again. */
  opened = false;
  /** Violations, in the order in which they were found. */
  readonly violations: string[] = [];
  /** What happened, line by line. */
  readonly trace: string[] = [];
  readonly #byId = new Map<string, RequestStory>();
  readonly #byToken = new Map<string, RequestStory>();
  readonly #time: () => number;
  readonly #tracing: boolean;
  readonly #started: number;

  /** Creates an empty book; `tracing`: whether to keep the trace. */
  constructor(time: () => number, tracing: boolean) {
    this.#time = time;
    this.#tracing = tracing;
    this.#started = time();
  }

  /** Begins a story. */
  begin(step: CallStep, id: string, start: number): void {
    const namesake = this.#byId.get(id);
    if (namesake !== undefined) namesake.shared = true;
    const story: RequestStory = {
      ...{ step, id, start, trueStart: this.#time(), dispatched: 1, before: 0, handled: 0 },
      ...{ cancelled: false, lostEarly: false, lostDecided: false, offered: false, arrived: false, heard: start },
      ...{ sign: start, lateness: 0, forgot: "nothing", running: false },
      asynchronous: /^(async|hang)/.test(step.manner),
      shared: namesake !== undefined,
      jumped: false,
      ...{
        settled: new Set<number>(),
        outcomes: new Map<number, string>(),
        told: new Set<number>(),
        givenUp: new Set<number>(),
      },
    };
    this.stories.set(step.request, story);
    this.#byId.set(id, story);
  }

  /** The story of a request by its id. */
  byId(id: string): RequestStory | undefined {
    return this.#byId.get(id);
  }

  /**
   * The story of a request by its job's token, where an executor has had it: several requests may share an id.
   *
   * @param token As in `Job.token`.
   * @param id The request's id, for a token that nobody has bound.
   */
  byToken(token: string, id: string): RequestStory | undefined {
    return this.#byToken.get(token) ?? this.#byId.get(id);
  }

  /** Notes whose token it is. */
  bind(token: string, story: RequestStory): void {
    this.#byToken.set(token, story);
  }

  /** Notes a line; `line` is called only when somebody will read it. */
  note(line: () => string): void {
    if (this.#tracing) this.trace.push(`${String(this.#time() - this.#started).padStart(8)} ms  ${line()}`);
  }

  /** Notes a broken promise. */
  violate(text: string): void {
    this.note(() => `VIOLATION ${text}`);
    if (this.violations.length < 20) this.violations.push(text);
  }

  /** Notes a sign of life of a request's executor; `taken`: the object has said that it knows of it. */
  hear(story: RequestStory, now: number, taken: boolean): void {
    Object.assign(story, { sign: now, lateness: 0 });
    if (taken && story.forgot === "signs") story.forgot = "earlier";
  }

  /** Notes that an alarm comes late, by some milliseconds. */
  delay(ms: number): void {
    for (const story of this.stories.values()) story.lateness += ms;
  }

  /** Notes that an executor was answered. */
  answer(story: RequestStory | undefined, attempt: number, answer: Acknowledgement): void {
    if (story === undefined) return;
    if (answer === "settled") story.settled.add(attempt);
    if (answer === "late" && story.outcomes.has(attempt) && !story.told.has(attempt) && !story.shared) {
      this.violate(`request ${story.step.request}: the outcome of dispatch ${attempt} was late and nobody was told`);
    }
  }

  /** Notes that the object, and its memory, are gone; `disk` tells what is left. */
  lose(disk: { isStored(id: string, request: number): boolean; isLogged(request: number): boolean }): void {
    for (const story of this.stories.values()) {
      story.running = false;
      if (story.forgot === "nothing") story.forgot = "signs";
      if (story.step.durability === "strict") continue;
      const decided = story.cancelled !== false || disk.isLogged(story.step.request);
      const excused = !this.resting || story.step.manner === "hang";
      if (!decided && excused && !disk.isStored(story.id, story.step.request)) story.lostEarly = true;
      if (decided) story.lostDecided = true;
    }
  }
}
