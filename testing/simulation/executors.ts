/**
 * Executors that can be killed: the real code that performs jobs, over a simulated network and server.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import { quote } from "../../core/errors.ts";
import type { Executor } from "../../core/executor.ts";
import type { Acknowledgement, Job, Message } from "../../core/job.ts";
import { performJob } from "../../core/fetch/perform_job.ts";
import type { Book, RequestStory } from "./book.ts";
import { chance, dice } from "./chance.ts";
import { ConnectionLostError, type Network } from "./network.ts";
import type { Fault } from "./plan.ts";
import { tellError } from "./tell_error.ts";
import type { VirtualTime } from "./time.ts";

/** What {@linkcode Executors} works with. */
export interface ExecutorsParts {
  /** The timeline. */
  readonly time: VirtualTime;
  /** The simulation's seed. */
  readonly seed: number;
  /** What may go wrong. */
  readonly faults: ReadonlySet<Fault>;
  /** The truth. */
  readonly book: Book;
  /** The way back. */
  readonly network: Network;
  /** The origin's time, in milliseconds since the epoch. */
  readonly originNow: () => number;
  /** Answers a fetch. Default: with nothing. */
  readonly respond?: ((request: Request) => Response) | undefined;
}

interface Actor {
  alive: boolean;
  /** Whether it has an outcome. */
  finished: boolean;
  /** Whether its origin has said that it wants no outcome, before there was one. */
  dismissed: boolean;
  /** When it last said that it is alive, by true time. */
  beat: number;
  readonly name: string;
  readonly token: string;
  readonly story: RequestStory;
  readonly controller: AbortController;
}

/** One fetch. */
interface Exchange {
  readonly job: Job;
  readonly story: RequestStory;
  readonly clock: Clock;
  readonly mark: string;
}

/** How long after the call a deferred request is written down, in milliseconds. */
export const PERSIST_AFTER_MS = 1_000;
/** How much later than that an outcome may overtake the wish to be written down, in milliseconds. */
const TOLERANCE_MS = 50;

/**
 * The header in which the simulated server says which dispatch it answered: its attempt and, where an object that had
 * forgotten the request has dispatched the same attempt again, for which time.
 */
export const ATTEMPT_HEADER = "x-attempt";

/** Takes jobs as a Worker would: at once, and out of the object's hands. */
export class Executors implements Executor {
  /** No limit: time is virtual. */
  readonly maxTimeout: number = Infinity;
  readonly #parts: ExecutorsParts;
  readonly #actors = new Set<Actor>();
  readonly #dispatches = new Map<string, number>();

  /** Creates it over its parts. */
  constructor(parts: ExecutorsParts) {
    this.#parts = parts;
  }

  /** How many are at work. */
  get size(): number {
    return this.#actors.size;
  }

