/**
 * The simulated object: its handlers, and the log by which they prove in the storage itself that they ran.
 *
 * @module
 */
import { Alarms } from "../../core/alarms.ts";
import type { Clock } from "../../core/clock.ts";
import { continuation } from "../../core/continuation.ts";
import { DozeError } from "../../core/errors.ts";
import { FetchError } from "../../core/fetch/fetch_error.ts";
import { Requests } from "../../core/requests.ts";
import { RequestSync, ResponseSync } from "../../core/serializer/mod.ts";
import { PAUSED_DUE, type Row, type Storage } from "../../core/storage.ts";
import type { Book, RequestStory } from "./book.ts";
import { ATTEMPT_HEADER, PERSIST_AFTER_MS } from "./executors.ts";
import type { Habitat, Inhabitant } from "./habitat.ts";
import type { CallStep } from "./plan.ts";
import { HEARTBEAT_MS, judgeLoss, judgeSilence, LEASE_MS } from "./silence.ts";

/** Thrown by simulated handlers. */
export class HandlerFailedError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "HandlerFailedError";
  /** Always `"HANDLER_FAILED"`. */
  readonly code = "HANDLER_FAILED";

  /** Creates the error. */
  constructor() {
    super("Cannot handle the outcome: the simulated handler is told to fail, run it again, got one more try");
  }
}

/** What a handler writes before it throws: nobody may ever read it. */
export const UNDONE = "undone";

/** The `kind` of a log row. */
export const LOG_KIND = "log";

/** What one instantiation of the object works with. */
export interface ObjectParts {
  /** The handle on the storage. */
  readonly storage: Storage;
  /** The origin's clock. */
  readonly clock: Clock;
  /** The truth. */
  readonly book: Book;
  /** Whether a delivery is being taken in at this moment. */
  readonly delivering: () => boolean;
  /** Whether the clock has ever been set back. */
  readonly setBack: () => boolean;
}

/** One instantiation of the object. */
export class SimulatedObject {
  readonly #parts: ObjectParts;

  /** Creates it. */
  constructor(parts: ObjectParts) {
    this.#parts = parts;
  }

  /** Takes an outcome, as the plan says that it should. */
  onReply(request: number, result: unknown): void | Promise<void> {
    const { book } = this.#parts;
    const story = book.stories.get(request);
    if (story === undefined) {
      book.violate(`request ${request}: a continuation runs that nobody has asked for`);
      return;
    }
    const label = labelOf(result);
    book.note(() => `object handles ${request}: ${label}`);
    this.#check(story, label);
    story.handled++;
    const { manner } = story.step;
    const fails = manner === "throwAlways" || (story.handled === 1 && /^(throwOnce|asyncThrowOnce)$/.test(manner));
    if (manner === "hang" && story.handled === 1) return this.#never(story);
    if (manner.startsWith("async")) return this.#later(story, label, fails);
    this.#log(`log/${request}`, fails ? UNDONE : label);
    if (fails) throw new HandlerFailedError();
  }

  /** Takes an outcome that came too late. */
  onLate(request: number, result: unknown): void {
    this.#parts.book.note(() => `object hears of the late outcome of ${request}: ${labelOf(result)}`);
    this.#log(`late/${request}`, labelOf(result));
  }

