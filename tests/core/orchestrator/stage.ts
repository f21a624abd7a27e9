/**
 * What the tests of the orchestrator have in common.
 *
 * @module
 */
import { AssertionError } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import type { Acknowledgement, Delivery, Job, Message } from "../../../core/job.ts";
import { Orchestrator, type OrchestratorParts } from "../../../core/orchestrator/orchestrator.ts";
import type { OrchestratorEvent } from "../../../core/orchestrator/orchestrator_events.ts";
import type { EntryMeta } from "../../../core/orchestrator/orchestrator_rows.ts";
import type { OriginAddress } from "../../../core/requests/origin_address.ts";
import { parse } from "../../../core/serializer/mod.ts";
import { MAX_DUE } from "../../../core/storage.ts";
import { type FakeClock, fakeClock } from "../../../testing/fake_clock.ts";
import { jobFor, type JobInit } from "../unruly_server.ts";

/** Who asks. */
export const ORIGIN = { name: "Agent", id: "01" };

/** What a row says of a request that has just come. */
export const META: EntryMeta = {
  origin: ORIGIN,
  priority: "normal",
  host: "a.example",
  token: "token",
  jobId: "job",
  attempt: 1,
  arrived: 5,
  expires: 99,
  tries: 0,
  idempotent: true,
  started: false,
  sending: 0,
};

/** A request that has reached the server in memory; the test decides how it ends. */
export interface Asked {
  readonly url: string;
  readonly signal: AbortSignal;
  answer(response?: Response): void;
  fail(): void;
}

/** An orchestrator's world in memory: a clock, a storage, a server and an origin, all in the test's hands. */
export class Stage {
  readonly clock: FakeClock = fakeClock();
  readonly storage = new MemoryStorage();
  readonly asked: Asked[] = [];
  readonly delivered: { origin: OriginAddress; message: Delivery }[] = [];
  readonly events: OrchestratorEvent[] = [];
  /** Answers deliveries; a test may replace it. */
  reply: (message: Delivery) => Acknowledgement | Promise<Acknowledgement> = () => "settled";
  #ids = 0;

  start(parts: Partial<OrchestratorParts> = {}): Orchestrator {
    const { clock, storage } = this;
    const orchestrator = new Orchestrator({
      ...{ clock, storage },
      fetch: (url, init) => this.#fetch(url, init),
      deliverTo: (origin, message) => this.#deliver(origin, message),
      onEvent: (event) => this.events.push(event),
      ...parts,
    });
    orchestrator.wake();
    return orchestrator;
  }

  job(url = "https://a.example/", init: JobInit = {}): Job {
    const id = `job-${this.#ids++}`;
    const job = jobFor(url, { now: this.clock.now(), timeout: 60_000, grace: 10_000, ...init });
    return { ...job, id, token: `token-${id}` };
  }

  /** Fires the alarm when it is due. */
  alarm(orchestrator: Orchestrator): void {
    if ((this.storage.armedAt() ?? Infinity) > this.clock.now()) return;
    this.storage.disarm();
    orchestrator.wake();
  }

  settle(ms = 0): Promise<void> {
    return this.clock.tickAsync(ms);
  }

  /** The events of a kind, as job ids. */
  jobs(type: OrchestratorEvent["type"]): string[] {
    return this.events.filter((event) => event.type === type).map(({ jobId }) => jobId);
  }

  outcome(index: number): unknown {
    return parse(this.delivered[index].message.outcome);
  }

  get rows(): number {
    return this.storage.count(0, MAX_DUE);
  }

  #fetch(url: string, init: RequestInit): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const signal = init.signal as AbortSignal;
    const fail = () => reject(new DOMException("broken", "NetworkError"));
    signal.addEventListener("abort", fail);
    this.asked.push({ url, signal, fail, answer: (response = new Response("ok")) => resolve(response) });
    return promise;
  }

  #deliver(origin: OriginAddress, message: Message): Acknowledgement | Promise<Acknowledgement> {
    if (message.type !== "outcome") throw new AssertionError(message.type);
    this.delivered.push({ origin, message });
    return this.reply(message);
  }
}
