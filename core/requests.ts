/**
 * The ledger: requests in flight, each with the continuation that its outcome goes to.
 *
 * @module
 */
import type { Alarms } from "./alarms.ts";
import { type Clock, systemClock } from "./clock.ts";
import { expectsPromise, runContinuation } from "./continuation.ts";
import { checkInteger, checkObject } from "./option_checks.ts";
import type { Executor } from "./executor.ts";
import type { Acknowledgement, Message } from "./job.ts";
import { isMessage } from "./requests/message.ts";
import { RequestCalls, type RequestInput } from "./requests/request_calls.ts";
import type { RequestContext } from "./requests/request_context.ts";
import { tell } from "./requests/request_context.ts";
import { RequestDispatch } from "./requests/request_dispatch.ts";
import type { LedgerEvent } from "./requests/request_event.ts";
import { RequestInbox } from "./requests/request_inbox.ts";
import { RequestLiveness } from "./requests/request_liveness.ts";
import { type LiveRequest, RequestMemory } from "./requests/request_memory.ts";
import type { ProxyFetchOptions, RequestDefaults } from "./requests/request_options.ts";
import { readRequest, REQUEST_KIND, requestRow } from "./requests/request_row.ts";
import { RequestRunner } from "./requests/request_runner.ts";
import { transition } from "./request_state.ts";
import {
  checkFilter,
  liveStatus,
  passes,
  type PendingFilter,
  type RequestStatus,
  rowStatus,
} from "./requests/request_status.ts";
import { newToken } from "./requests/request_token.ts";
import { rowState } from "./requests/request_view.ts";
import { bury, TOMBSTONE, TOMBSTONE_KIND } from "./requests/tombstone.ts";
import { IdSource } from "./alarms/row_id.ts";
import { RowTable } from "./alarms/row_table.ts";
import { DEAD_DUE, MAX_DUE, type Row, type Storage } from "./storage.ts";

export type { RequestInput } from "./requests/request_calls.ts";
export type { LedgerEvent } from "./requests/request_event.ts";
export type { ProxyFetchOptions, RequestDefaults } from "./requests/request_options.ts";
export type { PendingFilter, RequestStatus } from "./requests/request_status.ts";

/** What {@linkcode Requests} is made of. */
export interface RequestsOptions {
  /** Where the rows and the alarm are. */
  readonly storage: Storage;
  /** Time, timers and jitter. Defaults to `systemClock`. */
  readonly clock?: Clock;
  /** The alarms over the same storage; requests share their alarm, their retries and their dead letters. */
  readonly alarms: Alarms;
  /** The object that continuations run on. */
  readonly origin: object;
  /** As in `AlarmsOptions.base`. Default: `null`. */
  readonly base?: object | null;
  /** Performs the jobs. */
  readonly executor: Executor;
  /** What stands where a call says nothing. */
  readonly defaults?: RequestDefaults;
  /** Hears what happens to requests. It costs nothing when it is absent; what it throws is ignored. */
  readonly onEvent?: (event: LedgerEvent) => void;
  /** Makes ids and tokens. Defaults to one that draws from `crypto.getRandomValues`. */
  readonly ids?: IdSource;
}

