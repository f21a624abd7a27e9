/**
 * The strategy that chooses: the cheapest way that can hold the fetch, by the published cost model.
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import { InvalidOptionError, TimeoutTooLongError } from "../errors.ts";
import type { Executor, Plan } from "../executor.ts";
import type { Durability, Job } from "../job.ts";
import { checkObject, checkSpan } from "../option_checks.ts";
import { type RequestTarget, requestTarget } from "../requests/request_target.ts";
import type { StrategyName } from "../requests/route.ts";
import { AutoHistory, type Metered, type OverlapMeter, UNKNOWN_MS } from "./auto_history.ts";
import { fetchCost, type FetchShape } from "./cost_model.ts";

/** An executor that `auto` may choose. */
export interface AutoCandidate extends Executor {
  /** Whether the job is small enough for it; left out, every job is. */
  fits?(job: Job): boolean;
  /** Throws when it cannot take the job at all, e.g. because it is too large or a binding is missing. */
  check?(job: Job): void;
}

/** The executors that are bound, by strategy. At least one. */
export type AutoCandidates = { readonly [K in StrategyName]?: AutoCandidate };

/** How to set up an {@linkcode AutoExecutor}. */
export interface AutoOptions {
  /** Whose time counts. Default: the system's. */
  readonly clock?: Clock;
  /** What has been learned, to be shared among the objects of a class. Default: one of its own. */
  readonly history?: AutoHistory;
}

/** A fetch for which a way is to be chosen. */
export interface AutoQuery {
  /** Its URL's host, with a port that is not the scheme's own. */
  readonly host: string;
  /** Its budget, in milliseconds. */
  readonly timeout: number;
  /** What is promised of it. Default: `"strict"`. */
  readonly durability?: Durability;
  /** Whether it may be repeated. Default: `true`. */
  readonly idempotent?: boolean;
  /** When it is written down, if it is deferred, in milliseconds. */
  readonly persistAfter?: number;
}

/** One way to run a fetch, as {@linkcode AutoExecutor.explain} judges it. */
export interface AutoOption {
  /** The way. */
  readonly strategy: StrategyName;
  /** What it would cost, in US dollars per million such fetches. */
  readonly cost: number;
  /** Why it is out of the question; absent when it is not. */
  readonly excluded?: string;
}

/** What `auto` chooses, and why. */
export interface Explanation {
  /** The way chosen. */
  readonly strategy: StrategyName;
  /** Why, as a sentence. */
  readonly reason: string;
  /** How long the fetch is expected to take, in milliseconds; `undefined` for a host not seen lately. */
  readonly expected: number | undefined;
  /** How many fetches from the host the expectation rests on. */
  readonly samples: number;
  /** Fetches that are expected to take this long, in milliseconds, or less are direct; learned from recent traffic. */
  readonly directUpTo: number;
  /** All that is bound, cheapest first, what is excluded last. */
  readonly options: readonly AutoOption[];
}

/** What to do about a timeout that is too long. */
const REMEDY = 'bind a queue consumer for timeouts of up to 14.5 minutes, or pass via: "direct"';
/** Planned jobs to remember; some are never dispatched, their calls having been undone. */
const MAX_PLANNED = 1_000;
/** Fetches under way beyond which those whose end was never heard of are looked for. */
const SWEEP_AT = 256;

/** A fetch that has been handed over and not ended. */
interface Open {
  readonly token: string;
  readonly executor: Executor;
  readonly host: string;
  readonly due: number;
  readonly metered: Metered;
}

/**
 * Chooses among the executors that are bound, for each job anew.
 *
 * - What cannot hold the timeout or the size is out. So is `direct` for a strict request, where anything else is bound: the
 *   fetch would be lost with its object.
 * - Of `worker`, `queue` and `orchestrated`, the cheapest remains.
 * - `direct` is taken where the host is expected to answer within the time for which that has been cheaper of late.
 *   Each possible limit keeps an account of what it would have cost, overlap included; the lowest account rules.
 *
 * It is deterministic: the same history and the same calls give the same choices. What it learns is in memory only.
 * It learns when {@linkcode AutoExecutor.finished} tells it that a fetch has ended.
 */
