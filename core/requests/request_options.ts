/**
 * What a caller may say about one request, and the checks that all of it goes through before anything is stored.
 *
 * @module
 */
import { type RetryOptions, retryPolicy } from "../backoff.ts";
import { InvalidOptionError, InvalidTimeoutError, TimeoutTooLongError } from "../errors.ts";
import { type FetchRetryOptions, fetchRetryPolicy } from "../fetch/fetch_retry.ts";
import type { Durability } from "../job.ts";
import { checkChoice, takeOptions } from "../option_checks.ts";
import { fetchPolicy, type FetchPolicyOptions } from "../policy.ts";
import { readRoute, type Route, type StrategyName } from "./route.ts";
import { MAX_DUE } from "../storage.ts";

/** Options that a single call and an object's defaults share. All durations are in milliseconds. */
export interface RequestDefaults {
  /** Budget of the whole exchange, body included, more than 0. Default: 20,000, or less where the executor holds less. */
  readonly timeout?: number;
  /** How long after the budget a finished answer may still travel, 0 or more. Default: 10,000. */
  readonly grace?: number;
  /** What is promised of the request. Default: `"strict"`. */
  readonly durability?: Durability;
  /** Deferred requests: when a fetch that still runs is written down, 0 or more, at its first heartbeat at the latest. Default: 2,000. */
  readonly persistAfter?: number;
  /**
   * How often the executor of a fetch that runs longer says that it is alive, more than 0; `false`: never.
   * Default: 20,000. A fetch whose `timeout` is not longer than this sends none.
   */
  readonly heartbeat?: number | false;
  /** How long an executor may be silent before it counts as lost, more than `heartbeat`. Default: twice `heartbeat`. */
  readonly lease?: number;
  /** Deferred requests and `onLate`: what to do with an outcome that may have been taken before. Default: `"drop"`. */
  readonly onAmbiguous?: "drop" | "run";
  /** Which URLs may be fetched and how large things may be. Default: any public URL. */
  readonly policy?: FetchPolicyOptions;
  /** How often the executor tries within the one budget. Default: once. */
  readonly retry?: FetchRetryOptions;
  /** Which way the fetch goes: see docs/strategies.md. Default: `"auto"`, what the executor chooses. */
  readonly via?: StrategyName | "auto" | Route;
  /** How often a continuation that throws is run again, before it is a dead letter. Default: as the alarms have it. */
  readonly handlerRetry?: RetryOptions;
}

/** Options of a single call. */
export interface ProxyFetchOptions extends RequestDefaults {
  /** The request's id, 1 to 512 characters, unique among rows. It costs one row more. Default: a generated one. */
  readonly id?: string;
  /**
   * A continuation for an outcome that comes too late. It travels with the job and costs no row; see
   * docs/requests.md for what it does not promise.
   */
  readonly onLate?: unknown;
}

/** The durations and choices of one request, checked, with every default filled in. */
export interface RequestTerms {
  /** As in {@linkcode RequestDefaults.timeout}. */
  readonly timeout: number;
  /** As in {@linkcode RequestDefaults.grace}. */
  readonly grace: number;
  /** As in {@linkcode RequestDefaults.durability}. */
  readonly durability: Durability;
  /** As in {@linkcode RequestDefaults.persistAfter}; `undefined` unless the request is deferred. */
  readonly persistAfter: number | undefined;
  /** As in {@linkcode RequestDefaults.heartbeat}; `undefined` when none will be sent. */
  readonly heartbeat: number | undefined;
  /** As in {@linkcode RequestDefaults.lease}; `undefined` when no heartbeat will be sent. */
  readonly lease: number | undefined;
  /** As in {@linkcode RequestDefaults.onAmbiguous}. */
  readonly onAmbiguous: "drop" | "run";
  /** As in {@linkcode RequestDefaults.policy}. */
  readonly policy: FetchPolicyOptions;
  /** As in {@linkcode RequestDefaults.retry}. */
  readonly retry: FetchRetryOptions | undefined;
  /** As in {@linkcode RequestDefaults.via}; `undefined` for `"auto"`. */
  readonly via: Route | undefined;
  /** As in {@linkcode RequestDefaults.handlerRetry}. */
  readonly handlerRetry: RetryOptions | undefined;
}

