/**
 * The orchestrator as a Durable Object.
 *
 * @module
 */
import { DurableObject } from "cloudflare:workers";
import { systemClock } from "../../core/clock.ts";
import type { Job } from "../../core/job.ts";
import { Orchestrator } from "../../core/orchestrator/orchestrator.ts";
import type { OrchestratorEvent, OrchestratorStatistics } from "../../core/orchestrator/orchestrator_events.ts";
import type { OrchestratorOptions } from "../../core/orchestrator/orchestrator_options.ts";
import type { OriginAddress } from "../../core/requests/origin_address.ts";
import type { Priority } from "../../core/requests/route.ts";
import { deliverThrough } from "./origin_stub.ts";
import type { DurableObjectStateLike } from "./platform.ts";
import { CloudflareStorage } from "./storage.ts";

/** How a {@linkcode FetchOrchestrator} behaves. */
export interface FetchOrchestratorOptions extends OrchestratorOptions {
  /** Hears of everything that happens. It must not wait. Default: nobody. */
  readonly onEvent?: (event: OrchestratorEvent) => void;
}

/**
 * Fetches for many objects, within common limits: so many at once, so many per host and in a span of time, in order,
 * urgent ones first, none while a host is dead. Requests and outcomes are rows, so that nothing is lost with the object.
 *
 * Export it from the Worker's main module with a migration for its storage, and objects reach it with
 * `via: "orchestrated"`. It fetches what its callers ask for: bind it to Workers that you trust.
 *
 * ```ts ignore
 * class Polite extends FetchOrchestrator {
 *   constructor(ctx: DurableObjectStateLike, env: unknown) {
 *     super(ctx, env, { maxInFlight: 5 });
 *   }
 * }
 * ```
 *
 * An object is awake, and billed, while it fetches; up to `maxInFlight` fetches share that time. Rates and breakers are
 * in memory, and begin anew when the object does.
 */
export class FetchOrchestrator<Env = unknown> extends DurableObject<Env> {
  readonly #storage: CloudflareStorage;
  readonly #orchestrator: Orchestrator;

  /**
   * Creates the object; called by the platform. A subclass that sets options passes them as the third argument.
   *
   * @param ctx The object's state.
   * @param env The object's bindings.
   * @param options How to behave.
   */
  constructor(ctx: DurableObjectStateLike, env: Env, options: FetchOrchestratorOptions = {}) {
    super(ctx, env);
    const { onEvent, ...limits } = options;
    const storage = this.#storage = new CloudflareStorage(ctx.storage);
    const orchestrator = this.#orchestrator = new Orchestrator({
      storage,
      clock: systemClock,
      fetch: (url, init) => fetch(url, init),
      deliverTo: deliverThrough(ctx.exports, env),
      options: limits,
      ...(onEvent && { onEvent }),
      onFailure: (error) => this.#restart(error),
    });
    ctx.blockConcurrencyWhile(async () => {
      await storage.load();
      orchestrator.wake();
    });
  }

  /**
   * Takes a job; it is on record when the call returns.
   *
   * @param job What to fetch.
   * @param origin Who wants the outcome: an object of a class that this Worker exports or has bound.
   * @param priority How urgent it is. Default: `"normal"`.
   * @throws {QueueFullError} (`QUEUE_FULL`) when it holds `maxQueued` requests.
   */
  enqueue(job: Job, origin: OriginAddress, priority?: Priority): void {
    this.#orchestrator.enqueue(job, origin, priority);
  }

  /** Gives a job up, wherever it stands. The server may have acted; nothing is delivered. */
  abort(id: string, token: string): void {
    this.#orchestrator.abort(id, token);
  }

  /** What it does at this moment, and what it has done since it started. */
  statistics(): OrchestratorStatistics {
    return this.#orchestrator.statistics();
  }

  /** The platform's alarm. */
  alarm(): void {
    this.#storage.alarmFired();
    this.#orchestrator.wake();
  }

  /** Begins anew from the rows, which are whole: what is in memory may not be. */
  #restart(error: unknown): void {
    this.#orchestrator.close();
    this.ctx.abort?.(`orchestrator failed: ${error}`);
  }
}
