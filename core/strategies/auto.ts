/**
 * The strategy that chooses: the cheapest way that can hold the fetch, by the published cost model.
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import { InvalidOptionError, TimeoutTooLongError } from "../errors.ts";
import type { Executor, Plan } from "../executor.ts";
import { countedHost } from "../fetch/url_pattern.ts";
import type { Durability, Job } from "../job.ts";
import { checkBoolean, checkChoice, checkNames, checkObject, checkSpan } from "../option_checks.ts";
import { type RequestTarget, requestTarget } from "../requests/request_target.ts";
import type { StrategyName } from "../requests/route.ts";
import { AutoHistory, type Metered, type OverlapMeter } from "./auto_history.ts";
import { fetchCost, type FetchShape } from "./cost_model.ts";
import { QUEUE_MAX_TIMEOUT } from "./queue.ts";

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

/** Planned jobs to remember; some are never dispatched, their calls having been undone. */
const MAX_PLANNED = 1_000;
/** What a query may say, for checking its names. */
const QUERY: Required<AutoQuery> = { host: "", timeout: 0, durability: "strict", idempotent: true, persistAfter: 0 };
const DURABILITIES: readonly Durability[] = ["strict", "deferred", "memory"];
/** The ways that are not direct, cheapest first: up to 64 KB, a later one is cheaper for no fetch. */
const ELSEWHERE = ["worker", "queue", "orchestrated"] as const;

/** Where a fetch goes. */
interface Choice {
  readonly strategy: StrategyName;
  /**
   * What it costs where it is not direct, besides what is the same for all, in $ per million; `undefined` when there is
   * nothing to choose between: no account could have gone another way.
   */
  readonly elsewhere?: number;
}

/** A job that is about to be handed over. */
interface Planned extends Choice {
  readonly host: string;
}

/** A fetch that has been handed over and not ended. */
interface Open {
  readonly token: string;
  readonly executor: Executor;
  readonly host: string;
  readonly started: number;
  readonly due: number;
  readonly metered: Metered | undefined;
}

