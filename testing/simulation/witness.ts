/**
 * Stands between the ledger and a subject's handlers: what the subject asks for runs here, is noted in the storage in
 * the same transaction, and fails where the simulation says so.
 *
 * @module
 */
import { runContinuation } from "../../core/continuation.ts";
import { isPromiseLike } from "../../core/promise_like.ts";
import { PAUSED_DUE, type Storage } from "../../core/storage.ts";
import type { Book } from "./book.ts";
import { chance } from "./chance.ts";
import type { Habitat } from "./habitat.ts";
import { HandlerFailedError, labelOf, LOG_KIND } from "./object.ts";
import type { Fault } from "./plan.ts";
import type { Rolls } from "./rolls.ts";
import { tellError } from "./tell_error.ts";

/** What a {@linkcode Witness} works with. */
export interface WitnessParts {
  /** The subject. */
  readonly subject: object;
  /** As in `AlarmsOptions.base`, of the subject. */
  readonly base: object | null;
  /** The platform. */
  readonly habitat: Habitat;
  /** The storage itself: what is noted there is no work of the subject's, and never goes wrong. */
  readonly disk: Storage;
  /** The truth. */
  readonly book: Book;
  /** What was asked for. */
  readonly rolls: Rolls;
  /** The simulation's seed. */
  readonly seed: number;
  /** What may go wrong. */
  readonly faults: ReadonlySet<Fault>;
}

/** How one run of a handler goes on. */
interface Run {
  /** Names it in the log, e.g. `"log/3"`. */
  readonly prefix: string;
  /** What the log says. */
  readonly label: string;
  /** Whether it fails once it has done its work. */
  readonly fails: boolean;
  /** Whether it never ends, if it is asynchronous. */
  readonly hangs: boolean;
  /** Must hear that the handler has returned a promise. */
  readonly onPromise: () => void;
}

/** The origin as the ledger sees it. */
export class Witness {
  readonly #parts: WitnessParts;
  #running = 0;

  /** Creates it. */
  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /** How many asynchronous handlers run at this moment. */
  get running(): number {
    return this.#running;
  }

  /** Runs a request's continuation. */
  reply(request: number, text: string, result: unknown): unknown {
    const { book, rolls } = this.#parts;
    const story = book.stories.get(request);
    if (story === undefined) {
      book.violate(`request ${request}: a continuation runs that nobody has asked for`);
      return undefined;
    }
    const { manner } = story.step;
    const first = story.handled++ === 0;
    const label = labelOf(result);
    book.note(() => `object handles ${request}: ${label}`);
    return rolls.during(request, () =>
      this.#run(text, result, {
        ...{ prefix: `log/${request}`, label, hangs: first && manner === "hang" },
        fails: manner === "throwAlways" || (first && manner === "throwOnce"),
        onPromise: () => story.asynchronous = true,
      }));
  }

  /** As {@linkcode Witness.reply}, of a handler that is `async`, so that the ledger expects a promise. */
  async replyLater(request: number, text: string, result: unknown): Promise<void> {
    await this.reply(request, text, result);
  }

  /** Runs a continuation for a late outcome. */
  late(request: number, text: string, result: unknown): unknown {
    const { book, rolls } = this.#parts;
    const label = labelOf(result);
    book.note(() => `object hears of the late outcome of ${request}: ${label}`);
    const run = { prefix: `late/${request}`, label, fails: false, hangs: false, onPromise: () => {} };
    return rolls.during(request, () => this.#run(text, result, run));
  }

  /** Runs a schedule's continuation. */
  run(key: string, text: string): unknown {
    const { book, rolls, faults, seed } = this.#parts;
    const story = rolls.schedules.get(key);
    if (story === undefined) {
      book.violate(`schedule ${key}: a continuation runs that nobody has asked for`);
      return undefined;
    }
    const nth = story.handled++;
    book.note(() => `object runs schedule ${story.id}`);
    const roll = (what: string) => chance(seed, key, nth, what);
    return rolls.during(story.call, () =>
      this.#run(text, undefined, {
        ...{ prefix: `run/${key}`, label: "run" },
        fails: faults.has("throw") && !book.resting && roll("throws") < 0.15,
        hangs: faults.has("hang") && nth === 0 && roll("hangs") < 0.05,
        onPromise: () => story.asynchronous = true,
      }));
  }

  /** As {@linkcode Witness.run}, of a handler that is `async`. */
  async runLater(key: string, text: string): Promise<void> {
    await this.run(key, text);
  }

  #run(text: string, result: unknown, run: Run): unknown {
    const { subject, base, book } = this.#parts;
    let returned: unknown;
    try {
      returned = runContinuation(text, subject, base, result);
    } catch (error) {
      book.note(() => `its handler throws ${tellError(error)}`);
      throw error;
    }
    if (isPromiseLike(returned)) {
      run.onPromise();
      return this.#follow(Promise.resolve(returned), run);
    }
    this.#log(run);
    if (!run.fails) return undefined;
    book.note(() => "its handler has done its work and is made to fail");
    throw new HandlerFailedError();
  }

  async #follow(returned: Promise<unknown>, run: Run): Promise<void> {
    const { habitat, book } = this.#parts;
    this.#running++;
    // What runs in an object that is lost runs no more; nothing waits for it.
    const endless = new Promise<never>(() => {});
    try {
      await returned;
    } catch (error) {
      this.#running--;
      if (!habitat.isAlive()) return await endless;
      book.note(() => `its handler rejects with ${tellError(error)}`);
      throw error;
    }
    if (run.hangs || !habitat.isAlive()) return await endless;
    this.#running--;
    if (run.fails) throw new HandlerFailedError();
    this.#log(run);
  }

  #log({ prefix, label }: Run): void {
    const { disk } = this.#parts;
    let nth = 0;
    while (disk.get({ due: PAUSED_DUE, id: `${prefix}/${nth}` }) !== undefined) nth++;
    disk.insert({ due: PAUSED_DUE, id: `${prefix}/${nth}`, kind: LOG_KIND, payload: label, named: false });
  }
}
