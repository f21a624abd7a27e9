/**
 * Puts somebody's own object into an instantiation.
 *
 * @module
 */
import { type Continuable, continuation } from "../../core/continuation.ts";
import { InvalidOptionError } from "../../core/errors.ts";
import type { Origin } from "../../core/origin.ts";
import { isPromiseLike } from "../../core/promise_like.ts";
import type { Storage } from "../../core/storage.ts";
import type { Book } from "./book.ts";
import type { Census } from "./census.ts";
import { dice } from "./chance.ts";
import { guardStorage } from "./guarded_storage.ts";
import type { Habitat, Inhabitant } from "./habitat.ts";
import type { CallStep, Fault } from "./plan.ts";
import type { Rolls } from "./rolls.ts";
import { ObjectLostError, StorageFullError } from "./shaky_storage.ts";
import type { SimulatedContext, Subject } from "./subject.ts";
import { tellError } from "./tell_error.ts";
import { WatchedAlarms } from "./watched_alarms.ts";
import { WatchedRequests } from "./watched_requests.ts";
import { Witness, type WitnessParts } from "./witness.ts";

/** What a {@linkcode SubjectObject} works with, beside its platform. */
export interface SubjectParts {
  /** Whose handlers. */
  readonly subject: Subject;
  /** The storage itself. */
  readonly disk: Storage;
  /** The truth. */
  readonly book: Book;
  /** What was asked for. */
  readonly rolls: Rolls;
  /** Counts. */
  readonly census: Census;
  /** The simulation's seed. */
  readonly seed: number;
  /** What may go wrong. */
  readonly faults: ReadonlySet<Fault>;
}

/** The parts of an object that has attached itself. */
interface Attached {
  readonly alarms: WatchedAlarms;
  readonly requests: WatchedRequests;
  readonly witness: Witness;
  readonly proxyFetch: Origin<object>["proxyFetch"];
}

/** One instantiation of a subject. */
export class SubjectObject implements Inhabitant {
  readonly #parts: SubjectParts;
  readonly #habitat: Habitat;
  readonly #object: object;
  readonly #attached: Attached;
  #calls = 0;

  /**
   * Makes the object.
   *
   * @throws What its factory throws.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) when that returns no object.
   */
  constructor(habitat: Habitat, parts: SubjectParts) {
    this.#habitat = habitat;
    this.#parts = parts;
    let attached: Attached | undefined;
    const context: SimulatedContext = {
      storage: guardStorage(parts.disk, habitat.storage),
      clock: habitat.clock,
      attach: <T extends object>(object: T, base: object | null): Origin<T> => {
        attached = attach(object, base, habitat, parts);
        const { alarms, requests, proxyFetch } = attached;
        const ctn = () => continuation<T>();
        return { alarms, requests, proxyFetch, ctn, deliver: (message) => requests.deliver(message) };
      },
    };
    const object = make(parts, context);
    if (typeof object !== "object" || object === null || isPromiseLike(object)) {
      throw new InvalidOptionError("origin", object, "return the object itself from the function, no promise");
    }
    this.#object = object;
    this.#attached = attached ?? attach(object, null, habitat, parts);
  }

  /** The object's schedules. */
  get alarms(): WatchedAlarms {
    return this.#attached.alarms;
  }

  /** The object's requests. */
  get requests(): WatchedRequests {
    return this.#attached.requests;
  }

  /** Whether a handler or a call of it runs at this moment. */
  isBusy(): boolean {
    return this.#calls > 0 || this.#attached.witness.running > 0;
  }

  /** Uses the object. */
  call({ request: nth }: CallStep): void {
    const { subject, book, rolls, seed } = this.#parts;
    const { alarms, requests, proxyFetch } = this.#attached;
    book.note(() => `call ${nth}`);
    const ctn = (): Continuable<object> => continuation<object>();
    const given = { nth, random: dice("call", seed, nth), ctn, proxyFetch, alarms, requests };
    try {
      const returned = rolls.during(nth, () => subject.call?.(this.#object, given));
      if (!isPromiseLike(returned)) return;
      this.#calls++;
      Promise.resolve(returned).catch((error) => this.#threw(nth, error)).finally(() => this.#calls--);
    } catch (error) {
      this.#threw(nth, error);
    }
  }

  /** Asks whether what must be true is true. */
  inspect(ended: boolean): void {
    const { subject, census, book } = this.#parts;
    if (subject.check === undefined) return;
    const report = census.report((id) => this.requests.status(id) !== undefined, this.#habitat.clock.now(), ended);
    let returned: unknown;
    try {
      returned = subject.check(this.#object, report);
    } catch (error) {
      book.violate(`the check ${ended ? "at the end" : "at a quiet point"} threw ${tellError(error)}`);
    }
    if (!isPromiseLike(returned)) return;
    Promise.resolve(returned).catch(() => {});
    throw new InvalidOptionError("check", returned, "return nothing: a check is synchronous");
  }

  #threw(nth: number, error: unknown): void {
    const { book } = this.#parts;
    if (!this.#habitat.isAlive() || isInjected(error)) book.note(() => `call ${nth} threw ${tellError(error)}`);
    else book.violate(`call ${nth} threw ${tellError(error)}`);
  }
}

function make({ subject, book }: SubjectParts, context: SimulatedContext): unknown {
  try {
    return subject.origin?.(context);
  } catch (error) {
    if (book.opened) book.violate(`origin threw ${tellError(error)}`);
    throw error;
  }
}

function attach(subject: object, base: object | null, habitat: Habitat, parts: SubjectParts): Attached {
  const { alarms: limits, onEvent, ...defaults } = parts.subject.settings ?? {};
  const { clock, executor, ids, isPlatformFailure } = habitat;
  const watched: WitnessParts = { ...parts, subject, base, habitat };
  const witness = new Witness(watched);
  const shared = { storage: habitat.storage, clock, ids, origin: witness };
  const alarms = new WatchedAlarms({ ...shared, ...limits, isPlatformFailure, ...(onEvent && { onEvent }) }, watched);
  const requests = new WatchedRequests({
    ...{ ...shared, alarms, executor, defaults },
    onEvent(event): void {
      habitat.onEvent(event);
      onEvent?.(event);
    },
  }, watched);
  return { alarms, requests, witness, proxyFetch: (...args) => requests.proxyFetch(...args) };
}

/** Whether an error, or what caused it, is one of the simulation's own. */
function isInjected(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < 8 && cause instanceof Error; depth++) {
    if (cause instanceof ObjectLostError || cause instanceof StorageFullError) return true;
    cause = cause.cause;
  }
  return false;
}