/**
 * Chooses among the executors that are bound, for each job anew.
 *
 * - What cannot hold the timeout or the size is out. So is `direct` for a strict request, where anything else is bound: the
 *   fetch would be lost with its object.
 * - Of `worker`, `queue` and `orchestrated`, the first remains that is possible: their costs have that order.
 * - `direct` is taken where the host is expected to answer within the time for which that has been cheaper of late.
 *   Each possible limit keeps an account of what it would have cost, overlap included; the lowest account rules.
 *
 * It is deterministic: the same history and the same calls give the same choices. What it learns is in memory only.
 * It learns when {@linkcode AutoExecutor.finished} tells it that a fetch has ended. One of which it never hears again
 * counts as under way until its job is due.
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
  /** When the first of those that are open is due; it may be too early, never too late. */
  #firstDue = Infinity;
  /** Where planned jobs go, so that it is found out once. */
  readonly #planned = new Map<string, Planned>();

  /**
   * Sets up the choice.
   *
   * @param candidates What is bound.
   * @param options Clock and history.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) when nothing is bound.
   */
  constructor(candidates: AutoCandidates, options: AutoOptions = {}) {
    for (const strategy of ["direct", ...ELSEWHERE] as const) {
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
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for a host that is no text, a timeout that is no time, another member
   * out of its range, or one that nobody knows.
   * @throws {TimeoutTooLongError} (`TIMEOUT_TOO_LONG`) when nothing bound can hold the timeout.
   */
  explain(query: AutoQuery): Explanation {
    checkQuery(query);
    const now = this.#clock.now();
    const counted = { ...query, host: countedHost(query.host) };
    const { strategy } = this.#choose(counted, now);
    const estimate = this.#history.expected(counted.host);
    const { upTo, overlap } = this.#meter.best(now);
    const options = this.#options(counted, overlap);
    const limit = upTo === Infinity ? "any time" : `${ms(upTo)} or less`;
    const known = estimate ? `the host is expected to take ${ms(estimate.duration)}` : "nothing is known of the host";
    const reason = !options.some(isElsewhere)
      ? `Nothing else that is bound can take it: ${strategy}.`
      : !options.some(isDirect)
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

  /**
   * Chooses, unless the job says which way it is to go.
   *
   * @throws {InvalidOptionError} (`INVALID_OPTION`) when the way that it asks for is not bound.
   * @throws {TimeoutTooLongError} (`TIMEOUT_TOO_LONG`) when that, or anything bound, cannot hold the timeout.
   * @throws What the executor's `check` throws.
   */
  plan(job: Job, target?: RequestTarget): Plan {
    if (this.#planned.size >= MAX_PLANNED) this.#planned.clear();
    const planned = this.#route(job, this.#clock.now(), target);
    this.#planned.set(job.token, planned);
    const via = job.via ?? { strategy: planned.strategy };
    const executor = this.#executor(via.strategy);
    if (job.timeout > executor.maxTimeout) throw this.#tooLong(job.timeout, executor.maxTimeout);
    executor.check?.(job);
    return { via, durable: via.strategy === "queue" || via.strategy === "orchestrated" };
  }

  /**
   * Hands the job to the executor of choice. When that refuses it, no other is tried: it may have begun.
   *
   * @throws What {@linkcode AutoExecutor.plan} and the executor of choice throw.
   */
  dispatch(job: Job): void | Promise<void> {
    const now = this.#clock.now();
    const { host, strategy, elsewhere } = this.#planned.get(job.token) ?? this.#route(job, now);
    this.#planned.delete(job.token);
    const executor = this.#executor(job.via?.strategy ?? strategy);
    this.#sweep(now);
    this.#end(job.id, now);
    const metered = elsewhere === undefined
      ? undefined
      : this.#meter.started(now, this.#history.estimate(host, job.timeout), elsewhere);
    const open = { token: job.token, executor, host, started: now, due: job.due, metered };
    this.#open.set(job.id, open);
    this.#firstDue = Math.min(this.#firstDue, job.due);
    try {
      return executor.dispatch(job)?.catch((error) => this.#refused(job.id, open, error));
    } catch (error) {
      this.#refused(job.id, open, error);
    }
  }

  /** Passes the wish on to whoever has the job. */
  abort(id: string, token: string): void | Promise<void> {
    const open = this.#open.get(id);
    if (open === undefined || open.token !== token) return;
    this.#end(id, this.#clock.now());
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
    this.#sweep(now);
    const open = this.#end(id, now);
    if (open !== undefined) this.#history.observe(open.host, duration ?? now - open.started);
  }

  /** Where a job goes, and what may be learned from it. */
  #route(job: Job, now: number, target: RequestTarget | undefined = requestTarget(job)): Planned {
    const host = countedHost(target?.host ?? "");
    if (job.via !== undefined) return { host, strategy: job.via.strategy };
    return { host, ...this.#choose(queryOf(job, host, target), now, job) };
  }

  #choose(query: AutoQuery, now: number, job?: Job): Choice {
    if (query.timeout > this.maxTimeout) throw this.#tooLong(query.timeout, this.maxTimeout);
    const direct = this.#isPossible("direct", query, job);
    const elsewhere = ELSEWHERE.find((strategy) => this.#isPossible(strategy, query, job));
    if (elsewhere === undefined) return { strategy: direct ? "direct" : this.#tooSmall(query) };
    if (!direct) return { strategy: elsewhere };
    this.#sweep(now);
    const { upTo } = this.#meter.best(now);
    const shape = this.#shape(query);
    return {
      strategy: shape.duration <= upTo ? "direct" : elsewhere,
      elsewhere: fetchCost(elsewhere, shape).total - fetchCost("direct", shape).rows,
    };
  }

  /** All that is bound, cheapest first, what is excluded last. */
  #options(query: AutoQuery, overlap: number): AutoOption[] {
    const shape = { ...this.#shape(query), overlap };
    return [...this.#candidates].map(([strategy, executor]): AutoOption => {
      const { total: cost } = fetchCost(strategy, shape);
      const excluded = this.#exclusion(strategy, executor, query);
      return excluded === undefined ? { strategy, cost } : { strategy, cost, excluded };
    }).sort((a, b) => Number("excluded" in a) - Number("excluded" in b) || a.cost - b.cost);
  }

  #isPossible(strategy: StrategyName, query: AutoQuery, job: Job | undefined): boolean {
    const executor = this.#candidates.get(strategy);
    if (executor === undefined || this.#exclusion(strategy, executor, query) !== undefined) return false;
    return job === undefined || executor.fits?.(job) !== false;
  }

  #exclusion(strategy: StrategyName, executor: AutoCandidate, query: AutoQuery): string | undefined {
    if (query.timeout > executor.maxTimeout) return `it can run for ${executor.maxTimeout} ms at most`;
    const isLost = strategy === "direct" && this.#candidates.size > 1 && (query.durability ?? "strict") === "strict";
    return isLost ? "a direct fetch is lost with its object" : undefined;
  }

  /** What holds the timeout, where all that do are too small for the job: it says so, with the size in its message. */
  #tooSmall({ timeout }: AutoQuery): StrategyName {
    return ELSEWHERE.findLast((strategy) => timeout <= (this.#candidates.get(strategy)?.maxTimeout ?? 0)) ?? "direct";
  }

  #tooLong(timeout: number, maximum: number): TimeoutTooLongError {
    const remedy = timeout <= this.maxTimeout
      ? 'leave out "via", so that it goes where it can be held'
      : timeout <= QUEUE_MAX_TIMEOUT && !this.#candidates.has("queue")
      ? 'bind a queue consumer for timeouts of up to 14.5 minutes, or pass via: "direct"'
      : 'shorten it, bind an orchestrator, or pass via: "direct"';
    return new TimeoutTooLongError(timeout, maximum, remedy);
  }

  #executor(strategy: StrategyName): AutoCandidate {
    const executor = this.#candidates.get(strategy);
    if (executor !== undefined) return executor;
    const bound = [...this.#candidates.keys()].join(", ");
    throw new InvalidOptionError("via", strategy, `bind it, or pass one of those that are: ${bound}`);
  }

  #shape(query: AutoQuery): FetchShape {
    return { ...query, duration: this.#history.estimate(query.host, query.timeout) };
  }

  /** The executor has not taken the job: nothing is under way, unless it has been handed over again since. */
  #refused(id: string, open: Open, error: unknown): never {
    if (this.#open.get(id) === open) this.#end(id, this.#clock.now());
    throw error;
  }

  #end(id: string, now: number): Open | undefined {
    const open = this.#open.get(id);
    if (open === undefined) return undefined;
    this.#open.delete(id);
    if (open.metered !== undefined) this.#meter.finished(now, open.metered);
    return open;
  }

  /** Lets go of fetches whose end nobody has reported: by their due, their origin has settled them. */
  #sweep(now: number): void {
    if (now < this.#firstDue) return;
    const over = [...this.#open].filter(([, { due }]) => due <= now).sort(([, a], [, b]) => a.due - b.due);
    for (const [id, { due }] of over) this.#end(id, due);
    this.#firstDue = Infinity;
    for (const { due } of this.#open.values()) this.#firstDue = Math.min(this.#firstDue, due);
  }
}

function checkQuery(query: AutoQuery): void {
  checkObject("query", query);
  const { host, timeout, durability = "strict", idempotent = true, persistAfter = 0 } = query;
  if (typeof host !== "string") throw new InvalidOptionError("host", host, "pass the host of a URL");
  checkSpan("timeout", timeout, true);
  checkChoice("durability", durability, DURABILITIES);
  checkBoolean("idempotent", idempotent);
  checkSpan("persistAfter", persistAfter);
  checkNames("", query, QUERY);
}

function queryOf(job: Job, host: string, target: RequestTarget | undefined): AutoQuery {
  return {
    host,
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
