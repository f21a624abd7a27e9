/**
 * The parts of one ledger, put together by hand, so that each can be tested by itself over the real others.
 *
 * @module
 */
import { AssertionError } from "@std/assert";
import { Alarms } from "../../core/alarms.ts";
import { encodeContinuation, runContinuation } from "../../core/continuation.ts";
import type { Durability, Job } from "../../core/job.ts";
import type { RequestContext } from "../../core/requests/request_context.ts";
import { RequestDispatch } from "../../core/requests/request_dispatch.ts";
import { RequestInbox } from "../../core/requests/request_inbox.ts";
import { RequestLiveness } from "../../core/requests/request_liveness.ts";
import { type LiveRequest, RequestMemory } from "../../core/requests/request_memory.ts";
import { readRequest, REQUEST_KIND, requestRow, type StoredRequest } from "../../core/requests/request_row.ts";
import { RequestRunner } from "../../core/requests/request_runner.ts";
import { RowTable } from "../../core/alarms/row_table.ts";
import { RequestSync, stringify } from "../../core/serializer/mod.ts";
import type { Row } from "../../core/storage.ts";
import { LedgerHost, type LedgerOptions, urlOf } from "./ledger_host.ts";

/** How a request begins that a test puts in place itself. */
export interface Placed extends Partial<Omit<StoredRequest, "continuation" | "token">> {
  /** Default: `"strict"`. */
  readonly durability?: Durability;
  /** Whether memory holds it as well. Default: where no row does. */
  readonly live?: boolean;
  readonly named?: boolean;
  readonly persistAfter?: number;
  /** Default: GET. */
  readonly method?: string;
}

/** A request in its place. */
export interface Place {
  readonly job: Job;
  readonly stored: StoredRequest;
  readonly row: Row;
  readonly named: boolean;
}

/** One object's ledger in parts. Its `requests` is not used; the parts take its place with the alarms. */
export class LedgerParts extends LedgerHost {
  readonly memory = new RequestMemory();
  readonly context: RequestContext;
  readonly runner: RequestRunner;
  readonly dispatch: RequestDispatch;
  readonly liveness: RequestLiveness;
  readonly inbox: RequestInbox;
  #placed = 0;

  constructor(options: LedgerOptions = {}) {
    super(options);
    const { storage, clock, agent, memory, isPlatformFailure } = { ...options, ...this.#own() };
    const alarms = this.alarms = new Alarms({
      ...{ storage, clock, origin: agent, base: Object.prototype, ids: this.ids },
      retry: { attempts: 3, backoff: 1_000, jitter: 0, ...options.retry },
      onEvent: (event) => this.alarmEvents.push(event),
      ...(isPlatformFailure && { isPlatformFailure }),
    });
    const context = this.context = {
      ...{ storage, clock, alarms, memory, executor: options.executor ?? this.hand, epoch: "this" },
      run: (text, result) => runContinuation(text, agent, Object.prototype, result),
      emit: options.listen === false ? undefined : (event) => void this.events.push(event),
    };
    this.runner = new RequestRunner(context);
    this.dispatch = new RequestDispatch(context, this.runner);
    const liveness = new RequestLiveness(context, this.runner, this.dispatch, new RowTable(storage));
    this.liveness = liveness;
    this.inbox = new RequestInbox(context, this.runner, liveness);
    alarms.registerKind(REQUEST_KIND, {
      check: (row) => void readRequest(row),
      run: (row) => liveness.runDue(row),
      settle: (row) => liveness.settleDue(row),
      holds: (id) => memory.holds(id),
      nextWake: (after) => liveness.nextWake(after),
      wake: (now) => liveness.wake(now),
    });
  }

  #own() {
    const { storage, clock, agent, memory } = this;
    return { storage, clock, agent, memory };
  }

  /** Makes a request with everything that a call would give it, and puts nothing in place. */
  make(label: string, placed: Placed = {}): Place {
    const { durability = "strict", live: _live, named = false, persistAfter, method = "GET", ...more } = placed;
    const { ctn, agent } = this;
    const stored: StoredRequest = {
      ...{ token: `token-${++this.#placed}`, attempt: 1, url: urlOf(label), idempotent: method === "GET" },
      continuation: encodeContinuation(ctn.onReply(label, ctn.$result), agent, Object.prototype),
      ...{ timeout: 20_000, grace: 10_000 },
      ...more,
    };
    const due = this.clock.now() + stored.timeout + stored.grace;
    const key = { due, id: named ? `named-${label}` : this.alarms.newId(due) };
    const again = { request: stringify(new RequestSync(urlOf(label), { method })), policy: {} };
    const parts = { key, stored, again, durability };
    const job = this.dispatch.job(persistAfter === undefined ? parts : { ...parts, persistAfter });
    return { job, stored, named, row: requestRow(key, stored, named) };
  }

  /** Puts a request in place: in a row if it is strict, else in memory. It is not sent. */
  place(label: string, placed: Placed = {}): Place {
    const { durability = "strict", live = durability !== "strict" } = placed;
    const made = this.make(label, placed);
    if (durability === "strict") {
      this.storage.insert(made.row);
      this.alarms.ensureArmed(made.row.due);
    }
    if (live) {
      const { job, stored, named } = made;
      const lastSeen = this.clock.now();
      this.memory.live.set(job.id, { job, stored, durability, row: durability === "strict", named, lastSeen });
    }
    return made;
  }

  /** The request in memory with an id; there must be one. */
  live(id: string): LiveRequest {
    const live = this.memory.live.get(id);
    if (live === undefined) throw new AssertionError(`nothing lives under ${id}`);
    return live;
  }
}
