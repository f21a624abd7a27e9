/**
 * Every way to run a fetch, within one process.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import type { Executor, HeldJob, Plan } from "../executor.ts";
import type { Job } from "../job.ts";
import { Orchestrator } from "../orchestrator/orchestrator.ts";
import { checkObject } from "../option_checks.ts";
import { orchestratorLimits, type OrchestratorOptions } from "../orchestrator/orchestrator_options.ts";
import { countedHost } from "../fetch/url_pattern.ts";
import { performJob, type PerformJobOptions } from "../fetch/perform_job.ts";
import { requestTarget } from "../requests/request_target.ts";
import type { Route } from "../requests/route.ts";
import type { Storage } from "../storage.ts";

/** Orchestrators within this process. */
export interface PoolOrchestratorOptions extends OrchestratorOptions {
  /** Makes the storage of the orchestrator of a name; one that outlives the process keeps its line. */
  readonly storage: (name: string) => Storage;
}

/** How to set up a {@linkcode PoolExecutor}. */
export interface PoolOptions extends Omit<PerformJobOptions, "signal"> {
  /** What `via: "orchestrated"` needs. Default: none, that way is refused. */
  readonly orchestrator?: PoolOrchestratorOptions;
}

/** Everybody in this process is the same origin. */
const HERE = { name: "local", id: "local" };

/**
 * Runs jobs in this process, whichever way they ask for, so that code which names a way runs here as well. A process
 * has none of the platform's limits: `"direct"`, `"worker"` and `"queue"` are the same, and hold any timeout.
 * `"orchestrated"` keeps order and limits.
 */
export class PoolExecutor implements Executor {
  /** No limit. */
  readonly maxTimeout: number = Infinity;
  readonly #options: PoolOptions;
  readonly #running = new Map<Promise<unknown>, { readonly job: Job; readonly controller: AbortController }>();
  readonly #orchestrators = new Map<string, Orchestrator>();
  #idle: (() => void)[] = [];
  #closed = false;

  /**
   * Sets it up; `options.deliver` is the origin's own delivery.
   *
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for orchestrators without a storage, or with a wrong limit.
   */
  constructor(options: PoolOptions) {
    this.#options = options;
    if (options.orchestrator === undefined) return;
    checkObject("orchestrator", options.orchestrator);
    const { storage, ...limits } = options.orchestrator;
    if (typeof storage !== "function") {
      throw new InvalidOptionError("orchestrator.storage", storage, "pass a function that makes a storage of a name");
    }
    orchestratorLimits(limits);
  }

  /**
   * Takes every way, as far as it is set up.
   *
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for `"orchestrated"` without the option `orchestrator`.
   */
  plan(job: Job): Plan {
    const { via } = job;
    if (via?.strategy === "orchestrated" && this.#options.orchestrator === undefined) {
      throw new InvalidOptionError("via", via.strategy, 'set the option "orchestrator" of the host');
    }
    // A process that ends takes its fetches along: whoever starts the next one tells the ledger that they are lost.
    return via === undefined ? { durable: false } : { via, durable: via.strategy === "orchestrated" };
  }

  /** Starts the job, or puts it in its orchestrator's line. After {@linkcode PoolExecutor.close} nothing happens. */
  dispatch(job: Job): void {
    if (this.#closed) return;
    if (job.via?.strategy === "orchestrated") {
      this.#orchestrator(job.via, () => requestTarget(job)?.host)?.enqueue(job, HERE, job.via.priority);
      return;
    }
    const controller = new AbortController();
    const running = performJob(job, { ...this.#options, signal: controller.signal })
      .finally(() => {
        this.#running.delete(running);
        this.#settle();
      });
    this.#running.set(running, { job, controller });
  }

  /** Gives the job up. The server may have acted. */
  abort(id: string, token: string): void {
    for (const { job, controller } of this.#running.values()) {
      if (job.id === id && job.token === token) controller.abort();
    }
    for (const orchestrator of this.#orchestrators.values()) orchestrator.abort(id, token);
  }

  /** Whether a job is in an orchestrator's line; if so, the line goes on. One in memory has ended with its process. */
  holds({ id, token, url, via }: HeldJob): boolean {
    return via.strategy === "orchestrated" && this.#orchestrator(via, () => new URL(url).host)?.has(id, token) === true;
  }

  /** How many jobs are under way or in line. */
  get size(): number {
    let size = this.#running.size;
    for (const orchestrator of this.#orchestrators.values()) {
      const { queued, inFlight, delivering } = orchestrator.statistics();
      size += queued + inFlight + delivering;
    }
    return size;
  }

  /** Fulfils when nothing is under way or in line. */
  idle(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Aborts everything; outcomes are not delivered. Fulfils when nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const orchestrator of this.#orchestrators.values()) orchestrator.close();
    this.#orchestrators.clear();
    for (const { controller } of this.#running.values()) controller.abort();
    await Promise.all(this.#running.keys());
    this.#settle();
  }

  #settle(): void {
    if (this.#idle.length === 0 || this.size > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  #orchestrator({ shard = "default" }: Partial<Route>, host: () => string | undefined): Orchestrator | undefined {
    const { orchestrator: setup, deliver, ...parts } = this.#options;
    if (setup === undefined) return undefined;
    const { storage, ...options } = setup;
    const name = shard === "host" ? `host:${countedHost(host() ?? "")}` : shard;
    const known = this.#orchestrators.get(name);
    if (known !== undefined) return known;
    const orchestrator = new Orchestrator({
      ...parts,
      ...{ storage: storage(name), options, timersOnly: true },
      deliverTo: (_here, message) => deliver(message),
      // Its count is right once the event's own turn has ended.
      onEvent: () => queueMicrotask(() => this.#settle()),
      onGone: () => this.#settle(),
    });
    this.#orchestrators.set(name, orchestrator);
    orchestrator.wake();
    return orchestrator;
  }
}
