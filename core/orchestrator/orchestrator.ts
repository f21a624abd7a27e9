/**
 * Fetches on behalf of many origins, so many at a time, in order, and loses nothing.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { JobCompany } from "../fetch/company.ts";
import { encodeOutcome } from "../fetch/encode_outcome.ts";
import { FetchError, type FetchErrorCode, type FetchErrorInit } from "../fetch/fetch_error.ts";
import { fetchRetryPolicy, nextTryIn } from "../fetch/fetch_retry.ts";
import type { Acknowledgement, Job, Message } from "../job.ts";
import type { OriginAddress } from "../requests/origin_address.ts";
import type { PerformJobOptions } from "../fetch/perform_job.ts";
import { requestTarget } from "../requests/request_target.ts";
import { runFetch } from "../fetch/run_fetch.ts";
import { StopSwitch } from "../fetch/stop_signal.ts";
import type { Priority } from "../requests/route.ts";
import type { ResponseSync } from "../serializer/response_sync.ts";
import type { Storage } from "../storage.ts";
import { arrival } from "./arrival.ts";
import { attentionAt, type Entry, type Phase } from "./entry.ts";
import { Line } from "./line.ts";
import { hostResult } from "./host_result.ts";
import type { OrchestratorEvent, OrchestratorStatistics } from "./orchestrator_events.ts";
import { type OrchestratorLimits, orchestratorLimits, type OrchestratorOptions } from "./orchestrator_options.ts";
import { type EntryHead, type EntryMeta, OrchestratorRows } from "./orchestrator_rows.ts";
import { type OutboxOptions, sendOutcome } from "./outbox.ts";
import { QueueFullError } from "./queue_full.ts";
import { Sleeper } from "./sleeper.ts";
import { UlidSource } from "./ulid.ts";

/** What an {@linkcode Orchestrator} works with. */
export interface OrchestratorParts extends OutboxOptions, Pick<PerformJobOptions, "fetch" | "maxDeliveryBytes"> {
  /** Where the rows are: a storage of its own. */
  readonly storage: Storage;
  /** Time, timers and chance. */
  readonly clock: Clock;
  /** How to behave. */
  readonly options?: OrchestratorOptions;
  /** Whether all waits are timers, for a process that lives anyway and whose alarm nobody hears. Default: `false`. */
  readonly timersOnly?: boolean;
  /** Hears of everything that happens. Default: nobody. */
  readonly onEvent?: (event: OrchestratorEvent) => void;
  /** Called when a fetch has ended that had been given up: no event tells of it. */
  readonly onGone?: () => void;
  /**
   * Hears of what must not happen, e.g. a storage that is full: start the orchestrator anew, its rows are whole.
   * Default: the error is thrown in a task of its own.
   */
  readonly onFailure?: (error: unknown) => void;
}

/** Outcomes on their first way that may be in memory for each fetch under way. */
const DELIVERIES_PER_FETCH = 4;
/**
 * A persistent queue of fetches. Requests begin by priority, then in the order of arrival, skipping hosts that are not
 * ready; a failed try waits without taking a place; outcomes are delivered until they are taken or too late.
 *
 * After a restart, requests that had begun are fetched again if they may be repeated, and end as an ambiguous
 * `EXECUTOR_LOST` if not. Rates and breakers begin anew.
 */
export class Orchestrator {
  readonly #parts: OrchestratorParts;
  readonly #limits: OrchestratorLimits;
  readonly #rows: OrchestratorRows;
  readonly #sleeper: Sleeper;
  readonly #line: Line<Entry>;
  readonly #entries = new Map<string, Entry>();
  readonly #counts: Partial<Record<OrchestratorEvent["type"], number>> = {};
  readonly #ulids = new UlidSource();
  #inFlight = 0;
  #delivering = 0;
  /** When the first of the entries needs attention; it may be too early, never too late. */
  #attentionAt = Infinity;
  #closed = false;

  /**
   * Creates it and takes up what the rows hold; nothing begins before {@linkcode Orchestrator.wake}. Rows that it cannot
   * read, such as those of a later version, stay where they are, and keep nothing else from being done.
   *
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for an option out of its range.
   */
  constructor(parts: OrchestratorParts) {
    this.#parts = parts;
    this.#limits = orchestratorLimits(parts.options);
    this.#line = new Line(this.#limits);
    this.#rows = new OrchestratorRows(parts.storage);
    this.#sleeper = new Sleeper(parts.storage, parts.clock, () => this.wake(), parts.timersOnly);
    for (const head of this.#rows.heads((key) => this.#tell("unreadable", { key }))) {
      // An outcome may have been sent before the loss: what is sent now may be a second one.
      if (head.meta.started) head.meta.sending = Math.max(1, head.meta.sending);
      this.#ulids.follow(head.key.id);
      this.#keep(head, "waiting");
    }
  }

