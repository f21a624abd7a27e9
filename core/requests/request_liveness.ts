/**
 * Knows that an executor is lost, long before a long timeout would tell.
 *
 * Signs of life are kept in memory and cost no row, for as long as the object stays awake. Once it has forgotten those
 * of a request, each of them is written down. What watches for silence is the alarm, never a timer: a timer would keep
 * a Durable Object from hibernating. Requests of durability `"memory"` live and die with the object; they alone have
 * timers.
 *
 * @module
 */
import { type RequestContext, tell } from "./request_context.ts";
import type { RequestDispatch } from "./request_dispatch.ts";
import type { LiveRequest } from "./request_memory.ts";
import { storedOutcome, verdict, type VerdictCode } from "./request_outcome.ts";
import { readRequest, REQUEST_KIND, requestBody, requestRow, type StoredRequest } from "./request_row.ts";
import type { Ending, RequestRunner } from "./request_runner.ts";
import { type RequestEvent, transition } from "../request_state.ts";
import { rowState, viewRequest } from "./request_view.ts";
import { isPromiseLike } from "../promise_like.ts";
import type { RowTable } from "../alarms/row_table.ts";
import type { SettleResult } from "../alarms/row_kind.ts";
import { MAX_DUE, type Row, type RowKey } from "../storage.ts";

/** Most times that a request is handed to an executor. */
const MAX_DISPATCHES = 3;

/** How soon to look again at a request that could not be ended, as when the storage is full, in milliseconds. */
const RETRY_MS = 1_000;

/** Rows that one alarm looks through for requests which a restart has left: reads cost, on Cloudflare. */
const ADOPTED_AT_ONCE = 128;

/**
 * Up to this due time from now, in milliseconds, one alarm after the other looks through them: the longest that
 * Cloudflare runs a queue consumer (https://developers.cloudflare.com/queues/platform/limits/). Schedules that lie
 * behind are not read at each start.
 */
const ADOPTED_SOON_MS = 15 * 60_000;

/** While a handler runs on a row that is due, the alarm is armed for this many milliseconds from now at the latest. */
const WATCHDOG_MS = 60_000;

/** Watches executors and deadlines. */
export class RequestLiveness {
  readonly #context: RequestContext;
  readonly #runner: RequestRunner;
  readonly #dispatch: RequestDispatch;
  readonly #table: RowTable;
  /** Behind this row lie those that a restart has left and nobody has looked at yet; absent once there are none. */
  #unadopted: RowKey | undefined = { due: 0, id: "" };

  /** Creates it over what the ledger shares. */
  constructor(context: RequestContext, runner: RequestRunner, dispatch: RequestDispatch, table: RowTable) {
    this.#context = context;
    this.#runner = runner;
    this.#dispatch = dispatch;
    this.#table = table;
  }

