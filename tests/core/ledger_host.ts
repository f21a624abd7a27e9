/**
 * A host for tests of the request ledger: an object with a log, its alarms and its requests over a storage and a clock
 * that stand still, and an executor that does nothing by itself, so that a test says what arrives when.
 *
 * @module
 */
import { AssertionError } from "@std/assert";
import { MemoryStorage } from "../../adapters/memory.ts";
import { openSqlite } from "../../adapters/sqlite.ts";
import { type AlarmEvent, Alarms } from "../../core/alarms.ts";
import type { RetryOptions } from "../../core/backoff.ts";
import { continuation } from "../../core/continuation.ts";
import type { Executor, Plan } from "../../core/executor.ts";
import { FetchError } from "../../core/fetch/fetch_error.ts";
import { type Delivery, type Heartbeat, type Job, JOB_VERSION, type Persist } from "../../core/job.ts";
import {
  type LedgerEvent,
  type ProxyFetchOptions,
  type RequestDefaults,
  type RequestInput,
  Requests,
} from "../../core/requests.ts";
import type { IdSource } from "../../core/alarms/row_id.ts";
import { ResponseSync, stringify } from "../../core/serializer/mod.ts";
import { MAX_DUE, type Row, type Storage } from "../../core/storage.ts";
import { type FakeClock, fakeClock } from "../../testing/fake_clock.ts";
import { seededIds } from "./alarm_stage.ts";

/** What a continuation receives. */
export type Result = ResponseSync | FetchError;

/** An error thrown by a handler, or by an executor. */
export class StagedError extends Error {
  override readonly name = "StagedError";
}

/** The object: what reaches its methods is written in `log`. */
export class Agent {
  readonly log: string[] = [];
  readonly results: Result[] = [];
  /** What `onReply` does besides. */
  handle: (label: string, result: Result) => unknown = () => {};
  /** What `onLate` does besides. */
  handleLate: (label: string, result: Result) => unknown = () => {};

  onReply(label: string, result: Result): unknown {
    this.log.push(`${label}: ${brief(result)}`);
    this.results.push(result);
    return this.handle(label, result);
  }
  onLate(label: string, result: Result): unknown {
    this.log.push(`late ${label}: ${brief(result)}`);
    return this.handleLate(label, result);
  }
}

/** A result in a few characters: `"200 hello"`, or a failure's code. */
export function brief(result: Result): string {
  return result instanceof FetchError ? result.code : `${result.status} ${result.text()}`;
}

/** An executor that keeps what it is given. */
export class HandExecutor implements Executor {
  maxTimeout = Infinity;
  readonly jobs: Job[] = [];
  readonly aborted: string[] = [];
  /** What taking a job does besides. */
  take: (job: Job) => void | Promise<void> = () => {};
  plan?: (job: Job) => Plan;
  abort?(id: string, token: string): void | Promise<void> {
    this.aborted.push(`${id}/${token}`);
  }
  dispatch(job: Job): void | Promise<void> {
    this.jobs.push(job);
    return this.take(job);
  }
  /** The `nth` job that was dispatched, from the end when negative. */
  job(nth = -1): Job {
    const job = this.jobs.at(nth);
    if (job === undefined) throw new AssertionError(`there is no job ${nth}`);
    return job;
  }
}

/** What a test may set. */
export interface LedgerOptions {
  readonly storage?: Storage;
  readonly defaults?: RequestDefaults;
  readonly executor?: Executor;
  /** Tries of a handler. Default: 3, one second apart, doubled, without jitter. */
  readonly retry?: RetryOptions;
  readonly isPlatformFailure?: (error: unknown) => boolean;
  /** Whether to listen; `events` stays empty otherwise. Default: `true`. */
  readonly listen?: boolean;
  /** Hears of requests in place of `events`. */
  readonly onEvent?: (event: LedgerEvent) => void;
}

/** One object on its platform. */
export class LedgerHost {
  readonly storage: Storage;
  readonly clock: FakeClock = fakeClock();
  readonly agent = new Agent();
  readonly hand = new HandExecutor();
  readonly events: LedgerEvent[] = [];
  readonly alarmEvents: AlarmEvent[] = [];
  readonly ctn = continuation<Agent>();
  readonly ids: IdSource = seededIds(7);
  readonly start: number;
  alarms: Alarms;
  requests: Requests;
  readonly #options: LedgerOptions;
  #firing: Promise<void> | undefined;

  constructor(options: LedgerOptions = {}) {
    this.#options = options;
    this.storage = options.storage ?? new MemoryStorage();
    this.start = this.clock.now();
    [this.alarms, this.requests] = this.#begin();
  }

