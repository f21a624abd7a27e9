/**
 * Cloudflare's limits, as test doubles: a local workerd enforces none of these.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { RowTooLargeError } from "../core/errors.ts";
import type { FetchFunction } from "../core/fetch/exchange.ts";
import { ForwardingStorage } from "../core/forwarding_storage.ts";
import type { Row, RowKey, Storage } from "../core/storage.ts";

/** What a {@linkcode LimitedInvocation} works with. */
export interface InvocationOptions {
  /** Whose time counts. */
  readonly clock: Clock;
  /** What really fetches. */
  readonly fetch: FetchFunction;
  /**
   * How long the invocation lives after it was called, in milliseconds. Default: 30,000, as of `waitUntil`
   * (https://developers.cloudflare.com/workers/platform/limits/#duration).
   */
  readonly lifetime?: number;
  /**
   * Connections that may wait for response headers at once; a further one waits in line. Default: 6
   * (https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections).
   */
  readonly connections?: number;
}

/**
 * One invocation of a Worker. When its time is over, everything in it stops without a word: timers do not fire, fetches
 * are cut off, calls do not return.
 */
export class LimitedInvocation {
  /** The invocation's clock; its timers end with the invocation. */
  readonly clock: Clock;
  readonly #fetch: FetchFunction;
  readonly #connections: number;
  readonly #controller = new AbortController();
  readonly #line: (() => void)[] = [];
  #open = 0;
  #mostOpen = 0;

  /** Begins: its lifetime runs from here on. */
  constructor(options: InvocationOptions) {
    const { clock, lifetime = 30_000, connections = 6 } = options;
    this.#fetch = options.fetch;
    this.#connections = connections;
    const { signal } = this.#controller;
    this.clock = {
      now: () => clock.now(),
      random: () => clock.random(),
      setTimeout: (callback, ms) => clock.setTimeout(() => signal.aborted || callback(), ms),
    };
    const cancel = clock.setTimeout(() => this.#controller.abort(), lifetime);
    signal.addEventListener("abort", cancel);
  }

  /** Whether its time is over. */
  get ended(): boolean {
    return this.#controller.signal.aborted;
  }

  /** The most connections that waited for headers at once. */
  get mostOpen(): number {
    return this.#mostOpen;
  }

  /** Ends it before its time, as when the Worker is replaced or nothing is left to wait for. */
  end(): void {
    this.#controller.abort();
  }

  /** `fetch` as the invocation has it. */
  readonly fetch: FetchFunction = async (url, init) => {
    while (this.#open >= this.#connections) await new Promise<void>((resolve) => this.#line.push(resolve));
    this.#mostOpen = Math.max(this.#mostOpen, ++this.#open);
    const { signal } = this.#controller;
    const both = init.signal ? AbortSignal.any([init.signal, signal]) : signal;
    try {
      return await this.within(() => this.#fetch(url, { ...init, signal: both }));
    } finally {
      this.#open--;
      this.#line.shift()?.();
    }
  };

  /** Runs a call to the outside: it is not made, and does not return, once the invocation has ended. */
  within<T>(call: () => T | Promise<T>): Promise<T> {
    if (this.ended) return new Promise(() => {});
    const { signal } = this.#controller;
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => signal.aborted || done();
      Promise.resolve(call()).then((value) => settle(() => resolve(value)), (error) => settle(() => reject(error)));
    });
  }
}

/** A storage whose rows hold no more than SQLite on Cloudflare does. */
export class LimitedStorage extends ForwardingStorage {
  readonly #maxRowBytes: number;

  /**
   * Wraps a storage.
   *
   * @param inner Where the rows are.
   * @param maxRowBytes Most bytes of a row. Default: 2,000,000
   * (https://developers.cloudflare.com/durable-objects/platform/limits/).
   */
  constructor(inner: Storage, maxRowBytes = 2_000_000) {
    super(inner);
    this.#maxRowBytes = maxRowBytes;
  }

  /** As {@linkcode Storage.insert}. Throws {@linkcode RowTooLargeError} for a row that is too large. */
  override insert(row: Row): void {
    this.#check(row);
    super.insert(row);
  }

  /** As {@linkcode Storage.move}. Throws {@linkcode RowTooLargeError} for a row that is too large. */
  override move(key: RowKey, row: Row): boolean {
    this.#check(row);
    return super.move(key, row);
  }

  #check(row: Row): void {
    const bytes = new TextEncoder().encode(row.id + row.kind + row.payload).byteLength + 8;
    if (bytes > this.#maxRowBytes) throw new RowTooLargeError(row.kind, this.#maxRowBytes, bytes);
  }
}
