/**
 * The platform under a simulated object: starts it when it is wanted, takes it away at any time, fires its alarm.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";
import type { Executor } from "../../core/executor.ts";
import type { Acknowledgement, Message } from "../../core/job.ts";
import { IdSource } from "../../core/alarms/row_id.ts";
import { parse } from "../../core/serializer/mod.ts";
import { DEAD_DUE, MAX_DUE, type Row, type Storage } from "../../core/storage.ts";
import { type Book, MIXED, type RequestStory } from "./book.ts";
import { dice } from "./chance.ts";
import type { Habitat, Inhabit, Inhabitant } from "./habitat.ts";
import { HandlerFailedError, labelOf, LOG_KIND, readLog } from "./object.ts";
import type { CallStep, CancelStep } from "./plan.ts";
import { type DiskState, ObjectLostError, ShakyStorage } from "./shaky_storage.ts";
import type { VirtualTime } from "./time.ts";

/** What {@linkcode Host} works with. */
export interface HostParts {
  /** The timeline. */
  readonly time: VirtualTime;
  /** The simulation's seed. */
  readonly seed: number;
  /** What survives objects. */
  readonly disk: Storage;
  /** The truth. */
  readonly book: Book;
  /** Performs jobs; asked for late, as it needs the host itself. */
  readonly executor: () => Executor;
  /** Makes what lives in the object, at each start. */
  readonly inhabit: Inhabit;
  /** Whether a row holds a request; without it, whether a row has its id. */
  readonly isStored?: (request: number) => boolean;
  /** Whether the handler of a row may take its time: then the row needs no alarm while it runs. */
  readonly isAsynchronous: (row: Row) => boolean;
}

interface Instance {
  alive: boolean;
  delivering: boolean;
  readonly storage: ShakyStorage;
  inhabitant: Inhabitant | undefined;
  readonly lost: Promise<never>;
}

/** Longest that a row is set back after a failure that is not its handler's, in milliseconds. */
const SET_BACK_MS = 60_000;

/** One object's platform. */
export class Host {
  /** Faults to come, and the account. */
  readonly state: DiskState = { crashIn: undefined, full: 0, refused: 0, rowsWritten: 0, alarmsSet: 0 };
  /** What the next alarms will be like. */
  alarm: { late: number; twice: boolean } = { late: 0, twice: false };
  readonly #parts: HostParts;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  #offset = 0;
  #latest = 0;
  #patientUntil = 0;
  #instance: Instance | undefined;
  #alarmRunning = false;

