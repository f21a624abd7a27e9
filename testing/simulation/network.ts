/**
 * What lies between an executor and its origin.
 *
 * @module
 */
import type { Acknowledgement, Message } from "../../core/job.ts";
import type { Book } from "./book.ts";
import { chance } from "./chance.ts";
import { DozeError } from "../../core/errors.ts";
import type { Fault } from "./plan.ts";
import type { VirtualTime } from "./time.ts";

/** Thrown at a simulated caller whose call got lost. */
export class ConnectionLostError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "ConnectionLostError";
  /** Always `"CONNECTION_LOST"`. */
  readonly code = "CONNECTION_LOST";

  /** Creates the error. */
  constructor() {
    super("Cannot deliver: the simulated connection is lost, send again, got no answer");
  }
}

/** What may be wrong with one call, and how long it takes. */
interface Fate {
  readonly lost: boolean;
  readonly answerLost: boolean;
  readonly silent: boolean;
  /** Whether the caller takes it for lost while it is still under way. */
  readonly givenUp: boolean;
  readonly copies: number;
  readonly delay: number;
}

/** Shortest trip, in milliseconds. */
const TRIP_MS = 1;
/** Longest trip under the fault `"delay"`, in milliseconds: less than an executor waits for an answer. */
const SLOW_MS = 8_000;
/** Longest trip of what the executor has long sent again, in milliseconds. */
const STUCK_MS = 40_000;

/** Carries messages to an origin. */
export class Network {
  readonly #time: VirtualTime;
  readonly #seed: number;
  readonly #faults: ReadonlySet<Fault>;
  readonly #book: Book;
  readonly #arrive: (message: Message) => Promise<Acknowledgement>;
  /** Whether faults happen; they end so that the simulation can come to rest. */
  faulty = true;

  /** Creates it; `arrive` is the origin's door. */
  constructor(parts: {
    readonly time: VirtualTime;
    readonly seed: number;
    readonly faults: ReadonlySet<Fault>;
    readonly book: Book;
    readonly arrive: (message: Message) => Promise<Acknowledgement>;
  }) {
    this.#time = parts.time;
    this.#seed = parts.seed;
    this.#faults = parts.faults;
    this.#book = parts.book;
    this.#arrive = parts.arrive;
  }

  /** Carries a message there and the answer back, or fails, or never ends. */
  call(message: Message, name: string, nth: number): Promise<Acknowledgement> {
    const fate = this.#fate(message, name, nth);
    const { promise, resolve, reject } = Promise.withResolvers<Acknowledgement>();
    const fail = () => fate.silent ? undefined : reject(new ConnectionLostError());
    if (fate.givenUp) this.#time.after(TRIP_MS, () => reject(new ConnectionLostError()));
    this.#time.after(fate.delay, () => {
      if (fate.lost) {
        this.#book.note(() => `${name} ${message.type} lost`);
        fail();
        return;
      }
      this.#arrive(message).then((answer) => {
        this.#time.after(TRIP_MS, () => fate.answerLost ? fail() : resolve(answer));
      }, reject);
    });
    for (let copy = 1; copy < fate.copies; copy++) this.#copy(message, name, nth, fate.delay);
    return promise;
  }

  /** A second copy. An executor counts what it sends twice; only what brings nothing along may come uncounted. */
  #copy(message: Message, name: string, nth: number, delay: number): void {
    let copy = message;
    if (message.type === "outcome" && (message.carried?.continuation ?? message.carried?.onLate) !== undefined) {
      copy = { ...message, sending: message.sending + 1 };
    }
    // A copy of what brings a continuation along comes with it: no executor sends it again once it has an answer.
    const brings = message.type === "persist" || copy !== message;
    const later = brings ? 0 : Math.floor(chance(this.#seed, name, nth, message.type, "later") * 5_000);
    this.#time.after(delay + later, () => {
      this.#book.note(() => `${name} ${message.type} copied`);
      this.#arrive(copy).then(() => {}, () => {});
    });
  }

  #fate(message: Message, name: string, nth: number): Fate {
    const roll = (what: string) => this.faulty ? chance(this.#seed, name, nth, message.type, what) : 1;
    const is = (fault: Fault, what: string, share: number) => this.#faults.has(fault) && roll(what) < share;
    const slow = is("delay", "slow", 0.12) || is("reorder", "overtaken", 0.12);
    // What brings a continuation along must not be run twice, however late it comes. Late outcomes promise less.
    const brings = message.type === "persist" ||
      (message.type === "outcome" && message.carried?.continuation !== undefined && !message.carried.onLate);
    const stuck = brings && is("delay", "stuck", 0.4);
    return {
      lost: is("drop", "lost", 0.1),
      answerLost: is("drop", "answer", 0.1),
      silent: is("drop", "silent", 0.4),
      givenUp: stuck && roll("given up") < 0.5,
      copies: is("duplicate", "copy", 0.12) ? 2 : 1,
      delay: TRIP_MS + Math.floor(stuck ? roll("delay") ** 2 * STUCK_MS : roll("delay") * (slow ? SLOW_MS : 20)),
    };
  }
}
