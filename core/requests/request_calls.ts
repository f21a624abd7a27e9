/**
 * A call of `proxyFetch`, checked and written down, before anything is stored.
 *
 * @module
 */
import { checkId, type IdSource } from "../alarms/row_id.ts";
import { encodeContinuation } from "../continuation.ts";
import { DuplicateIdError, InvalidOptionError } from "../errors.ts";
import { isIdempotent } from "../fetch/fetch_retry.ts";
import type { Carried, Durability, Job } from "../job.ts";
import { checkNames, checkObject } from "../option_checks.ts";
import { checkUrl } from "../policy.ts";
import type { RequestContext } from "./request_context.ts";
import type { JobParts, RequestDispatch } from "./request_dispatch.ts";
import { type ProxyFetchOptions, type RequestDefaults, type RequestTerms, requestTerms } from "./request_options.ts";
import { MAX_AGAIN_LENGTH, type Redispatch, requestRow, type StoredRequest } from "./request_row.ts";
import type { RequestTarget } from "./request_target.ts";
import { newToken } from "./request_token.ts";
import { RequestSync, stringify } from "../serializer/mod.ts";
import { MAX_DUE, type RowKey } from "../storage.ts";

/** What to fetch: a URL for a plain GET, or a whole request. */
export type RequestInput = string | URL | RequestSync;

/** What a call has been checked and written down to. */
export interface RequestCall {
  /** Where its row lies, if it has one. */
  readonly key: RowKey;
  /** Whether its id is the caller's. */
  readonly named: boolean;
  /** What is promised of it. */
  readonly durability: Durability;
  /** What its row holds, or would hold. */
  readonly stored: StoredRequest;
  /** The job. */
  readonly job: Job;
}

/** What calls are checked against. */
export interface RequestCallsParts {
  /** What the ledger shares. */
  readonly context: RequestContext;
  /** Makes the jobs. */
  readonly dispatch: RequestDispatch;
  /** Makes the tokens. */
  readonly ids: IdSource;
  /** The object that continuations run on. */
  readonly origin: object;
  /** As in `AlarmsOptions.base`. */
  readonly base: object | null;
  /** What stands where a call says nothing. */
  readonly defaults: RequestDefaults;
}

/** Checks the calls of one origin. */
export class RequestCalls {
  readonly #parts: RequestCallsParts;
  /** The terms of a call that says nothing. */
  readonly #usual: RequestTerms;

