/**
 * An object that wants answers: its alarms, its requests and its recorder, put together over one storage.
 *
 * @module
 */
import { type AlarmEvent, Alarms, type AlarmsOptions } from "./alarms.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Continuable, continuation } from "./continuation.ts";
import type { Executor } from "./executor.ts";
import type { Acknowledgement, Message } from "./job.ts";
import {
  type LedgerEvent,
  type ProxyFetchOptions,
  type RequestDefaults,
  type RequestInput,
  Requests,
} from "./requests.ts";
import { checkNames, checkObject } from "./option_checks.ts";
import type { Storage } from "./storage.ts";

/** What an object's author may set, for all of its requests and schedules. */
export interface OriginSettings extends RequestDefaults {
  /** Limits, retries and time zone of its schedules. */
  readonly alarms?: Pick<
    AlarmsOptions,
    "retry" | "maxRunsPerAlarm" | "timeSlice" | "missedAfter" | "timeZone" | "cron"
  >;
  /**
   * Hears of everything that happens to requests and schedules. It is called after the fact, must not wait, and costs
   * nothing when it is absent. What it throws is ignored.
   */
  readonly onEvent?: (event: LedgerEvent | AlarmEvent) => void;
}

/** The names of `OriginSettings.alarms`. */
const ALARM_SETTINGS: Record<keyof NonNullable<OriginSettings["alarms"]>, true> = {
  retry: true,
  maxRunsPerAlarm: true,
  timeSlice: true,
  missedAfter: true,
  timeZone: true,
  cron: true,
};

/** What an {@linkcode Origin} is made of. */
export interface OriginParts<T extends object> {
  /** The object itself. */
  readonly object: T;
  /** The prototype whose methods, and those below it, no continuation reaches; `null` for `Object.prototype`. */
  readonly base: object | null;
  /** Where its rows and its alarm are. */
  readonly storage: Storage;
  /** Who performs its fetches. */
  readonly executor: Executor;
  /** Time, timers and jitter. Defaults to `systemClock`. */
  readonly clock?: Clock;
  /** Whether an error is the platform's: then it propagates, and the row stays as it was. */
  readonly isPlatformFailure?: (error: unknown) => boolean;
  /** As `AlarmsOptions.sync`. */
  readonly sync?: AlarmsOptions["sync"];
}

/** What the base class of an object needs of whoever runs the object: the local host, or a simulation. */
export interface ObjectHost<S extends Storage = Storage> {
  /** The object's storage. A handler's own writes to it are part of the handler's transaction. */
  readonly storage: S;
  /**
   * Puts the object's parts together, once.
   *
   * @param object The object.
   * @param base The prototype whose methods, and those below it, no continuation reaches; `null` for none but `Object`'s.
   */
  attach<T extends object>(object: T, base: object | null): Origin<T>;
}

/** The parts of one object, for an adapter to bind to its platform. */
export class Origin<T extends object> {
  /** The object's schedules. */
  readonly alarms: Alarms;
  /** The object's requests. */
  readonly requests: Requests;
  /** Starts to record a continuation on the object. */
  readonly ctn: () => Continuable<T>;
  /** As {@linkcode Requests.proxyFetch}. */
  readonly proxyFetch: (request: RequestInput, continuation: unknown, options?: ProxyFetchOptions) => string;

  /**
   * Puts the parts together; nothing is read or written. Call {@linkcode Alarms.repair} before the first work.
   *
   * @param parts The object and what its platform gives it.
   * @param settings What its author has set.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for one that is misspelt or out of its range.
   */
  constructor(parts: OriginParts<T>, settings: OriginSettings = {}) {
    const { object: origin, base, storage, executor, clock = systemClock, isPlatformFailure, sync } = parts;
    const { alarms = {}, onEvent, ...defaults } = settings;
    checkObject("alarms", alarms);
    checkNames("alarms.", alarms, ALARM_SETTINGS);
    const shared = { storage, clock, origin, base, ...(onEvent && { onEvent }) };
    this.alarms = new Alarms({
      ...shared,
      ...alarms,
      ...(isPlatformFailure && { isPlatformFailure }),
      ...(sync && { sync }),
    });
    this.requests = new Requests({ ...shared, executor, alarms: this.alarms, defaults });
    this.ctn = () => continuation<T>();
    this.proxyFetch = (request, recorded, options) => this.requests.proxyFetch(request, recorded, options);
  }

  /** Takes a message of an executor; see {@linkcode Requests.deliver}. */
  deliver(message: Message): Acknowledgement | Promise<Acknowledgement> {
    return this.requests.deliver(message);
  }
}