  /**
   * Takes a job. It is on record when this returns. A job that is here already, told by its token, is not taken twice;
   * its outcome will answer the later dispatch.
   *
   * @param job What to fetch.
   * @param origin Who wants the outcome.
   * @param priority How urgent it is.
   * @throws {QueueFullError} (`QUEUE_FULL`) when there are `maxQueued` requests; it is not taken.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for what is no job, address or priority; nothing is stored.
   */
  enqueue(job: Job, origin: OriginAddress, priority: Priority = "normal"): void {
    const now = this.#parts.clock.now();
    const { maxRequestAge, maxQueued } = this.#limits;
    const meta = arrival(job, origin, priority, { now, maxRequestAge });
    const known = this.#entries.get(job.token);
    if (known !== undefined) {
      if (job.attempt <= known.meta.attempt) return;
      known.meta.attempt = job.attempt;
      return this.#rows.change(known);
    }
    if (this.#entries.size >= maxQueued) throw new QueueFullError(maxQueued);
    const head: EntryHead = { key: { due: now, id: this.#ulids.next(now) }, kind: "job", meta };
    this.#rows.put(head, JSON.stringify(job));
    this.#keep(head, "line");
    this.#tell("queued", head);
    this.wake();
  }

  /** Whether a job is here, in line, under way, or with an outcome that is to be delivered. */
  has(id: string, token: string): boolean {
    return this.#entries.get(token)?.meta.jobId === id;
  }

  /** Gives a job up, wherever it stands. The server may have acted; nothing is delivered. */
  abort(id: string, token: string): void {
    const entry = this.#entries.get(token);
    if (entry?.meta.jobId !== id) return;
    this.#rows.remove(entry.key);
    entry.stop.abort();
    this.#forget(entry);
    this.#tell("aborted", entry);
    this.wake();
  }

  /** Begins whatever may begin, and sets timer and alarm for the rest. Call it at the start and from the alarm. */
  wake(): void {
    if (this.#closed) return;
    try {
      const now = this.#parts.clock.now();
      this.#attend(now);
      this.#begin(now);
      this.#sleep(now);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Stops: fetches are aborted, nothing is delivered or written any more. The rows stay, for another to take up. */
  close(): void {
    this.#closed = true;
    this.#sleeper.close();
    for (const entry of this.#entries.values()) {
      this.#place(entry, "gone");
      entry.stop.abort();
    }
  }

  /** What it does at this moment. */
  statistics(): OrchestratorStatistics {
    const now = this.#parts.clock.now();
    const entries = [...this.#entries.values()];
    const jobs = entries.filter(({ kind }) => kind === "job");
    return {
      queued: jobs.filter(({ phase }) => phase === "line" || phase === "waiting").length,
      inFlight: this.#inFlight,
      delivering: entries.filter(({ kind, phase }) => kind === "outcome" || phase === "delivering").length,
      oldest: jobs.reduce((oldest, { meta }) => Math.max(oldest, now - meta.arrived), 0),
      hosts: this.#line.statistics(now),
      events: { ...this.#counts },
    };
  }

  #keep(head: EntryHead, phase: Phase): void {
    const entry: Entry = { ...head, phase: "gone", stop: new StopSwitch() };
    this.#entries.set(head.meta.token, entry);
    this.#place(entry, phase);
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.meta.token);
    this.#place(entry, "gone");
    // An alarm for a request that has ended would cost a row.
    if (this.#entries.size === 0) this.#attentionAt = Infinity;
  }

  /** The one place where an entry moves on. */
  #place(entry: Entry, phase: Phase): void {
    if (entry.phase === "line") this.#line.remove(entry);
    entry.phase = phase;
    if (phase === "line") this.#line.add(entry);
    this.#attentionAt = Math.min(this.#attentionAt, attentionAt(entry));
  }

  /** Lets those go on whose time has come. */
  #attend(now: number): void {
    if (now < this.#attentionAt) return;
    this.#attentionAt = Infinity;
    for (const entry of this.#entries.values()) {
      if (attentionAt(entry) <= now) this.#goOn(entry, now);
      this.#attentionAt = Math.min(this.#attentionAt, attentionAt(entry));
    }
  }

  #goOn(entry: Entry, now: number): void {
    const { attempt, arrived, expires, idempotent, started, tries } = entry.meta;
    if (entry.kind === "outcome") {
      const row = this.#read(entry);
      if (row !== undefined) this.#deliver(entry, row.job, row.outcome);
    } else if (started && !idempotent) {
      this.#end(entry, "lost", "EXECUTOR_LOST", { ambiguous: true, attempt });
    } else if (now < expires) {
      this.#place(entry, "line");
    } else {
      const total = now - arrived;
      const detail = `${total} ms in the orchestrator's line`;
      this.#end(entry, "expired", "TIMEOUT", { attempt: tries + 1, detail, timings: { start: arrived, total } });
    }
  }

  /** Ends a job that is not fetched. */
  #end(entry: Entry, type: "lost" | "expired", code: FetchErrorCode, init: FetchErrorInit): void {
    const job = this.#read(entry)?.job;
    if (job === undefined) return;
    this.#tell(type, entry);
    this.#hand(entry, job, new FetchError(code, requestTarget(job)?.url ?? "", init));
  }

  get #hasRoom(): boolean {
    const { maxInFlight } = this.#limits;
    return this.#inFlight < maxInFlight && this.#delivering < maxInFlight * DELIVERIES_PER_FETCH;
  }

  #begin(now: number): void {
    while (this.#hasRoom) {
      const entry = this.#line.next(now);
      if (entry === undefined) return;
      this.#fetch(entry).catch((error) => this.#fail(error));
    }
  }

  async #fetch(entry: Entry): Promise<void> {
    const job = this.#read(entry)?.job;
    if (job === undefined) return;
    const { fetch, clock, deliverTo, onGone } = this.#parts;
    const gate = this.#line.gate(entry);
    this.#place(entry, "fetching");
    this.#inFlight++;
    const probe = gate.begin(clock.now());
    this.#markStarted(entry, job);
    this.#tell("started", entry);
    const deliver = (message: Message) => deliverTo(entry.meta.origin, message);
    const company = new JobCompany(job, { ...this.#parts, deliver }, () => this.abort(job.id, job.token));
    // Tries are counted here, where those that wait take no place.
    const once = { ...job, retry: undefined };
    const outcome = await runFetch(once, { fetch, clock, signal: entry.stop, attempt: entry.meta.tries + 1 });
    const answered = await company.end();
    // From here on the row knows of the outcome, and the origin waits for an orchestrator until the deadline.
    company.close();
    this.#inFlight--;
    gate.end(hostResult(outcome), clock.now(), probe);
    if (entry.phase === "gone") onGone?.();
    else this.#judge(entry, answered, outcome);
    this.wake();
  }

  /** After a restart it matters whether a request had begun that may not be repeated, or has no row at its origin. */
  #markStarted(entry: Entry, job: Job): void {
    if (entry.meta.idempotent && (job.carried?.durability ?? "strict") === "strict") return;
    entry.meta.started = true;
    this.#rows.change(entry);
  }

  #judge(entry: Entry, job: Job, outcome: ResponseSync | FetchError): void {
    const { clock } = this.#parts;
    const { idempotent, tries, expires } = entry.meta;
    const ended = { failures: tries + 1, idempotent, left: expires - clock.now() };
    // The wait takes no place: others are fetched meanwhile.
    const wait = nextTryIn(fetchRetryPolicy(job.retry), outcome, ended, clock);
    if (wait === undefined) {
      this.#tell("finished", entry, { result: outcome instanceof FetchError ? outcome.code : outcome.status });
      return this.#hand(entry, job, outcome);
    }
    this.#tell("retrying", entry);
    Object.assign(entry.meta, { tries: tries + 1, started: false });
    this.#rows.change(entry, clock.now() + wait);
    this.#place(entry, "waiting");
  }

  #hand(entry: Entry, job: Job, outcome: ResponseSync | FetchError): void {
    this.#deliver(entry, job, encodeOutcome(outcome, job, this.#parts.maxDeliveryBytes));
  }