  /**
   * Creates it.
   *
   * @throws What {@linkcode requestTerms} throws, when the defaults are wrong.
   * @throws {InvalidOptionError} (`INVALID_OPTION`) for a default that is misspelt.
   */
  constructor(parts: RequestCallsParts) {
    this.#parts = parts;
    const { defaults } = parts;
    checkObject("defaults", defaults);
    this.#usual = requestTerms({}, defaults, { maxTimeout: Infinity, now: 0 });
    checkNames("", defaults, this.#usual);
  }

  /** Checks everything; what it returns cannot fail any more, but for an id that is taken. */
  check(request: RequestInput, continuation: unknown, options: ProxyFetchOptions): RequestCall {
    const { context, origin, base, ids } = this.#parts;
    checkObject("options", options);
    if (request instanceof Request) {
      const remedy = 'pass "await RequestSync.from(request)", whose body has been read';
      throw new InvalidOptionError("request", request, remedy);
    }
    const { id: asked, onLate, ...said } = options;
    const now = context.clock.now();
    const terms = this.#terms(said, now);
    if (terms !== this.#usual) checkNames("", options, { id: asked, onLate, ...terms });
    const message = request instanceof RequestSync ? request : new RequestSync(request);
    const url = checkUrl(message.url, terms.policy);
    const target = { url: message.url, host: url.host, idempotent: isIdempotent(message) };
    const text = encodeContinuation(continuation, origin, base);
    const late = onLate === undefined ? undefined : encodeContinuation(onLate, origin, base);
    const due = Math.ceil(now + terms.timeout + terms.grace);
    const id = asked === undefined ? context.alarms.newId(due) : this.#freeId(asked);
    const key = { due, id };
    const { durability, policy, retry, via } = terms;
    const again: Redispatch = { request: stringify(message), policy, retry, via };
    const stored = storedOf({ token: newToken(ids), continuation: text, late, target, again, terms });
    const named = asked !== undefined;
    const call = this.#plan({ key, stored, again, durability }, terms, target);
    // One without a row may get it later, when there is nobody to tell that it does not fit.
    if (durability !== "strict") requestRow(key, stored, named);
    return { key, named, durability, ...call };
  }

  #terms(said: RequestDefaults, now: number): RequestTerms {
    const { context: { executor }, defaults } = this.#parts;
    // An executor that plans knows better, by the way that the job would go.
    const maxTimeout = executor.plan === undefined ? executor.maxTimeout : Infinity;
    const { timeout, grace } = this.#usual;
    const usual = maxTimeout === Infinity && now + timeout + grace <= MAX_DUE && Object.keys(said).length === 0;
    return usual ? this.#usual : requestTerms(said, defaults, { maxTimeout, now });
  }

  /** Asks the executor how it would run the job, and makes the job so. */
  #plan(
    parts: JobParts,
    terms: RequestTerms,
    target: RequestTarget,
  ): { readonly stored: StoredRequest; readonly job: Job } {
    const { context: { executor }, dispatch } = this.#parts;
    const { stored, again } = parts;
    const job = dispatch.job(terms.persistAfter === undefined ? parts : { ...parts, persistAfter: terms.persistAfter });
    if (executor.plan === undefined) {
      if (terms.via === undefined) return { stored, job };
      throw new InvalidOptionError("via", terms.via.strategy, "leave it out, the executor offers no choice");
    }
    const { via, durable } = executor.plan(job, target);
    const routed = via === undefined ? again : { ...again, via };
    const kept = stored.again === undefined ? stored : { ...stored, again: routed };
    const sent = via === undefined ? job : { ...job, via };
    if (!durable) return { stored: kept, job: sent };
    const { heartbeat: _beat, lease: _lease, ...silent } = kept;
    const { heartbeat: _heartbeat, carried = {}, ...quiet } = sent;
    // Nobody watches for silence, so that the object gives nothing up before the deadline.
    const { until: _until, ...unwatched } = carried as Carried;
    return { stored: { ...silent, held: via ?? {} }, job: { ...quiet, carried: unwatched } };
  }

  #freeId(asked: unknown): string {
    const { memory, alarms } = this.#parts.context;
    const id = checkId(asked);
    const live = memory.live.get(id);
    // One whose synchronous handler asks at this moment ends with it.
    const ends = live !== undefined && memory.begun.has(live.job.token) &&
      this.#parts.context.expectsPromise?.(live.stored.continuation) !== true;
    if ((live !== undefined && !ends) || alarms.locate(id) !== undefined) throw new DuplicateIdError(id);
    return id;
  }
}

function storedOf(parts: {
  readonly token: string;
  readonly continuation: string;
  readonly late: string | undefined;
  readonly target: RequestTarget;
  readonly again: Redispatch;
  readonly terms: RequestTerms;
}): StoredRequest {
  const { token, continuation, late, target: { url, idempotent }, again, terms } = parts;
  const { timeout, grace, heartbeat, lease, handlerRetry, onAmbiguous, durability } = terms;
  return {
    ...{ token, attempt: 1, continuation, url, idempotent, timeout, grace, heartbeat, lease, handlerRetry },
    onLate: late,
    onAmbiguous: onAmbiguous === "run" ? onAmbiguous : undefined,
    deferred: durability === "deferred" ? true : undefined,
    again: idempotent && again.request.length <= MAX_AGAIN_LENGTH ? again : undefined,
  };
}
