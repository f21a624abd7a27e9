/**
 * A host that runs objects in this process (Deno, Node or Bun): fetches that survive a crash, without Cloudflare.
 *
 * @module
 */
import type { Alarms } from "../core/alarms.ts";
import { retryDelay, type RetryPolicy } from "../core/backoff.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Continuable } from "../core/continuation.ts";
import type { FetchFunction } from "../core/fetch/exchange.ts";
import { ForwardingStorage } from "../core/forwarding_storage.ts";
import { checkObject } from "../core/option_checks.ts";
import { type ObjectHost, Origin, type OriginSettings } from "../core/origin.ts";
import type { Requests } from "../core/requests.ts";
import type { Storage } from "../core/storage.ts";
import { PoolExecutor, type PoolOrchestratorOptions } from "../core/strategies/pool.ts";

export type { FetchFunction } from "../core/fetch/exchange.ts";
export type { ObjectHost } from "../core/origin.ts";
export type { PoolOrchestratorOptions } from "../core/strategies/pool.ts";

/** How a host runs its object. */
export interface LocalOptions<S extends Storage = Storage> extends OriginSettings {
  /** Where the object keeps its rows: `openSqlite("agent.db")` to survive a crash, a `MemoryStorage` not to. */
  readonly storage: S;
  /** Time, timers and jitter. Defaults to `systemClock`. */
  readonly clock?: Clock;
  /** What performs the fetches. Defaults to the runtime's `fetch`. */
  readonly fetch?: FetchFunction;
  /** Limits, and storage, of what goes `via: "orchestrated"`. Without it that way is refused. */
  readonly orchestrator?: PoolOrchestratorOptions;
}

/** How long after an alarm that met a storage that fails the next one comes. */
const ALARM_RETRY: RetryPolicy = { attempts: Infinity, backoff: 1_000, maxDelay: 60_000, jitter: 0 };

/** What a {@linkcode LocalObject} is given, in the place of a Durable Object's `ctx`. */
export class LocalContext<S extends Storage = Storage> implements ObjectHost<S> {
  /** The object's storage. A handler's own writes to it are part of the handler's transaction. */
  readonly storage: S;
  /** The options that the host was started with. */
  readonly options: LocalOptions<S>;
  readonly #running = new Set<Promise<unknown>>();
  readonly #clock: Clock;
  #pool: PoolExecutor | undefined;
  #origin: Origin<object> | undefined;
  #cancelTimer: () => void = () => {};
  #alarming = false;
  #retrying = false;
  #failures = 0;
  #closed = false;
  /** The requests that an earlier process has left; the object's constructor may have made others since. */
  #left: ReadonlySet<string> = new Set();

  /**
   * Creates it; {@linkcode startLocal} does.
   *
   * @throws {InvalidOptionError} (`INVALID_OPTION`) without a storage.
   */
  constructor(options: LocalOptions<S>) {
    checkObject("options", options);
    checkObject("storage", options.storage);
    this.options = options;
    this.storage = options.storage;
    this.#clock = options.clock ?? systemClock;
  }