  #never(story: RequestStory): Promise<void> {
    story.running = true;
    return new Promise(() => {});
  }

  async #later(story: RequestStory, label: string, fails: boolean): Promise<void> {
    const { step: { request } } = story;
    story.running = true;
    await new Promise<void>((resolve) => this.#parts.clock.setTimeout(resolve, 700));
    story.running = false;
    if (fails) throw new HandlerFailedError();
    this.#log(`log/${request}`, label);
  }

  #log(prefix: string, label: string): void {
    const { storage } = this.#parts;
    let nth = 0;
    while (storage.get({ due: PAUSED_DUE, id: `${prefix}/${nth}` }) !== undefined) nth++;
    storage.insert({ due: PAUSED_DUE, id: `${prefix}/${nth}`, kind: LOG_KIND, payload: label, named: false });
  }

  /** Whether the outcome may be what it is, at this time. */
  #check(story: RequestStory, label: string): void {
    const { book, clock, delivering, setBack } = this.#parts;
    const { step: { request, durability, timeout, grace }, start } = story;
    const now = clock.now();
    if (delivering()) {
      if (durability === "strict" && label.startsWith("ok/") && label !== `ok/${story.dispatched}`) {
        book.violate(`request ${request}: ${label} was accepted after dispatch ${story.dispatched}`);
      }
      return;
    }
    // A try from a kept row: its outcome was judged when it came.
    if (story.handled > 0) return;
    if (label === "TIMEOUT") judgeSilence(book, story, now);
    if (label === "EXECUTOR_LOST") judgeLoss(book, story, now);
    // An alarm that has begun goes on by the time at which it began.
    const early = !setBack() && label === "TIMEOUT";
    if (early && now < start + timeout + grace) {
      book.violate(`request ${request}: it timed out ${start + timeout + grace - now} ms too early`);
    }
    if (label === "TIMEOUT" && story.arrived) {
      book.violate(`request ${request}: it timed out after its answer had been taken in`);
    }
    if (label === "EXECUTOR_LOST" && !setBack() && now < story.heard + LEASE_MS) {
      book.violate(`request ${request}: its executor counts as lost ${story.heard + LEASE_MS - now} ms too early`);
    }
  }
}

/** What an outcome says, in a word. */
export function labelOf(result: unknown): string {
  if (result instanceof ResponseSync) return `ok/${result.headers.get(ATTEMPT_HEADER)}`;
  return result instanceof FetchError ? result.code : "unreadable";
}

/** The labels that the log holds for a prefix, read from the disk itself. */
export function readLog(disk: Storage, prefix: string): string[] {
  const labels: string[] = [];
  for (let nth = 0;; nth++) {
    const row: Row | undefined = disk.get({ due: PAUSED_DUE, id: `${prefix}/${nth}` });
    if (row === undefined) return labels;
    labels.push(row.payload);
  }
}

/** Puts a {@linkcode SimulatedObject} into an instantiation. */
export function simulatedObject(habitat: Habitat, book: Book): Inhabitant {
  const { storage, clock, executor, ids, isPlatformFailure, onEvent } = habitat;
  const origin = new SimulatedObject({
    ...{ storage, clock, book },
    delivering: () => habitat.isDelivering(),
    setBack: () => habitat.isSetBack(),
  });
  const alarms = new Alarms({ storage, clock, origin, isPlatformFailure, ids });
  const requests = new Requests({
    ...{ storage, clock, alarms, origin, executor, ids },
    onEvent(event) {
      onEvent(event);
      const story = event.type === "lost" ? book.byId(event.id) : undefined;
      if (story === undefined) return;
      judgeSilence(book, story, clock.now());
      book.hear(story, clock.now(), false);
    },
  });
  return { alarms, requests, isBusy: () => false, call: (step) => call(step, { requests, clock, book }) };
}

/** Makes a request. */
function call(step: CallStep, parts: { requests: Requests; clock: Clock; book: Book }): void {
  const { requests, clock, book } = parts;
  const { request, durability, method, timeout, grace, onLate, onAmbiguous, named } = step;
  const ctn = continuation<SimulatedObject>();
  const start = clock.now();
  const target = new RequestSync(`https://server.example/${request}`, { method });
  const id = requests.proxyFetch(target, ctn.onReply(request, ctn.$result), {
    ...{ timeout, grace, durability, onAmbiguous, persistAfter: PERSIST_AFTER_MS, heartbeat: HEARTBEAT_MS },
    ...(named ? { id: `named-${request}` } : {}),
    ...(onLate ? { onLate: ctn.onLate(request, ctn.$result) } : {}),
  });
  book.begin(step, id, start);
  book.note(() => `object calls ${request}: ${durability} ${method}, ${timeout} + ${grace} ms, ${step.manner}`);
}
