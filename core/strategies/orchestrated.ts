/**
 * The strategy that hands jobs to an orchestrator, which fetches for many objects within common limits.
 *
 * @module
 */
import type { Executor } from "../executor.ts";
import { countedHost } from "../fetch/url_pattern.ts";
import type { Job } from "../job.ts";
import type { OriginAddress } from "../requests/origin_address.ts";
import { requestTarget } from "../requests/request_target.ts";
import type { Priority } from "../requests/route.ts";

/** What an orchestrator looks like to an origin. */
export interface OrchestratorTarget {
  /** As `Orchestrator.enqueue`. */
  enqueue(job: Job, origin: OriginAddress, priority?: Priority): void | Promise<void>;
  /** As `Orchestrator.abort`. */
  abort(id: string, token: string): void | Promise<void>;
}

/** How to set up an {@linkcode OrchestratedExecutor}. */
export interface OrchestratedOptions {
  /** Finds the orchestrator of a name. */
  readonly orchestrator: (name: string) => OrchestratorTarget;
  /** Finds out where the object itself is; asked once. */
  readonly self: () => OriginAddress;
}

/** Name of the orchestrator for calls that name none. */
export const DEFAULT_SHARD = "default";
/** How many jobs to remember for an abort; the oldest go first. */
const REMEMBERED = 1_000;

/**
 * Hands jobs to orchestrators. Its timeouts have no limit of their own; the wait in line counts, so leave room for it.
 * `via` may name a priority and a shard: an orchestrator's name, or `"host"` for one orchestrator per host.
 */
export class OrchestratedExecutor implements Executor {
  /** No limit. */
  readonly maxTimeout: number = Infinity;
  readonly #options: OrchestratedOptions;
  readonly #sent = new Map<string, string>();
  #self: OriginAddress | undefined;

  /** Sets it up; nothing is looked up before the first use. */
  constructor(options: OrchestratedOptions) {
    this.#options = options;
  }

  /** Hands the job over; the promise fulfils once the orchestrator has it on record. */
  async dispatch(job: Job): Promise<void> {
    const name = shardOf(job);
    this.#sent.set(job.token, name);
    if (this.#sent.size > REMEMBERED) this.#sent.delete(this.#sent.keys().next().value as string);
    this.#self ??= this.#options.self();
    await this.#options.orchestrator(name).enqueue(job, this.#self, job.via?.priority);
  }

  /** Asks the orchestrator to give the job up. It forgets whom to ask when the object is lost. */
  async abort(id: string, token: string): Promise<void> {
    const name = this.#sent.get(token);
    if (name !== undefined) await this.#options.orchestrator(name).abort(id, token);
  }
}

function shardOf(job: Job): string {
  const shard = job.via?.shard ?? DEFAULT_SHARD;
  return shard === "host" ? `host:${countedHost(requestTarget(job)?.host ?? "")}` : shard;
}