  /** Puts the object's parts together; its base class calls it, once. */
  attach<T extends object>(object: T, base: object | null): Origin<T> {
    const { storage: _storage, clock: _clock, fetch: send = fetch, orchestrator, ...settings } = this.options;
    const storage = new WatchedStorage(this.storage, () => this.#setTimer());
    const executor: PoolExecutor = new PoolExecutor({
      fetch: send,
      clock: this.#clock,
      deliver: (message) => origin.deliver(message),
      ...(orchestrator && { orchestrator }),
    });
    const origin: Origin<T> = new Origin({ object, base, storage, executor, clock: this.#clock }, settings);
    this.#pool = executor;
    const left = origin.requests.pending({ limit: Number.MAX_SAFE_INTEGER });
    this.#left = new Set(left.map(({ id }) => id));
    this.#origin = origin;
    return origin;
  }

  /** Takes up what an earlier process left. Its fetches ended with it: they are made again, or settled as lost. */
  recover(): void {
    this.#origin?.requests.loseExecutors((id) => this.#left.has(id));
    this.#origin?.alarms.repair();
    this.#setTimer();
  }

  /** Resolves when no fetch is under way and no handler of an alarm runs. Later schedules may still wait. */
  async idle(): Promise<void> {
    // At least once: a fetch begins in a microtask after its call.
    do {
      await Promise.all(this.#running);
      await this.#pool?.idle();
    } while (this.#running.size > 0);
  }

  /**
   * Stops timers and fetches, and waits for no handler. What they leave undone stays in the storage, which is not
   * closed.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer();
    await this.#pool?.close();
    // An alarm that is due does not wait any longer for the handlers that the one before it has started.
    if (this.#alarming) this.#origin?.alarms.ensureArmed(this.#clock.now());
    await Promise.all(this.#running);
  }

  #track(running: Promise<unknown>): void {
    const tracked = running.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  /** The alarm: one timer, set to the storage's. It outlives a crash because the storage does. */
  #setTimer(): void {
    if (this.#retrying) return;
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    const at = this.storage.armedAt();
    // As on Cloudflare the alarm does not fire while its handler runs.
    if (at === undefined || this.#closed || this.#alarming) return;
    this.#cancelTimer = this.#clock.setTimeout(() => this.#onTimer(), Math.max(0, at - this.#clock.now()));
  }

  #onTimer(): void {
    const at = this.storage.armedAt();
    // A runtime's timer ends after 2³¹ ms, so that a later alarm takes several.
    if (at === undefined || this.#clock.now() < at) this.#setTimer();
    else this.#fire();
  }

  #fire(): void {
    if (this.#origin === undefined) return;
    this.#alarming = true;
    this.#retrying = false;
    this.#track(
      this.#origin.alarms.onAlarm().then(() => this.#fired(), (error) => {
        this.#fired(error);
        throw error;
      }),
    );
  }

  /** As on Cloudflare an alarm that has failed fires again: the storage that failed may have unset it. */
  #fired(error?: unknown): void {
    this.#alarming = false;
    if (error === undefined || this.#closed) {
      this.#failures = 0;
      this.#setTimer();
      return;
    }
    this.#cancelTimer();
    this.#retrying = true;
    this.#failures++;
    this.#cancelTimer = this.#clock.setTimeout(() => this.#fire(), retryDelay(ALARM_RETRY, this.#failures, 0));
  }
}

/**
 * The base class of objects that run on this host; its members are those of `DozeObject` on Cloudflare, so that moving
 * there changes what a class extends and nothing else.
 */
export class LocalObject<Env = unknown, S extends Storage = Storage> {
  /** The object's storage and its host. */
  protected readonly ctx: ObjectHost<S>;
  /** What {@linkcode startLocal} was given as `env`. */
  protected readonly env: Env;
  /** The object's schedules. */
  readonly alarms: Alarms;
  /** The object's requests: `cancel`, `status`, `pending`. */
  readonly requests: Requests;
  /** Starts to record a continuation on this object. */
  readonly ctn: () => Continuable<this>;
  /** Hands a fetch over and returns its id at once. See `Requests.proxyFetch`. */
  readonly proxyFetch: Origin<object>["proxyFetch"];

  /** Creates the object; called by {@linkcode startLocal}, or by whoever simulates it. */
  constructor(ctx: ObjectHost<S>, env: Env) {
    this.ctx = ctx;
    this.env = env;
    const origin = ctx.attach(this, LocalObject.prototype);
    this.alarms = origin.alarms;
    this.requests = origin.requests;
    this.ctn = origin.ctn;
    this.proxyFetch = origin.proxyFetch;
  }
}

/** A running object. */
export interface LocalHost<T> {
  /** The object. */
  readonly object: T;
  /** As {@linkcode LocalContext.idle}. */
  idle(): Promise<void>;
  /** As {@linkcode LocalContext.close}. */
  close(): Promise<void>;
}

/**
 * Starts an object in this process and takes up what an earlier process has left in its storage: one object per
 * storage, one process per object.
 *
 * Fetches run in this process, with no limit on their number. A real timer is the alarm, so that the process has to
 * live for schedules to run; what fell due while it did not live runs at the start.
 *
 * @example A fetch whose answer is written down, whatever happens in between
 * ```ts
 * import { FetchError, type ResponseSync } from "@doze/fetch";
 * import { LocalObject, startLocal } from "@doze/fetch/local";
 * import { MemoryStorage } from "@doze/fetch/memory";
 * import { assertEquals } from "@std/assert";
 *
 * class Agent extends LocalObject {
 *   readonly replies: string[] = [];
 *   ask(url: string): string {
 *     return this.proxyFetch(url, this.ctn().onReply(this.ctn().$result));
 *   }
 *   onReply(result: ResponseSync | FetchError): void {
 *     this.replies.push(result instanceof FetchError ? result.code : result.text());
 *   }
 * }
 *
 * const { object, idle, close } = startLocal(Agent, {
 *   storage: new MemoryStorage(), // openSqlite("agent.db") survives a crash
 *   fetch: () => Promise.resolve(new Response("hello")),
 * });
 * object.ask("https://api.example/");
 * await idle();
 * assertEquals(object.replies, ["hello"]);
 * await close();
 * ```
 *
 * @param type The object's class.
 * @param options Its storage, and defaults for its requests and schedules.
 * @param env Whatever the object needs besides.
 */
export function startLocal<T extends object, Env = undefined, S extends Storage = Storage>(
  type: new (ctx: LocalContext<S>, env: Env) => T,
  options: LocalOptions<NoInfer<S>>,
  ...env: undefined extends Env ? [env?: Env] : [env: Env]
): LocalHost<T> {
  const ctx = new LocalContext<S>(options);
  const object = new type(ctx, env[0] as Env);
  ctx.recover();
  return { object, idle: () => ctx.idle(), close: () => ctx.close() };
}

/** A storage whose alarm is heard of. */
class WatchedStorage extends ForwardingStorage {
  readonly #onAlarm: () => void;

  constructor(inner: Storage, onAlarm: () => void) {
    super(inner);
    this.#onAlarm = onAlarm;
  }

  override arm(at: number): void {
    super.arm(at);
    this.#hear();
  }

  override disarm(): void {
    super.disarm();
    this.#hear();
  }

  /** After the turn: by then the transaction around it has been committed, or undone and the alarm with it. */
  #hear(): void {
    queueMicrotask(this.#onAlarm);
  }
}