  #begin(): [Alarms, Requests] {
    const { executor = this.hand, defaults, retry, isPlatformFailure, listen = true } = this.#options;
    const { storage, clock, ids } = this;
    const shared = { storage, clock, ids, origin: this.agent, base: Object.prototype };
    const alarms = new Alarms({
      ...shared,
      retry: { attempts: 3, backoff: 1_000, jitter: 0, ...retry },
      onEvent: (event) => this.alarmEvents.push(event),
      ...(isPlatformFailure && { isPlatformFailure }),
    });
    const onEvent = this.#options.onEvent ??
      (listen ? (event: LedgerEvent) => void this.events.push(event) : undefined);
    const requests = new Requests({
      ...{ ...shared, alarms, executor },
      ...(defaults && { defaults }),
      ...(onEvent && { onEvent }),
    });
    alarms.repair();
    return [alarms, requests];
  }

  /** Forgets the object, as an eviction does, and starts it again over the same storage. */
  restart(): void {
    this.#firing = undefined;
    [this.alarms, this.requests] = this.#begin();
  }

  /** Fetches for `onReply(label)`; the URL ends in the label. */
  call(label: string, options: ProxyFetchOptions = {}, request?: RequestInput): string {
    const { ctn } = this;
    return this.requests.proxyFetch(request ?? urlOf(label), ctn.onReply(label, ctn.$result), options);
  }

  /** As {@linkcode call}, and waits until the job has left. */
  async sent(label: string, options: ProxyFetchOptions = {}, request?: RequestInput): Promise<Job> {
    this.call(label, options, request);
    await this.settle();
    return this.hand.job();
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    await this.clock.tickAsync(0);
  }

  /** Lets time pass; the alarm fires whenever it is due, as on Cloudflare: one handler at a time, unset meanwhile. */
  async advance(ms: number): Promise<void> {
    const { clock, storage } = this;
    const until = clock.now() + ms;
    for (let round = 0; round < 10_000; round++) {
      const next = Math.min(storage.armedAt() ?? Infinity, clock.nextTimer ?? Infinity);
      if (next > until) return await clock.tickAsync(until - clock.now());
      await clock.tickAsync(Math.max(0, next - clock.now()));
      const armed = storage.armedAt();
      if (this.#firing !== undefined || armed === undefined || armed > clock.now()) continue;
      storage.disarm();
      const fired: Promise<void> = this.alarms.onAlarm().finally(() => {
        if (this.#firing === fired) this.#firing = undefined;
      });
      this.#firing = fired;
      await clock.tickAsync(0);
    }
    throw new AssertionError(`the alarm fires without end within ${ms} ms`);
  }

  /** Every row. */
  rows(): Row[] {
    return this.storage.due(Number.MAX_SAFE_INTEGER, 10_000);
  }

  /** The types of the events so far. */
  heard(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** Whether an alarm is armed for the earliest row, or before. */
  isArmed(): boolean {
    const first = this.storage.first();
    return first === undefined || first.due > MAX_DUE || (this.storage.armedAt() ?? Infinity) <= first.due;
  }
}

/** A URL that ends in a label. */
export function urlOf(label: string): string {
  return `https://api.example/${label}`;
}

/** A response as an executor delivers it. */
export function reply(text = "hello", status = 200): string {
  return stringify(new ResponseSync(text, { status }));
}

/** An outcome for a job, on its way to the origin. */
export function answer(job: Job, outcome: string = reply(), sending = 1): Delivery {
  const { id, due, token, attempt, carried } = job;
  const message = { type: "outcome", v: JOB_VERSION, id, due, token, attempt, sending, outcome } as const;
  return carried === undefined ? message : { ...message, carried };
}

/** A sign of life of a job's executor. */
export function beat({ id, due, token, attempt }: Job): Heartbeat {
  return { type: "heartbeat", v: JOB_VERSION, id, due, token, attempt };
}

/** The wish of a job's executor to have the request written down. */
export function persist(job: Job): Persist {
  return { type: "persist", v: JOB_VERSION, job };
}

/** Registers a test for each storage that this package brings: its name says which. */
export function onStorages(name: string, run: (storage: Storage) => void | Promise<void>): void {
  Deno.test(`${name}, in memory`, async () => await run(new MemoryStorage()));
  Deno.test(`${name}, in SQLite`, async () => {
    const storage = openSqlite(":memory:");
    try {
      await run(storage);
    } finally {
      storage.close();
    }
  });
}