  /** Creates it; the object starts when it is wanted. */
  constructor(parts: HostParts) {
    this.#parts = parts;
    const { time, seed } = parts;
    const roll = dice("ids", seed);
    this.#ids = new IdSource((words) => {
      for (let at = 0; at < words.length; at++) words[at] = Math.floor(roll() * 4_294_967_296);
    });
    this.#clock = {
      now: () => time.now + this.#offset,
      setTimeout: (callback, ms) => {
        const instance = this.#instance;
        return time.after(ms, () => instance === undefined || instance.alive ? callback() : undefined);
      },
      random: dice("origin", seed),
    };
  }

  /** The origin's time, in milliseconds since the epoch. */
  get now(): number {
    return this.#clock.now();
  }

  /** Sets the origin's clock forward or back. */
  jump(ms: number): void {
    this.#latest = Math.max(this.#latest, this.now);
    this.#offset += ms;
    const { book } = this.#parts;
    if (ms < 0) book.setBack = true;
    for (const story of book.stories.values()) story.jumped = true;
  }

  /** Takes the object away while nothing runs in it. */
  evict(): void {
    if (this.#instance === undefined) return;
    this.#parts.book.note(() => "the object is evicted");
    this.#lose(this.#instance);
  }

  /** Lets the object do what a step asks for. */
  call(step: CallStep): void {
    try {
      this.#enter().inhabitant.call(step);
    } catch (error) {
      this.#parts.book.note(() => `object cannot call ${step.request}: ${error}`);
    }
  }

  /** Cancels a request, perhaps in a transaction that is undone. */
  cancel({ request, undone }: CancelStep): void {
    const { book } = this.#parts;
    const story = book.stories.get(request);
    if (story === undefined) return;
    try {
      const { running } = story;
      const undoable = undone && this.isStored(story.id);
      const cancelled = this.#cancel(story.id, undone === true);
      // A full storage undoes the beginning of a handler that goes on all the same: its request is open again.
      if (cancelled && running && this.state.refused === 0) {
        book.violate(`request ${request}: it was cancelled while its handler ran`);
      }
      book.note(() => `object cancels ${request}${undone ? " in what is undone" : ""}: ${cancelled}`);
      if (!cancelled || undoable) return;
      story.cancelled = undone ? "maybe" : true;
      story.before = readLog(this.#parts.disk, `log/${request}`).length;
    } catch {
      if (story.cancelled === false) story.cancelled = "maybe";
    }
  }

  #cancel(id: string, undone: boolean): boolean {
    const { inhabitant: { requests }, instance: { storage } } = this.#enter();
    if (!undone) return requests.cancel(id) !== undefined;
    let cancelled = false;
    try {
      storage.transaction(() => {
        cancelled = requests.cancel(id) !== undefined;
        throw new HandlerFailedError();
      });
    } catch (error) {
      if (!(error instanceof HandlerFailedError)) throw error;
    }
    return cancelled;
  }

  /** The door for messages. The promise rejects when the object is lost meanwhile. */
  async arrive(message: Message): Promise<Acknowledgement> {
    const { book } = this.#parts;
    const { instance, inhabitant } = this.#enter();
    const { id, due, attempt, token } = message.type === "persist" ? message.job : message;
    const story = book.byToken(token, id);
    const early = message.type === "outcome" && story !== undefined && this.now < message.due;
    const offered = early && message.sending === 1 && message.carried?.continuation !== undefined &&
      this.now < (message.carried.until ?? message.due);
    if (message.type === "outcome") noteOutcome(story, attempt, labelOf(parse(message.outcome)));
    const beats = message.type !== "outcome" && story?.dispatched === attempt;
    const refused = story !== undefined && this.now < due && isAwaited(story, attempt);
    instance.delivering = true;
    let answering: Acknowledgement | Promise<Acknowledgement>;
    try {
      answering = inhabitant.requests.deliver(message);
    } catch (error) {
      if (beats) book.hear(story, this.now, false);
      throw error;
    } finally {
      instance.delivering = false;
    }
    if (beats && answering === "pending") book.hear(story, this.now, true);
    if (answering === "late" && refused) {
      book.violate(`request ${story?.step.request}: dispatch ${attempt} is not known`);
    }
    const answer = await Promise.race([answering, instance.lost]);
    if (!instance.alive) throw new ObjectLostError();
    book.note(() => `object answers ${message.type} ${story?.step.request}/${attempt}: ${answer}`);
    // By a clock that has jumped, the object may have ended the request before.
    if (offered && story !== undefined && !story.jumped) story.offered = true;
    // An object that has forgotten a deferred request may have to drop its outcome, and be asked to keep it later.
    const taken = answer === "settled" || story?.step.durability === "strict";
    if (early && taken && attempt === story.dispatched && !story.givenUp.has(attempt)) story.arrived = true;
    if (story !== undefined && answer === "pending") story.heard = this.now;
    return answer;
  }

  /** When the alarm will fire by true time, or `undefined`. */
  get alarmAt(): number | undefined {
    const armed = this.#parts.disk.armedAt();
    if (armed === undefined || this.#alarmRunning) return undefined;
    return Math.max(armed - this.#offset + this.alarm.late, this.#parts.time.now);
  }

  /** Fires the alarm. It does not fire again while its handler runs. */
  fire(): void {
    const { disk, book } = this.#parts;
    const { twice } = this.alarm;
    this.alarm = { late: 0, twice: false };
    if (this.#putsOff()) return;
    this.#noteDelay();
    disk.disarm();
    book.note(() => `alarm${twice ? " (twice)" : ""}`);
    this.#alarmRunning = true;
    this.#run(twice).catch(() => {
      // What the storage has refused is tried again within a minute.
      if (this.#instance !== undefined) this.#patientUntil = Math.max(this.#latest, this.now) + SET_BACK_MS;
      // The platform runs an alarm at least once.
      const retry = this.now + 1;
      const armed = disk.armedAt();
      if (armed === undefined || armed > retry) disk.arm(retry);
    }).finally(() => this.#alarmRunning = false);
  }

  /** An alarm that is late is late for everybody whom it was to serve, also where a start sets it anew. */
  #noteDelay(): void {
    const armed = this.#parts.disk.armedAt();
    if (armed !== undefined && armed < this.now) this.#parts.book.delay(this.now - armed);
  }

  /** Whether the object that the alarm wakes sets another in its place: Cloudflare calls no handler then. */
  #putsOff(): boolean {
    const { disk, book } = this.#parts;
    const armed = disk.armedAt();
    try {
      this.#enter();
    } catch {
      return false;
    }
    if (disk.armedAt() === armed) return false;
    book.note(() => "alarm, put off by the object's start");
    return true;
  }

  async #run(twice: boolean): Promise<void> {
    const { instance, inhabitant: { alarms } } = this.#enter();
    const run = async (): Promise<void> => {
      await alarms.onAlarm();
      if (twice) await alarms.onAlarm();
    };
    await Promise.race([run(), instance.lost]);
  }

  /** Whether an alarm is armed early enough for every row that waits; else says what is wrong. */
  checkAlarm(): string | undefined {
    const { disk, isAsynchronous } = this.#parts;
    if (this.#alarmRunning) return undefined;
    this.#latest = Math.max(this.#latest, this.now);
    const armed = disk.armedAt();
    const first = disk.first();
    if (first === undefined || first.due > MAX_DUE) return undefined;
    const patience = Math.max(this.#latest + 1, this.#patientUntil);
    if (armed !== undefined && armed <= Math.max(first.due, patience)) return undefined;
    for (const row of disk.due(MAX_DUE, 64)) {
      // What runs needs no alarm: should the object die, its alarm is the watchdog's.
      if (armed !== undefined && isAsynchronous(row)) continue;
      if (armed === undefined) return `no alarm is armed for ${row.id}`;
      return armed > Math.max(row.due, patience) ? `the alarm for ${row.id} is armed too late` : undefined;
    }
    return undefined;
  }

  /** Whether a row holds a request, dead letters included. */
  isStored(id: string): boolean {
    const { disk } = this.#parts;
    return disk.get({ due: DEAD_DUE, id }) !== undefined || disk.find(id) !== undefined ||
      disk.due(MAX_DUE, 100_000).some((row) => row.id === id);
  }

  /** Rows that wait for something: none, once a simulation has come to rest. */
  waiting(): string[] {
    return this.#parts.disk.due(MAX_DUE, 100_000).filter((row) => row.kind !== LOG_KIND).map((row) => row.id);
  }

  /** Runs `look` on the object, started if need be, safe from faults; what it does is not counted. */
  visit<T>(look: (inhabitant: Inhabitant) => T): T {
    const { inhabitant } = this.#enter();
    return this.#safely(() => look(inhabitant));
  }

  /** Whether something runs in the object at this moment. */
  get isBusy(): boolean {
    return this.#alarmRunning || this.#instance?.inhabitant?.isBusy() === true;
  }

  #enter(): { readonly instance: Instance; readonly inhabitant: Inhabitant } {
    const instance = this.#instance ?? this.#start();
    const { inhabitant } = instance;
    // Only its own constructor can ask before it is there.
    if (inhabitant === undefined) throw new ObjectLostError();
    return { instance, inhabitant };
  }

  #start(): Instance {
    const { book, disk, executor, inhabit } = this.#parts;
    const { promise: lost, reject } = Promise.withResolvers<never>();
    lost.catch(() => {});
    const storage = new ShakyStorage(disk, this.state, () => {
      book.note(() => "the object crashes");
      this.#lose(instance);
    });
    const habitat: Habitat = {
      ...{ storage, clock: this.#clock, ids: this.#ids, executor: executor() },
      isDelivering: () => instance.delivering,
      isSetBack: () => book.setBack,
      isAlive: () => instance.alive,
      onEvent: (event) => {
        if (/^(late|stale|ambiguous)$/.test(event.type)) book.byId(event.id)?.told.add(event.attempt);
        if (event.type === "lost") book.byId(event.id)?.givenUp.add(event.attempt);
      },
      isPlatformFailure: (error) => error instanceof ObjectLostError,
    };
    const instance: Instance = { alive: true, delivering: false, storage, lost, inhabitant: undefined };
    this.#rejects.set(instance, reject);
    this.#instance = instance;
    this.#noteDelay();
    try {
      // What a start repairs must not be lost to a crash that is meant for the work that follows.
      this.#safely(() => {
        instance.inhabitant = inhabit(habitat);
        instance.inhabitant.alarms.repair();
      });
    } catch (error) {
      this.#lose(instance);
      throw error;
    }
    return instance;
  }

  /** Runs something that no fault that was announced is meant for. */
  #safely<T>(run: () => T): T {
    const { crashIn, full } = this.state;
    Object.assign(this.state, { crashIn: undefined, full: 0 });
    try {
      return run();
    } finally {
      Object.assign(this.state, { crashIn, full });
    }
  }

  readonly #rejects = new WeakMap<Instance, (error: Error) => void>();

  #lose(instance: Instance): void {
    if (!instance.alive) return;
    instance.alive = false;
    instance.storage.kill();
    this.#instance = undefined;
    this.#pendingLosses.push(() =>
      this.#parts.book.lose({
        isStored: (id, request) => this.#parts.isStored?.(request) ?? this.isStored(id),
        isLogged: (request) => readLog(this.#parts.disk, `log/${request}`).length > 0,
      })
    );
    this.#rejects.get(instance)?.(new ObjectLostError());
  }

  readonly #pendingLosses: (() => void)[] = [];

  /** Books losses, once the transaction in which they happened has been undone. */
  bookLosses(): void {
    for (const book of this.#pendingLosses.splice(0)) book();
  }
}

/** A job that was handed over twice may have had two outcomes. */
function noteOutcome(story: RequestStory | undefined, attempt: number, label: string): void {
  const known = story?.outcomes.get(attempt);
  story?.outcomes.set(attempt, known === undefined || known === label ? label : MIXED);
}

/** Whether nothing but an outcome of this dispatch, its deadline or a cancellation may end a request. */
function isAwaited({ step, cancelled, handled, dispatched, givenUp, jumped }: RequestStory, attempt: number): boolean {
  const open = cancelled === false && handled === 0 && !jumped;
  return open && step.durability === "strict" && attempt === dispatched && !givenUp.has(attempt);
}