/**
 * Requests of one origin, over one storage and its one alarm.
 *
 * With durability `"strict"` the continuation of a request commits exactly once, whatever dies, if its handler is
 * synchronous; an asynchronous handler runs at least once. What the other durabilities promise is in docs/requests.md.
 * It does not promise that the server has acted once: a fetch whose executor died may be sent again if it is
 * idempotent.
 *
 * @example Fetch, and read the answer in a method
 * ```ts
 * import { Alarms, continuation, Requests } from "@doze/fetch";
 * import { MemoryStorage } from "@doze/fetch/memory";
 * import { assertEquals } from "@std/assert";
 *
 * class Agent {
 *   onReply(_prompt: string, _reply: unknown): void {}
 * }
 * const storage = new MemoryStorage();
 * const origin = new Agent();
 * const alarms = new Alarms({ storage, origin });
 * const executor = { maxTimeout: Infinity, dispatch() {} };
 * const requests = new Requests({ storage, alarms, origin, executor });
 *
 * const ctn = continuation<Agent>();
 * const id = requests.proxyFetch("https://llm.example/v1", ctn.onReply("Why?", ctn.$result));
 * assertEquals(requests.status(id)?.phase, "open");
 * assertEquals(requests.cancel(id)?.id, id);
 * assertEquals(requests.status(id), undefined);
 * ```
 */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #clock: Clock;
  readonly #context: RequestContext;
  readonly #table: RowTable;
  readonly #dispatch: RequestDispatch;
  readonly #calls: RequestCalls;
  readonly #liveness: RequestLiveness;
  readonly #inbox: RequestInbox;

  /**
   * Creates it and registers it with the alarms; nothing is read or written.
   *
   * @throws {InvalidOptionError} (`INVALID_OPTION`) when a part is missing.
   * @throws What {@linkcode Requests.proxyFetch} throws for wrong options, when the defaults are wrong.
   */
  constructor(options: RequestsOptions) {
    checkObject("options", options);
    const { storage, alarms, executor, clock = systemClock, onEvent } = options;
    for (const [name, part] of Object.entries({ storage, alarms, origin: options.origin, executor })) {
      checkObject(name, part);
    }
    this.#options = options;
    this.#clock = clock;
    const { origin, base = null, defaults = {}, ids = new IdSource() } = options;
    const memory = new RequestMemory();
    const context = this.#context = {
      ...{ storage, clock, alarms, executor, memory, epoch: newToken(ids) },
      run: (text: string, result: unknown) => runContinuation(text, origin, base, result),
      expectsPromise: (text: string) => expectsPromise(text, origin),
      emit: onEvent && ((event: LedgerEvent) => hear(onEvent, event)),
    };
    this.#table = new RowTable(storage);
    const runner = new RequestRunner(context);
    this.#dispatch = new RequestDispatch(context, runner);
    this.#calls = new RequestCalls({ context, dispatch: this.#dispatch, ids, origin, base, defaults });
    const liveness = this.#liveness = new RequestLiveness(context, runner, this.#dispatch, this.#table);
    this.#inbox = new RequestInbox(context, runner, liveness);
    alarms.registerKind(TOMBSTONE_KIND, TOMBSTONE);
    alarms.registerKind(REQUEST_KIND, {
      check: (row) => void readRequest(row),
      run: (row) => liveness.runDue(row),
      settle: (row) => liveness.settleDue(row),
      holds: (id) => memory.holds(id),
      nextWake: (after) => liveness.nextWake(after),
      wake: (now) => liveness.wake(now),
    });
  }

  /**
   * Hands a request to the executor; its outcome goes to the continuation. Synchronous: when it returns, everything
   * that the durability asks for is stored. The job leaves in a microtask, and only if a surrounding transaction has
   * kept the row; without a row (`"deferred"`, `"memory"`) it leaves in any case.
   *
   * @param request What to fetch.
   * @param continuation What `ctn()` recorded; `$result` in it becomes the outcome, a `ResponseSync` or `FetchError`.
   * @param options Durations in milliseconds, an id of your own, policy, retries, durability, `onLate`.
   * @returns The request's id.
   * @throws {InvalidUrlError} (`INVALID_URL`) when the URL is not absolute http(s).
   * @throws {UrlForbiddenError} (`URL_FORBIDDEN`) when the policy refuses it.
   * @throws {InvalidTimeoutError} (`INVALID_TIMEOUT`) for a duration that is none.
   * @throws {TimeoutTooLongError} (`TIMEOUT_TOO_LONG`) when the executor cannot run as long.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for any other option out of its range, and for a native `Request`.
   * @throws {NotAContinuationError} (`NOT_A_CONTINUATION`) and {@linkcode UnknownMethodError} (`UNKNOWN_METHOD`) for
   * the continuation or `onLate`.
   * @throws {InvalidIdError} (`INVALID_ID`) and {@linkcode DuplicateIdError} (`DUPLICATE_ID`) for the id.
   * @throws {RowTooLargeError} (`ROW_TOO_LARGE`) when the continuation does not fit a row.
   */
  proxyFetch(request: RequestInput, continuation: unknown, options: ProxyFetchOptions = {}): string {
    const { key, named, durability, stored, job } = this.#calls.check(request, continuation, options);
    const { storage, memory, alarms } = this.#context;
    const strict = durability === "strict";
    if (strict) {
      const row = requestRow(key, stored, named);
      // For the first look at it, so that the alarm is set once.
      const look = Math.min(key.due, this.#clock.now() + (stored.lease ?? Infinity));
      // The usual case is one statement: a transaction around it would cost as much again.
      if ((storage.armedAt() ?? Infinity) <= look) storage.insert(row);
      else {
        storage.transaction(() => {
          storage.insert(row);
          alarms.ensureArmed(look);
        });
      }
      if (stored.handlerRetry === undefined) memory.write(row, stored);
    }
    if (!strict || stored.lease !== undefined) {
      const live = { job, stored, durability, row: strict, named, lastSeen: this.#clock.now() };
      // A handler that asks again under its own id leaves its own request there.
      memory.drop(key.id);
      memory.live.set(key.id, live);
      this.#liveness.watch(live);
    }
    this.#dispatch.send(job);
    return key.id;
  }

  /**
   * Takes a message of an executor in. It proves itself by its job's token; an id alone does nothing.
   *
   * @param message An outcome, a sign of life, or the wish to write a deferred request down.
   * @returns The answer, once the transition is committed; a promise when the handler returned one.
   * @throws What `AlarmsOptions.isPlatformFailure` recognises: then nothing is decided, and the executor tries again.
   */
  deliver(message: Message): Acknowledgement | Promise<Acknowledgement> {
    if (!isMessage(message)) return "unknown";
    switch (message.type) {
      case "outcome":
        return this.#inbox.outcome(message);
      case "heartbeat":
        return this.#inbox.heartbeat(message);
      case "persist":
        return this.#inbox.persist(message);
    }
  }

  /**
   * Cancels a request: its continuation will not run. A handler that has begun cannot be cancelled. The executor is
   * asked to give up; the server may have acted all the same, and an outcome that comes is late. A deferred request
   * stays cancelled in an object that has forgotten it, until a minute after its deadline; that costs two rows. When a
   * surrounding transaction is undone, so is this, unless no row held the request.
   *
   * @param id The request's id.
   * @returns The request as it was, to exactly one of several callers; `undefined` when there is none to cancel.
   */
  cancel(id: string): RequestStatus | undefined {
    const { memory, storage } = this.#context;
    const live = memory.live.get(id);
    const row = this.#find(id);
    const status = row !== undefined ? rowStatus(row, memory) : live && liveStatus(live, memory);
    if (status === undefined || status.phase === "running") return undefined;
    const read = row && readRequest(row);
    const stored = read === undefined ? live?.stored : read.stored;
    const state = row === undefined || read === undefined
      ? { phase: "open", row: false, attempt: status.attempt } as const
      : rowState(row, read);
    if (stored === undefined || transition(state, { type: "cancel" }).action !== "remove") return undefined;
    memory.unwrite(id);
    if (stored.deferred === true) bury(this.#context, status.due, stored.token);
    if (row !== undefined) storage.take(row);
    memory.drop(id);
    memory.end(stored.token, status.due, this.#clock.now());
    if (row !== undefined) this.#restoreIfUndone(row, stored.token, live);
    tell(this.#context, "cancelled", status, stored);
    if (state.phase === "open") this.#dispatch.abort({ due: status.due, id }, stored.token);
    return status;
  }

  /** After the turn: by then a surrounding transaction has been committed, or undone and the row is back. */
  #restoreIfUndone(row: Row, token: string, live: LiveRequest | undefined): void {
    const { memory, storage } = this.#context;
    queueMicrotask(() => {
      try {
        if (storage.get(row)?.payload === row.payload) memory.restore(token, live);
      } catch { /* the storage is gone, and this instantiation with it */ }
    });
  }

  /** The request with an id, or `undefined` when there is none: never was, has been settled, or was cancelled. */
  status(id: string): RequestStatus | undefined {
    const { memory } = this.#context;
    const live = memory.live.get(id);
    const row = this.#find(id);
    return row !== undefined ? rowStatus(row, memory) : live && liveStatus(live, memory);
  }

  /**
   * Lists the requests that have not ended, dead letters left out, in the order of their due times. It reads all rows.
   *
   * @param filter Which ones.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) when the limit is not an integer of 1 or more, or for another member
   * that could match nothing.
   */
  pending(filter: PendingFilter = {}): RequestStatus[] {
    const { limit = 1_000 } = checkFilter(filter);
    checkInteger("limit", limit);
    const { memory } = this.#context;
    const found: RequestStatus[] = [];
    for (const request of memory.live.values()) {
      if (!request.row) found.push(liveStatus(request, memory));
    }
    for (const row of this.#table.walk(MAX_DUE, { due: 0, id: "" })) {
      if (row.kind === REQUEST_KIND) found.push(rowStatus(row, memory));
    }
    return found.filter((status) => passes(status, filter)).sort((a, b) => a.due - b.due).slice(0, limit);
  }

  /**
   * Acts on the loss of every executor, as if each had been silent for its whole lease: idempotent requests are
   * dispatched again, others end with `EXECUTOR_LOST`. Those whose job has outlived the loss, as in a line of its own
   * storage, are left to it: see `Executor.holds`. Call it at the start of a process whose executors ended with the one
   * before.
   *
   * @param lost Whether the executor of the request with an id is lost. Defaults to all of them.
   */
  loseExecutors(lost: (id: string) => boolean = () => true): void {
    this.#liveness.loseAll(lost);
  }

  #find(id: string): Row | undefined {
    const { alarms, storage, memory } = this.#context;
    const live = memory.live.get(id);
    const row = (live && storage.get(live.job)) ?? alarms.locate(id) ?? storage.get({ due: DEAD_DUE, id });
    return row?.kind === REQUEST_KIND ? row : undefined;
  }
}

function hear(listener: (event: LedgerEvent) => void, event: LedgerEvent): void {
  try {
    listener(event);
  } catch { /* a listener that fails must not undo the work that it hears of */ }
}