  /** Takes a job; or refuses it, or loses it. */
  dispatch(job: Job): void | Promise<void> {
    const { book, seed, faults, network, time } = this.#parts;
    const story = book.byToken(job.token, job.id);
    if (story === undefined) return;
    book.bind(job.token, story);
    story.dispatched = Math.max(story.dispatched, job.attempt);
    story.heard = this.#parts.originNow();
    const roll = (what: string) => network.faulty ? chance(seed, story.step.request, job.attempt, what) : 1;
    const name = `executor ${story.step.request}/${job.attempt}`;
    const times = this.#dispatches.get(name) ?? 0;
    this.#dispatches.set(name, times + 1);
    const mark = times === 0 ? String(job.attempt) : `${job.attempt}.${times}`;
    book.note(() => `${name} gets its job`);
    if (faults.has("drop") && roll("refuse") < 0.03) return Promise.reject(new ConnectionLostError());
    if (faults.has("executorDeath") && roll("vanish") < 0.05) return;
    time.after(1 + Math.floor(roll("trip") * 5), () => this.#start(job, { story, name, mark }));
    // A queue may hand a job over twice; only a strict request without `onLate` promises anything about that.
    const again = faults.has("duplicate") && story.step.durability === "strict" && !story.step.onLate &&
      roll("twice") < 0.05;
    if (again) {
      time.after(Math.floor(roll("later") * 3_000), () => this.#start(job, { story, name: `${name} (twice)`, mark }));
    }
  }

  /** Gives jobs up. */
  abort(id: string, token: string): void {
    for (const actor of this.#actors) {
      if (actor.token === token && actor.story.id === id) actor.controller.abort();
    }
  }

  /** Kills one that is at work; what it waits for never comes. */
  kill(which: number): void {
    const actors = [...this.#actors];
    const actor = actors[which % Math.max(1, actors.length)];
    if (actor === undefined) return;
    this.#parts.book.note(() => `${actor.name} dies`);
    this.#end(actor);
  }

  #start(job: Job, { story, name, mark }: { story: RequestStory; name: string; mark: string }): void {
    const { network, book, time } = this.#parts;
    const actor: Actor = {
      alive: true,
      ...{ finished: false, dismissed: false, beat: time.now },
      name,
      token: job.token,
      story,
      controller: new AbortController(),
    };
    this.#actors.add(actor);
    const clock = this.#clock(actor);
    let calls = 0;
    const begun = time.now;
    const deliver = async (message: Message): Promise<Acknowledgement> => {
      const persistBy = begun + (job.persistAfter ?? Infinity) + TOLERANCE_MS;
      const overtime = time.now > persistBy && time.now < job.due;
      const brings = message.type === "outcome" && message.sending === 1 && message.carried?.continuation !== undefined;
      if (brings && overtime) {
        book.violate(`${name} still brings its continuation along`);
      }
      if (message.type !== "outcome") actor.beat = time.now;
      else {
        actor.finished = true;
        const silent = time.now - actor.beat;
        if (silent > (job.heartbeat ?? Infinity) + TOLERANCE_MS && story.step.durability === "strict") {
          book.violate(`${name} lives, and has not said so for ${silent} ms`);
        }
      }
      const answer = await network.call(message, name, ++calls);
      if (!actor.alive) return await new Promise(() => {});
      if (!actor.finished && answer !== "pending") actor.dismissed = true;
      if (message.type === "outcome") book.answer(story, job.attempt, answer);
      return answer;
    };
    performJob(job, {
      ...{ clock, deliver, signal: actor.controller.signal },
      fetch: (url, init) => this.#serve({ job, story, clock, mark }, url, init),
    }).then((answer) => {
      if (!actor.alive) return;
      book.note(() => `${name} ends: ${answer}`);
      const stopped = actor.dismissed || actor.controller.signal.aborted;
      if (answer === "undelivered" && !stopped && time.now < job.due) book.violate(`${name} gives up before its time`);
      this.#end(actor);
    });
  }

  #end(actor: Actor): void {
    actor.alive = false;
    this.#actors.delete(actor);
  }

  #clock(actor: Actor): Clock {
    const { time, seed } = this.#parts;
    return {
      now: () => time.now,
      setTimeout: (callback, ms) => time.after(ms, () => actor.alive ? callback() : undefined),
      random: dice("executor", seed, actor.name),
    };
  }

  /** The server: it answers after a while, or the connection breaks. */
  #serve(
    { job, story, clock, mark }: Exchange,
    url: string | URL | Request,
    init: RequestInit | undefined,
  ): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const { takes, breaks } = story.step;
    const elapsed = clock.now() - story.trueStart;
    const signal = init?.signal;
    // What takes as long as the budget allows is measured from the call, so that answers come at its very edge.
    clock.setTimeout(() => {
      if (breaks) reject(new ConnectionLostError());
      else resolve(this.#answer(mark, url, init));
    }, Math.max(0, takes - (job.attempt === 1 ? elapsed : 0)));
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    return promise;
  }

  #answer(mark: string, url: string | URL | Request, init: RequestInit | undefined): Response {
    const { respond, book } = this.#parts;
    const headers = new Headers({ [ATTEMPT_HEADER]: mark });
    if (respond === undefined) return new Response(null, { headers });
    let answer: unknown;
    try {
      answer = respond(new Request(url, { ...init, signal: null }));
    } catch (error) {
      book.violate(`respond threw ${tellError(error)}`);
    }
    if (!(answer instanceof Response)) {
      book.violate(`respond returned no Response: ${quote(answer)}`);
      return new Response(null, { headers });
    }
    for (const [name, value] of answer.headers) headers.append(name, value);
    return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
  }
}