  #deliver(entry: Entry, job: Job, outcome: string): void {
    this.#place(entry, "delivering");
    this.#delivering++;
    sendOutcome(entry, job, outcome, this.#rows, this.#parts).then((result) => {
      this.#delivering--;
      if (entry.phase !== "gone") this.#sent(entry, result);
      this.wake();
    }).catch((error) => this.#fail(error));
  }

  #sent(entry: Entry, result: Acknowledgement | "kept" | "undelivered"): void {
    if (result === "kept") return this.#place(entry, "waiting");
    this.#rows.remove(entry.key);
    this.#forget(entry);
    if (result === "undelivered") this.#tell(result, entry);
    else this.#tell("delivered", entry, { answer: result });
  }

  #sleep(now: number): void {
    const at = Math.min(this.#attentionAt, this.#hasRoom ? this.#line.readyAt(now) : Infinity);
    this.#sleeper.sleep(Math.max(at, now), this.#inFlight + this.#delivering > 0);
  }

  /** Reads a row; one that cannot be read is left alone until the next start. */
  #read(entry: Entry): { readonly job: Job; readonly outcome: string } | undefined {
    const row = this.#rows.read(entry.key);
    if (typeof row === "object") return row;
    this.#forget(entry);
    if (row === "unreadable") this.#tell(row, entry);
    return undefined;
  }

  #tell(
    type: OrchestratorEvent["type"],
    { key: { id }, meta: { jobId = "", host = "", tries = 0 } = {} }: Pick<EntryHead, "key"> & {
      meta?: Partial<EntryMeta>;
    },
    more: Partial<OrchestratorEvent> = {},
  ): void {
    this.#counts[type] = (this.#counts[type] ?? 0) + 1;
    this.#parts.onEvent?.({ type, id, jobId, host, attempt: tries + 1, ...more });
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    const { onFailure, clock } = this.#parts;
    if (onFailure !== undefined) return onFailure(error);
    clock.setTimeout(() => {
      throw error;
    }, 0);
  }
}
