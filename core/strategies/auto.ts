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
import { AutoHistory, type OverlapMeter, UNKNOWN_MS } from "./auto_history.ts";
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
  readonly started: number;
  readonly due: number;
  readonly metered: ReturnType<OverlapMeter["started"]>;
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
  readonly #candidates: readonly { strategy: StrategyName; executor: AutoCandidate }[];
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
    const names: StrategyName[] = ["direct", "worker", "queue", "orchestrated"];
    this.#candidates = names.flatMap((strategy) => {
      const executor = candidates[strategy];
      return executor === undefined ? [] : [{ strategy, executor }];
    });
    if (this.#candidates.length === 0) {
      throw new InvalidOptionError("candidates", candidates, "bind at least one executor");
    }
    const elsewhere = this.#candidates.filter(({ strategy }) => strategy !== "direct");
    const counted = elsewhere.length > 0 ? elsewhere : this.#candidates;
    this.maxTimeout = Math.max(...counted.map(({ executor }) => executor.maxTimeout));
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
    const query = queryOf(job, target ?? requestTarget(job));
    this.#planned.set(job.token, query);
    const via = job.via ?? { strategy: this.#choose(query, job).strategy };
    const { strategy, executor } = this.#candidate(via.strategy);
    if (job.timeout > executor.maxTimeout) {
      throw new TimeoutTooLongError(job.timeout, executor.maxTimeout, REMEDY);
    }
    executor.check?.(job);
    return { via, durable: strategy === "queue" || strategy === "orchestrated" };
  }

  /**
   * Hands the job to the executor of choice. When that refuses it, no other is tried: it may have begun.
   *
   * @throws What {@linkcode AutoExecutor.plan} and the executor of choice throw.
   */
  dispatch(job: Job): void | Promise<void> {
    const query = this.#planned.get(job.token) ?? queryOf(job, requestTarget(job));
    this.#planned.delete(job.token);
    const { host } = query;
    const expected = this.#history.expected(host)?.duration;
    const { executor } = this.#candidate(job.via?.strategy ?? this.#choose(query, job).strategy);
    const now = this.#clock.now();
    this.#sweep(now);
    this.#end(job.id, now);
    const metered = this.#meter.started(now, expected, this.#elsewhere(query, job));
    this.#open.set(job.id, { token: job.token, executor, host, started: now, due: job.due, metered });
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
    if (open !== undefined && open.host !== "") this.#history.observe(open.host, duration ?? now - open.started);
  }

  #choose(query: AutoQuery, job: Job | undefined): Explanation {
    if (query.timeout > this.maxTimeout) {
      throw new TimeoutTooLongError(query.timeout, this.maxTimeout, REMEDY);
    }
    const estimate = this.#history.expected(query.host);
    const { upTo, overlap } = this.#meter.best(this.#clock.now());
    const shape = this.#shape(query);
    const options = this.#candidates.map(({ strategy, executor }): AutoOption => {
      const { total: cost } = fetchCost(strategy, strategy === "direct" ? { ...shape, overlap } : shape);
      const excluded = this.#exclusion(strategy, executor, query, job);
      return excluded === undefined ? { strategy, cost } : { strategy, cost, excluded };
    }).sort((a, b) => Number("excluded" in a) - Number("excluded" in b) || a.cost - b.cost);
    const known = { expected: estimate?.duration, samples: estimate?.samples ?? 0, directUpTo: upTo, options };
    const possible = options.filter((option) => option.excluded === undefined);
    const elsewhere = possible.find((option) => option.strategy !== "direct");
    const direct = possible.some((option) => option.strategy === "direct");
    if (elsewhere === undefined) {
      // What is too large for all goes to one that says so, with the size in its message.
      const strategy = direct ? "direct" : options[0].strategy;
      return { strategy, reason: `Nothing else that is bound can take it: ${strategy}.`, ...known };
    }
    if (direct && (estimate?.duration ?? Infinity) <= upTo) {
      const answer = estimate === undefined
        ? "The host is not known"
        : `The host is expected to take ${ms(shape.duration)}`;
      const reason = `${answer}, and to fetch directly what takes ${
        upTo === Infinity ? "any time" : `${ms(upTo)} or less`
      } is cheapest for recent traffic.`;
      return { strategy: "direct", reason, ...known };
    }
    return { strategy: elsewhere.strategy, reason: reasonFor(elsewhere, estimate?.duration, upTo, direct), ...known };
  }

  #exclusion(
    strategy: StrategyName,
    executor: AutoCandidate,
    query: AutoQuery,
    job: Job | undefined,
  ): string | undefined {
    if (query.timeout > executor.maxTimeout) return `it can run for ${executor.maxTimeout} ms at most`;
    if (job !== undefined && executor.fits?.(job) === false) return "the job is too large for it";
    if (strategy !== "direct" || this.#candidates.length === 1) return undefined;
    if ((query.durability ?? "strict") === "strict") return "a direct fetch is lost with its object";
    return undefined;
  }

  #candidate(strategy: StrategyName): { readonly strategy: StrategyName; readonly executor: AutoCandidate } {
    const candidate = this.#candidates.find((one) => one.strategy === strategy);
    if (candidate !== undefined) return candidate;
    const bound = this.#candidates.map((one) => one.strategy).join(", ");
    throw new InvalidOptionError("via", strategy, `bind it, or pass one of those that are: ${bound}`);
  }

  /** What the fetch costs at least where it is not direct, besides what is the same for all, in $ per million. */
  #elsewhere(query: AutoQuery, job: Job): number {
    const shape = this.#shape(query);
    const common = fetchCost("direct", { ...shape, overlap: 1 }).total;
    const costs = this.#candidates
      .filter(({ strategy }) => strategy !== "direct")
      .filter(({ strategy, executor }) => this.#exclusion(strategy, executor, query, job) === undefined)
      .map(({ strategy }) => fetchCost(strategy, shape).total - common);
    return costs.length === 0 ? 0 : Math.min(...costs);
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

function queryOf(job: Job, target: RequestTarget | undefined): AutoQuery {
  return {
    host: target?.host ?? "",
    timeout: job.timeout,
    durability: job.carried?.durability ?? "strict",
    idempotent: target?.idempotent ?? true,
    ...(job.persistAfter === undefined ? {} : { persistAfter: job.persistAfter }),
  };
}

function reasonFor(option: AutoOption, expected: number | undefined, upTo: number, direct: boolean): string {
  const cheapest = `${option.strategy} is the cheapest that can hold the fetch`;
  if (!direct) return `${cheapest}; a direct fetch is out of the question.`;
  if (expected === undefined) return `${cheapest}; nothing is known of the host, so that it is not fetched directly.`;
  return `${cheapest}; directly, what takes ${ms(upTo)} or less is cheaper, and it is expected to take ${
    ms(expected)
  }.`;
}

function ms(duration: number): string {
  return `${Math.round(duration)} ms`;
}