  /** Sees to it that somebody looks at a live request when it is next due, though not sooner than in `least` ms. */
  watch(live: LiveRequest, least = 0): void {
    const { alarms, clock } = this.#context;
    const next = this.#nextLook(live);
    if (live.durability !== "memory") {
      if (next !== undefined) alarms.ensureArmed(next);
      return;
    }
    live.stopTimer?.();
    live.stopTimer = clock.setTimeout(() => this.#timer(live), Math.max(least, (next ?? live.job.due) - clock.now()));
  }

  /** Notes a sign of life. */
  alive(key: RowKey, row: Row | undefined): void {
    const { memory, clock } = this.#context;
    const now = clock.now();
    const known = memory.live.get(key.id);
    const live = known ?? (row && this.#adopt(row, now));
    if (live === undefined) return;
    live.lastSeen = now;
    if (known === undefined) this.watch(live);
    if (row !== undefined && (known === undefined || live.stored.seen !== undefined)) this.#writeSeen(row, live, now);
  }

  /** When the alarm is wanted for what is no row's due time: see `RowKind.nextWake`. */
  nextWake(after: number): number | undefined {
    let next: number | undefined;
    for (const live of this.#context.memory.live.values()) {
      const look = live.durability === "memory" ? undefined : this.#nextLook(live);
      if (look !== undefined && look > after && (next === undefined || look < next)) next = look;
    }
    // A handler that began with a delivery is not waited for by the alarm: should the object die, its row needs one.
    if (next === undefined && this.#runsOnRow()) next = Math.max(after, this.#context.clock.now()) + WATCHDOG_MS;
    return next;
  }

  #runsOnRow(): boolean {
    for (const { row } of this.#context.memory.running.values()) {
      if (row) return true;
    }
    return false;
  }

  /** Looks at every watched request: see `RowKind.wake`. */
  wake(now: number): Promise<unknown> | undefined {
    const running: Promise<unknown>[] = [];
    const attempt = (look: () => unknown): void => {
      try {
        const result = look();
        if (isPromiseLike(result)) running.push(Promise.resolve(result));
      } catch (error) {
        running.push(Promise.reject(error));
      }
    };
    for (const [row, live] of this.#adoptPage(now)) attempt(() => this.#writeSeen(row, live, now));
    for (const live of [...this.#context.memory.live.values()]) {
      if (live.durability !== "memory") attempt(() => this.#look(live, now));
    }
    return running.length === 0 ? undefined : Promise.all(running);
  }

  /** Runs the continuation of a row that is due: see `RowKind.run`. */
  runDue(row: Row): unknown {
    const { stored, outcome } = this.#dueEnding(row);
    return this.#context.run(stored.continuation, outcome.value());
  }

  /** Ends a row that is due: see `RowKind.settle`. */
  settleDue(row: Row): SettleResult | Promise<SettleResult> {
    return this.#runner.settle(row, this.#dueEnding(row));
  }

  #dueEnding(row: Row): Ending {
    const read = readRequest(row);
    const { stored, meta } = read;
    const { state } = transition(rowState(row, read), { type: "due" });
    const { delivered, kept } = state.phase === "running" ? state : { delivered: false, kept: false };
    const key = { id: row.id, due: meta.due ?? row.due };
    const outcome = stored.outcome === undefined
      ? verdict("TIMEOUT", stored, { due: key.due, now: this.#context.clock.now() })
      : storedOutcome(stored.outcome, delivered);
    return { key, stored, outcome, named: row.named, kept };
  }

  /**
   * Acts on the loss of executors: each open row whose id `lost` accepts is dispatched again or ends, unless its job has
   * outlived them on its way.
   */
  loseAll(lost: (id: string) => boolean = () => true): void {
    for (const row of [...this.#table.walk(MAX_DUE, { due: 0, id: "" })]) {
      if (row.kind !== REQUEST_KIND || !lost(row.id)) continue;
      const { stored } = readRequest(row);
      if (stored.outcome !== undefined || this.#isHeld(row, stored)) continue;
      const result = this.#silent(row, row, stored);
      // A failure of the platform leaves the row as it was: its deadline is the next chance.
      if (typeof result !== "string") result.catch(() => {});
    }
  }

  #isHeld({ id }: Row, { held, token, url }: StoredRequest): boolean {
    return held !== undefined && (this.#context.executor.holds?.({ id, token, url, via: held }) ?? true);
  }

  #timer(live: LiveRequest): void {
    const { memory, clock } = this.#context;
    const watchOn = () => {
      if (memory.live.get(live.job.id) === live) this.watch(live, RETRY_MS);
    };
    try {
      const result = this.#look(live, clock.now());
      // What the platform throws ends the object, and with it all that is in memory.
      if (typeof result !== "string") result.catch(() => {});
    } catch { /* as above */ }
    const handler = memory.running.get(live.job.id);
    if (handler === undefined) watchOn();
    else handler.done.then(watchOn, watchOn);
  }

  #look(live: LiveRequest, now: number): SettleResult | Promise<SettleResult> {
    const { job, stored } = live;
    if (this.#context.memory.running.has(job.id)) return "gone";
    const view = viewRequest(this.#context, job, job.token);
    if (view?.state.phase !== "open") {
      this.#context.memory.drop(job.id);
      return "gone";
    }
    // At its deadline a row ends by being due.
    if (job.due <= now) return live.row ? "gone" : this.#end(job, view.row, stored, { type: "due" }, "TIMEOUT");
    const { lease } = stored;
    return lease !== undefined && live.lastSeen + lease <= now ? this.#silent(job, view.row, stored) : "gone";
  }

  /** Acts on silence: dispatches again, or ends the request. */
  #silent(key: RowKey, row: Row | undefined, stored: StoredRequest): SettleResult | Promise<SettleResult> {
    const { again, idempotent, attempt } = stored;
    const left = this.#dispatch.remaining(key, stored);
    const repeat = idempotent && again !== undefined && left > 0 && attempt < MAX_DISPATCHES;
    const event: RequestEvent = { type: "silence", attempt, again: repeat };
    tell(this.#context, "lost", key, stored);
    if (!repeat) return this.#end(key, row, stored, event, "EXECUTOR_LOST");
    this.#redispatch(key, row, { ...stored, attempt: attempt + 1 }, left);
    return "gone";
  }

  /** Dispatches again. A deferred request is written down first: two executors must not both bring its continuation. */
  #redispatch(key: RowKey, row: Row | undefined, repeated: StoredRequest, left: number): void {
    const { storage, memory, clock, alarms } = this.#context;
    const live = memory.live.get(key.id);
    const forgets = repeated.lease !== undefined && (live === undefined || repeated.seen !== undefined);
    const stored = forgets ? { ...repeated, seen: clock.now() } : repeated;
    if (stored.again === undefined) return;
    const { due, id } = key;
    const memoryOnly = live?.durability === "memory";
    const durability = memoryOnly ? "memory" : "strict";
    const job = this.#dispatch.job({ key: { due, id }, stored, again: stored.again, durability }, left);
    memory.unwrite(id);
    if (row !== undefined) {
      storage.move(row, { ...row, payload: requestBody(row, stored) });
    } else if (!memoryOnly) {
      const written = requestRow({ due, id }, stored, live?.named ?? false);
      storage.transaction(() => {
        storage.insert(written);
        alarms.ensureArmed(due);
      });
    }
    if (live !== undefined) {
      Object.assign(live, { job, stored, row: !memoryOnly, lastSeen: clock.now() });
      this.watch(live);
    }
    this.#dispatch.send(job);
  }

  #end(
    key: RowKey,
    row: Row | undefined,
    stored: StoredRequest,
    event: RequestEvent,
    code: VerdictCode,
  ): SettleResult | Promise<SettleResult> {
    const open = { phase: "open", row: row !== undefined, attempt: stored.attempt } as const;
    if (transition(open, event).action !== "run") return "gone";
    const { due, id } = key;
    const outcome = verdict(code, stored, { due, now: this.#context.clock.now() });
    const named = row?.named ?? this.#context.memory.live.get(id)?.named ?? false;
    const ending = { key: { due, id }, stored, outcome, named, kept: false };
    return this.#runner.settle(row, ending);
  }

  #nextLook(live: LiveRequest): number | undefined {
    const { lease } = live.stored;
    const silent = lease === undefined ? Infinity : live.lastSeen + lease;
    const next = Math.min(silent, live.row ? Infinity : live.job.due);
    return next === Infinity ? undefined : next;
  }

  /**
   * After a restart memory does not know when an executor was last heard of. Where the row does not either, each gets a
   * whole lease from the alarm that finds its row. A page at an alarm, the earliest first, where requests are: a million
   * schedules may lie behind them.
   *
   * @returns The rows that must say from here on when their executor was last heard of.
   */
  #adoptPage(now: number): [row: Row, live: LiveRequest][] {
    if (this.#unadopted === undefined) return [];
    const { storage, alarms, memory } = this.#context;
    const after = this.#unadopted.due > now ? this.#unadopted : { due: now + 1, id: "" };
    const rows = storage.due(MAX_DUE, ADOPTED_AT_ONCE, after);
    this.#unadopted = rows.length < ADOPTED_AT_ONCE ? undefined : rows.at(-1);
    const unwritten: [Row, LiveRequest][] = [];
    for (const row of rows) {
      if (row.kind !== REQUEST_KIND || !row.payload.includes('"lease":')) continue;
      try {
        const live = memory.live.has(row.id) ? undefined : this.#adopt(row, now);
        if (live !== undefined && live.stored.seen !== live.lastSeen) unwritten.push([row, live]);
      } catch { /* a row that this release cannot read is for the alarms to tell of, once it is due */ }
    }
    const next = this.nextWake(now);
    if (next !== undefined) alarms.ensureArmed(next);
    if (this.#unadopted !== undefined && this.#unadopted.due <= now + ADOPTED_SOON_MS) alarms.ensureArmed(now + 1);
    return unwritten;
  }

  /** Watches a row's executor, which this instantiation does not know, from when it was last heard of. */
  #adopt(row: Row, now: number): LiveRequest | undefined {
    const { memory } = this.#context;
    const { stored } = readRequest(row);
    if (
      stored.lease === undefined || stored.outcome !== undefined || memory.running.get(row.id)?.token === stored.token
    ) return undefined;
    const again = stored.again ?? { request: "", policy: {} };
    const key = { due: row.due, id: row.id };
    const job = this.#dispatch.job({ key, stored, again, durability: "strict" });
    // By a clock that has been set back it may have been heard of in the future.
    const lastSeen = Math.min(stored.seen ?? now, now);
    const live = { job, stored, durability: "strict", row: true, named: row.named, lastSeen } as const;
    memory.live.set(row.id, live);
    return live;
  }

  /** Writes down that an executor is alive, for an instantiation that does not remember it. */
  #writeSeen(row: Row, live: LiveRequest, now: number): void {
    live.lastSeen = now;
    if (live.stored.seen === now) return;
    live.stored = { ...live.stored, seen: now };
    this.#context.memory.unwrite(row.id);
    this.#context.storage.move(row, { ...row, payload: requestBody(row, live.stored) });
  }
}