const TIMEOUT_MS = 20_000;
const GRACE_MS = 10_000;
const PERSIST_AFTER_MS = 2_000;
const HEARTBEAT_MS = 20_000;
const DURABILITIES: readonly Durability[] = ["strict", "deferred", "memory"];
const ON_AMBIGUOUS = ["drop", "run"] as const;
const TRIES = { attempts: 1, backoff: 0, maxDelay: 0, jitter: 0 };

/**
 * Fills in the defaults and checks every option, and the durations against each other. What it returns is its own: later
 * changes of what it was given do not reach it.
 *
 * @param call What this call says.
 * @param defaults What the object says for all of its calls.
 * @param limits `maxTimeout`: the longest timeout that the executor holds, in ms; `now`: ms since the epoch.
 * @throws {InvalidTimeoutError} (`INVALID_TIMEOUT`) for a duration that is none, or that ends after all dates.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for any other value out of its range.
 * @throws {TimeoutTooLongError} (`TIMEOUT_TOO_LONG`) when the executor cannot run as long.
 */
export function requestTerms(
  call: RequestDefaults,
  defaults: RequestDefaults,
  limits: { readonly maxTimeout: number; readonly now: number },
): RequestTerms {
  const given = merge(call, defaults);
  const timeout = duration("timeout", given.timeout ?? Math.min(TIMEOUT_MS, limits.maxTimeout));
  const grace = duration("grace", given.grace ?? GRACE_MS, 0);
  if (limits.now + timeout + grace > MAX_DUE) {
    const [option, longer] = timeout < grace ? ["grace", grace] as const : ["timeout", timeout] as const;
    throw new InvalidTimeoutError(option, longer, "pass fewer milliseconds, they end after the last date");
  }
  if (timeout > limits.maxTimeout) {
    throw new TimeoutTooLongError(timeout, limits.maxTimeout, "shorten it or use an executor that can run longer");
  }
  const durability = checkChoice("durability", given.durability ?? "strict", DURABILITIES);
  const persistAfter = duration("persistAfter", given.persistAfter ?? PERSIST_AFTER_MS, 0);
  const onAmbiguous = checkChoice("onAmbiguous", given.onAmbiguous ?? "drop", ON_AMBIGUOUS);
  const retry = takeOptions("retry", given.retry, fetchRetryPolicy);
  const handlerRetry = takeOptions("handlerRetry", given.handlerRetry, (said, name) => retryPolicy(said, TRIES, name));
  const policy = takeOptions("policy", given.policy, fetchPolicy) ?? {};
  return {
    timeout,
    grace,
    durability,
    persistAfter: durability === "deferred" ? persistAfter : undefined,
    ...liveness(given, timeout),
    onAmbiguous,
    policy,
    retry,
    via: readRoute(given.via),
    handlerRetry,
  };
}

/** Options that are durations, for the right error. */
const DURATIONS: readonly string[] = ["timeout", "grace", "persistAfter", "heartbeat", "lease"];

/** An option that is `undefined` counts as left out; `null` does not, since it may be meant as anything. */
function merge(call: RequestDefaults, defaults: RequestDefaults): RequestDefaults {
  const given: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(call)) {
    if (value === null && DURATIONS.includes(name)) throw new InvalidTimeoutError(name, value);
    if (value === null) throw new InvalidOptionError(name, value, "pass a value, or leave it out");
    if (value !== undefined) given[name] = value;
  }
  return given;
}

function liveness(
  given: RequestDefaults,
  timeout: number,
): { readonly heartbeat: number | undefined; readonly lease: number | undefined } {
  if (given.heartbeat === false) {
    if (given.lease === undefined) return { heartbeat: undefined, lease: undefined };
    throw new InvalidOptionError("lease", given.lease, 'leave it out where "heartbeat" is false');
  }
  const heartbeat = duration("heartbeat", given.heartbeat ?? HEARTBEAT_MS);
  const lease = duration("lease", given.lease ?? 2 * heartbeat);
  if (lease <= heartbeat) throw new InvalidOptionError("lease", lease, `pass more than "heartbeat", ${heartbeat} ms`);
  return timeout > heartbeat ? { heartbeat, lease } : { heartbeat: undefined, lease: undefined };
}

function duration(option: string, value: unknown, least?: number): number {
  if (typeof value === "number" && Number.isFinite(value) && (least === undefined ? value > 0 : value >= least)) {
    return value;
  }
  const remedy = least === undefined ? "a positive, finite number" : "zero or more, a finite number";
  throw new InvalidTimeoutError(option, value, `pass ${remedy} of milliseconds`);
}
