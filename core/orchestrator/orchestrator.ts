/**
 * Fetches on behalf of many origins, so many at a time, in order, and loses nothing.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { JobCompany } from "../fetch/company.ts";
import { encodeOutcome } from "../fetch/encode_outcome.ts";
import { FetchError } from "../fetch/fetch_error.ts";
import { fetchRetryPolicy, nextTryIn } from "../fetch/fetch_retry.ts";
import type { Acknowledgement, Job, Message } from "../job.ts";
import type { OriginAddress } from "../requests/origin_address.ts";
import type { PerformJobOptions } from "../fetch/perform_job.ts";
import { requestTarget } from "../requests/request_target.ts";
import { runFetch } from "../fetch/run_fetch.ts";
import type { Priority } from "../requests/route.ts";
import type { ResponseSync } from "../serializer/response_sync.ts";
import type { RowKey, Storage } from "../storage.ts";
import { arrival } from "./arrival.ts";
import { Entry } from "./entry.ts";
import type { HostGate } from "./host_gate.ts";
import { HostGates } from "./host_gates.ts";
import { Line } from "./line.ts";
import { hostResult } from "./host_result.ts";
import type { OrchestratorEvent, OrchestratorStatistics } from "./orchestrator_events.ts";
import { type OrchestratorLimits, orchestratorLimits, type OrchestratorOptions } from "./orchestrator_options.ts";
import { OrchestratorRows } from "./orchestrator_rows.ts";
import { Outbox, type OutboxOptions, type OutboxResult } from "./outbox.ts";
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
/** As in `perform_job.ts`: what one RPC carries, less its envelope. */
const MAX_DELIVERY_BYTES = 32 * 1024 * 1024 - 64 * 1024;

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
  readonly #outbox: Outbox;
  readonly #sleeper: Sleeper;
  readonly #line = new Line<Entry>();
  readonly #gates: HostGates;
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new Set<Entry>();
  readonly #counts: Partial<Record<OrchestratorEvent["type"], number>> = {};
  readonly #ulids: UlidSource;
  #inFlight = 0;
  #delivering = 0;
  #nextExpiry = Infinity;
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
    this.#gates = new HostGates(this.#limits);
    this.#rows = new OrchestratorRows(parts.storage);
    this.#outbox = new Outbox(this.#rows, parts);
    this.#sleeper = new Sleeper(parts.storage, parts.clock, () => this.wake(), parts.timersOnly);
    let last: string | undefined;
    for (const head of this.#rows.heads((row) => this.#tellUnreadable(row))) {
      const entry = new Entry(head);
      if (last === undefined || entry.id > last) last = entry.id;
      // An outcome may have been sent before the loss: what is sent now may be a second one.
      if (head.meta.started) entry.meta = { ...entry.meta, sending: Math.max(1, entry.meta.sending) };
      this.#keep(entry);
    }
    this.#ulids = new UlidSource(last);
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
    if (known !== undefined) return this.#dispatchedAgain(known, job.attempt);
    if (this.#entries.size >= maxQueued) throw new QueueFullError(maxQueued);
    const head = { key: { due: now, id: this.#ulids.next(now) }, kind: "job", meta } as const;
    this.#rows.put(head, JSON.stringify(job));
    const entry = new Entry(head);
    this.#keep(entry);
    this.#tell("queued", entry);
    this.wake();
  }

  /** Gives a job up, wherever it stands. The server may have acted; nothing is delivered. */
  abort(id: string, token: string): void {
    const entry = this.#entries.get(token);
    if (entry === undefined || entry.meta.jobId !== id) return;
    this.#rows.remove(entry.key);
    entry.controller?.abort();
    this.#forget(entry);
    this.#tell("aborted", entry);
    this.wake();
  }

  /** Begins whatever may begin, and sets timer and alarm for the rest. Call it at the start and from the alarm. */
  wake(): void {
    if (this.#closed) return;
    try {
      const now = this.#parts.clock.now();
      this.#release(now);
      this.#expire(now);
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
      entry.phase = "gone";
      entry.controller?.abort();
    }
  }

  /** What it does at this moment. */
  statistics(): OrchestratorStatistics {
    const now = this.#parts.clock.now();
    const jobs = [...this.#entries.values()].filter(({ kind }) => kind === "job");
    return {
      queued: jobs.filter(({ phase }) => phase === "line" || phase === "waiting").length,
      inFlight: this.#inFlight,
      delivering: [...this.#entries.values()].filter(({ kind, phase }) => kind === "outcome" || phase === "delivering")
        .length,
      oldest: jobs.reduce((oldest, { meta }) => Math.max(oldest, now - meta.arrived), 0),
      hosts: this.#gates.statistics(this.#line.byHost(), now),
      events: { ...this.#counts },
    };
  }

  #dispatchedAgain(entry: Entry, attempt: number): void {
    if (attempt <= entry.meta.attempt) return;
    entry.meta = { ...entry.meta, attempt };
    this.#rows.change(entry.key, entry);
  }

  #keep(entry: Entry): void {
    this.#entries.set(entry.meta.token, entry);
    this.#waiting.add(entry);
    if (entry.kind === "job") this.#nextExpiry = Math.min(this.#nextExpiry, entry.meta.expires);
  }

  #forget(entry: Entry): void {
    entry.phase = "gone";
    this.#entries.delete(entry.meta.token);
    this.#waiting.delete(entry);
    this.#line.remove(entry);
  }

  /** Lets those go on whose time has come. */
  #release(now: number): void {
    for (const entry of this.#waiting) {
      if (entry.key.due > now) continue;
      this.#waiting.delete(entry);
      const { attempt } = entry.meta;
      if (entry.kind === "outcome") {
        this.#deliver(entry, () => this.#outbox.again(entry));
      } else if (entry.meta.started && !entry.meta.idempotent) {
        this.#end(entry, "lost", (url) => new FetchError("EXECUTOR_LOST", url, { ambiguous: true, attempt }));
      } else {
        entry.phase = "line";
        this.#line.add(entry);
      }
    }
  }

  #expire(now: number): void {
    if (now < this.#nextExpiry) return;
    this.#nextExpiry = Infinity;
    for (const entry of this.#entries.values()) {
      if (entry.kind !== "job" || (entry.phase !== "line" && entry.phase !== "waiting")) continue;
      if (now < entry.meta.expires) {
        this.#nextExpiry = Math.min(this.#nextExpiry, entry.meta.expires);
        continue;
      }
      this.#line.remove(entry);
      this.#waiting.delete(entry);
      const { arrived, tries } = entry.meta;
      const total = now - arrived;
      const detail = `${total} ms in the orchestrator's line`;
      const timings = { start: arrived, total };
      this.#end(entry, "expired", (url) => new FetchError("TIMEOUT", url, { attempt: tries + 1, detail, timings }));
    }
  }

  /** Ends a job that is not fetched. */
  #end(entry: Entry, type: "lost" | "expired", outcome: (url: string) => FetchError): void {
    const job = this.#job(entry);
    if (job === undefined) return this.#forget(entry);
    this.#tell(type, entry);
    this.#hand(entry, job, outcome(requestTarget(job)?.url ?? ""));
  }

  get #hasRoom(): boolean {
    const { maxInFlight } = this.#limits;
    return this.#inFlight < maxInFlight && this.#delivering < maxInFlight * DELIVERIES_PER_FETCH;
  }

  #begin(now: number): void {
    while (this.#hasRoom) {
      const entry = this.#line.next((host) => this.#gate(host).readyAt(now) <= now);
      if (entry === undefined) return;
      this.#fetch(entry).catch((error) => this.#fail(error));
    }
  }

  async #fetch(entry: Entry): Promise<void> {
    const { clock } = this.#parts;
    const job = this.#job(entry);
    if (job === undefined) return this.#forget(entry);
    const gate = this.#gate(entry.host);
    entry.phase = "fetching";
    entry.controller = new AbortController();
    this.#inFlight++;
    const number = gate.begin(clock.now());
    this.#markStarted(entry, job);
    this.#tell("started", entry);
    const { outcome, answered } = await this.#try(entry, job, entry.controller);
    this.#inFlight--;
    gate.end(this.#isGone(entry) ? "unknown" : hostResult(outcome), clock.now(), number);
    entry.controller = undefined;
    if (this.#closed) return;
    if (this.#isGone(entry)) this.#parts.onGone?.();
    else this.#judge(entry, answered, outcome);
    this.wake();
  }

  async #try(
    entry: Entry,
    job: Job,
    controller: AbortController,
  ): Promise<{ readonly outcome: ResponseSync | FetchError; readonly answered: Job }> {
    const { fetch, clock, deliverTo } = this.#parts;
    const deliver = (message: Message) => deliverTo(entry.meta.origin, message);
    const company = new JobCompany(job, { ...this.#parts, deliver }, () => this.abort(job.id, job.token));
    // Tries are counted here, where those that wait take no place.
    const once = { ...job, retry: undefined };
    const { signal } = controller;
    const outcome = await runFetch(once, { fetch, clock, signal, attempt: entry.meta.tries + 1 });
    const answered = await company.end();
    // From here on the row knows of the outcome, and the origin waits for an orchestrator until the deadline.
    company.close();
    return { outcome, answered };
  }

  /** After a restart it matters whether a request had begun that may not be repeated, or has no row at its origin. */
  #markStarted(entry: Entry, job: Job): void {
    if (entry.meta.idempotent && (job.carried?.durability ?? "strict") === "strict") return;
    entry.meta = { ...entry.meta, started: true };
    this.#rows.change(entry.key, entry);
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
    entry.meta = { ...entry.meta, tries: tries + 1, started: false };
    const head = entry.at(clock.now() + wait);
    this.#rows.change(entry.key, head);
    entry.key = head.key;
    entry.phase = "waiting";
    this.#waiting.add(entry);
    this.#nextExpiry = Math.min(this.#nextExpiry, expires);
  }

  #hand(entry: Entry, job: Job, outcome: ResponseSync | FetchError): void {
    const text = encodeOutcome(outcome, job, this.#parts.maxDeliveryBytes ?? MAX_DELIVERY_BYTES);
    this.#deliver(entry, () => this.#outbox.first(entry, job, text));
  }

  #deliver(entry: Entry, send: () => Promise<OutboxResult>): void {
    entry.phase = "delivering";
    this.#delivering++;
    send().then((result) => {
      this.#delivering--;
      if (this.#closed) return;
      if (!this.#isGone(entry)) this.#delivered(entry, result);
      this.wake();
    }).catch((error) => this.#fail(error));
  }

  #delivered(entry: Entry, result: OutboxResult): void {
    if (result.type === "kept") {
      entry.phase = "waiting";
      this.#waiting.add(entry);
      return;
    }
    if (result.type !== "unreadable") this.#rows.remove(entry.key);
    this.#forget(entry);
    const known: { answer?: Acknowledgement } = result.type === "delivered" ? { answer: result.answer } : {};
    this.#tell(result.type, entry, known);
  }

  #sleep(now: number): void {
    let at = Math.min(this.#nextExpiry, ...[...this.#waiting].map(({ key }) => key.due));
    if (this.#hasRoom) {
      for (const host of this.#line.byHost().keys()) at = Math.min(at, this.#gate(host).readyAt(now));
    }
    this.#sleeper.sleep(at === Infinity ? undefined : Math.max(at, now), this.#inFlight + this.#delivering > 0);
  }

  #gate(host: string): HostGate {
    return this.#gates.of(host, this.#parts.clock.now());
  }

  #job(entry: Entry): Job | undefined {
    const row = this.#rows.read(entry.key);
    if (row === "unreadable") this.#tell(row, entry);
    return typeof row === "object" ? row.job : undefined;
  }

  /** As a method, because an entry may go while somebody waits. */
  #isGone(entry: Entry): boolean {
    return entry.phase === "gone";
  }

  #tellUnreadable({ id }: RowKey): void {
    this.#counts.unreadable = (this.#counts.unreadable ?? 0) + 1;
    this.#parts.onEvent?.({ type: "unreadable", id, jobId: "", host: "", attempt: 1 });
  }

  #tell(type: OrchestratorEvent["type"], entry: Entry, more: Partial<OrchestratorEvent> = {}): void {
    this.#counts[type] = (this.#counts[type] ?? 0) + 1;
    const { jobId, host, tries } = entry.meta;
    this.#parts.onEvent?.({ type, id: entry.id, jobId, host, attempt: tries + 1, ...more });
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