export class AutoExecutor implements Executor {
  /**
   * The longest timeout that anything bound can hold, in milliseconds. `direct` counts only when nothing else is bound:
   * a long wait in the object is what this package exists to avoid, and has to be asked for.
   */
  readonly maxTimeout: number;
  readonly #candidates = new Map<StrategyName, AutoCandidate>();
  readonly #clock: Clock;
  readonly #history: AutoHistory;
  readonly #meter: OverlapMeter;
  readonly #open = new Map<string, Open>();
  /** Where planned jobs go, so that their requests are read once. */
  readonly #planned = new Map<string, AutoQuery>();

  /**
   * Sets up the choice.
   *
   * @param candidates What is bound.
   * @param options Clock and history.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) when nothing is bound.
   */
  constructor(candidates: AutoCandidates, options: AutoOptions = {}) {
    for (const strategy of ["direct", "worker", "queue", "orchestrated"] as const) {
      const executor = candidates[strategy];
      if (executor !== undefined) this.#candidates.set(strategy, executor);
    }
    if (this.#candidates.size === 0) {
      throw new InvalidOptionError("candidates", candidates, "bind at least one executor");
    }
    const counted = [...this.#candidates].filter(([strategy]) => strategy !== "direct" || this.#candidates.size === 1);
    this.maxTimeout = Math.max(...counted.map(([, executor]) => executor.maxTimeout));
    this.#clock = options.clock ?? systemClock;
    this.#history = options.history ?? new AutoHistory();
    this.#meter = this.#history.meter();
  }

  /**
   * Tells which way a fetch would go at this moment, and why. It changes nothing.
   *
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for a host that is no text or a timeout that is no time.
   * @throws {TimeoutTooLongError} (`TIMEOUT_TOO_LONG`) when nothing bound can hold the timeout.
   */
  explain(query: AutoQuery): Explanation {
    checkObject("query", query);
    const { host, timeout } = query;
    if (typeof host !== "string") throw new InvalidOptionError("host", host, "pass the host of a URL");
    checkSpan("timeout", timeout, true);
    return this.#choose(query, undefined);
  }

  /**
   * Chooses, unless the job says which way it is to go.
   *
   * @throws {InvalidOptionError} (`INVALID_OPTION`) when the way that it asks for is not bound.
   * @throws {TimeoutTooLongError} (`TIMEOUT_TOO_LONG`) when that, or anything bound, cannot hold the timeout.
   * @throws What the executor's `check` throws.
   */
  plan(job: Job, target?: RequestTarget): Plan {
    if (this.#planned.size >= MAX_PLANNED) this.#planned.clear();
    const query = queryOf(job, target);
    this.#planned.set(job.token, query);
    const via = job.via ?? { strategy: this.#choose(query, job).strategy };
    const executor = this.#executor(via.strategy);
    if (job.timeout > executor.maxTimeout) {
      throw new TimeoutTooLongError(job.timeout, executor.maxTimeout, REMEDY);
    }
    executor.check?.(job);
    return { via, durable: via.strategy === "queue" || via.strategy === "orchestrated" };
  }

  /**
   * Hands the job to the executor of choice. When that refuses it, no other is tried: it may have begun.
   *
   * @throws What {@linkcode AutoExecutor.plan} and the executor of choice throw.
   */
  dispatch(job: Job): void | Promise<void> {
    const query = this.#planned.get(job.token) ?? queryOf(job);
    this.#planned.delete(job.token);
    const { host } = query;
    const executor = this.#executor(job.via?.strategy ?? this.#choose(query, job).strategy);
    const now = this.#clock.now();
    this.#sweep(now);
    this.#end(job.id, now);
    const metered = this.#meter.started(now, this.#history.expected(host)?.duration, this.#costElsewhere(query, job));
    this.#open.set(job.id, { token: job.token, executor, host, due: job.due, metered });
    return executor.dispatch(job);
  }

  /** Passes the wish on to whoever has the job. */
  abort(id: string, token: string): void | Promise<void> {
    const open = this.#open.get(id);
    if (open === undefined || open.token !== token) return;
    return open.executor.abort?.(id, token);
  }

  /**
   * Learns that a request has ended.
   *
   * @param id The job's id; one that is not known is ignored.
   * @param duration How long the fetch took, in milliseconds. Left out: the time since the dispatch.
   */
  finished(id: string, duration?: number): void {
    const now = this.#clock.now();
    const open = this.#end(id, now);
    if (open !== undefined) this.#history.observe(open.host, duration ?? now - open.metered.started);
  }

  #choose(query: AutoQuery, job: Job | undefined): Explanation {
    if (query.timeout > this.maxTimeout) {
      throw new TimeoutTooLongError(query.timeout, this.maxTimeout, REMEDY);
    }
    const estimate = this.#history.expected(query.host);
    const { upTo, overlap } = this.#meter.best(this.#clock.now());
    const options = this.#options(query, job, overlap);
    const elsewhere = options.find(isElsewhere);
    const direct = options.find(isDirect);
    const fast = (estimate?.duration ?? Infinity) <= upTo;
    // What is too large for all goes to one that says so, with the size in its message.
    const { strategy } = (fast ? direct ?? elsewhere : elsewhere ?? direct) ?? options[0];
    const limit = upTo === Infinity ? "any time" : `${ms(upTo)} or less`;
    const known = estimate ? `the host is expected to take ${ms(estimate.duration)}` : "nothing is known of the host";
    const reason = elsewhere === undefined
      ? `Nothing else that is bound can take it: ${strategy}.`
      : direct === undefined
      ? `${strategy} is the cheapest that can hold the fetch; a direct fetch is out of the question.`
      : `By recent traffic, a direct fetch pays for what takes ${limit}; ${known}, so that ${strategy} is cheapest.`;
    return {
      strategy,
      reason,
      expected: estimate?.duration,
      samples: estimate?.samples ?? 0,
      directUpTo: upTo,
      options,
    };
  }

  /** All that is bound, cheapest first, what is excluded last. */
  #options(query: AutoQuery, job?: Job, overlap?: number): AutoOption[] {
    const shape = { ...this.#shape(query), overlap };
    return [...this.#candidates].map(([strategy, executor]): AutoOption => {
      const { total: cost } = fetchCost(strategy, shape);
      const excluded = this.#exclusion(strategy, executor, query, job);
      return excluded === undefined ? { strategy, cost } : { strategy, cost, excluded };
    }).sort((a, b) => Number("excluded" in a) - Number("excluded" in b) || a.cost - b.cost);
  }

  #exclusion(
    strategy: StrategyName,
    executor: AutoCandidate,
    query: AutoQuery,
    job: Job | undefined,
  ): string | undefined {
    if (query.timeout > executor.maxTimeout) return `it can run for ${executor.maxTimeout} ms at most`;
    if (job !== undefined && executor.fits?.(job) === false) return "the job is too large for it";
    const isLost = strategy === "direct" && this.#candidates.size > 1 && (query.durability ?? "strict") === "strict";
    return isLost ? "a direct fetch is lost with its object" : undefined;
  }

  #executor(strategy: StrategyName): AutoCandidate {
    const executor = this.#candidates.get(strategy);
    if (executor !== undefined) return executor;
    const bound = [...this.#candidates.keys()].join(", ");
    throw new InvalidOptionError("via", strategy, `bind it, or pass one of those that are: ${bound}`);
  }

  /** What the fetch costs at least where it is not direct, besides what is the same for all, in $ per million. */
  #costElsewhere(query: AutoQuery, job: Job): number {
    const cheapest = this.#options(query, job).find(isElsewhere);
    return cheapest === undefined ? 0 : cheapest.cost - fetchCost("direct", this.#shape(query)).rows;
  }

  #shape(query: AutoQuery): FetchShape {
    return { ...query, duration: this.#history.expected(query.host)?.duration ?? UNKNOWN_MS };
  }

  #end(id: string, now: number): Open | undefined {
    const open = this.#open.get(id);
    if (open === undefined) return undefined;
    this.#open.delete(id);
    this.#meter.finished(now, open.metered);
    return open;
  }

  /** Lets go of fetches whose end nobody has reported. */
  #sweep(now: number): void {
    if (this.#open.size < SWEEP_AT) return;
    for (const [id, open] of this.#open) {
      if (open.due < now) this.#end(id, now);
    }
  }
}

function queryOf(job: Job, target: RequestTarget | undefined = requestTarget(job)): AutoQuery {
  return {
    host: target?.host ?? "",
    timeout: job.timeout,
    durability: job.carried?.durability ?? "strict",
    idempotent: target?.idempotent ?? true,
    persistAfter: job.persistAfter,
  };
}

function isElsewhere({ strategy, excluded }: AutoOption): boolean {
  return strategy !== "direct" && excluded === undefined;
}

function isDirect({ strategy, excluded }: AutoOption): boolean {
  return strategy === "direct" && excluded === undefined;
}

function ms(duration: number): string {
  return `${Math.round(duration)} ms`;
}
