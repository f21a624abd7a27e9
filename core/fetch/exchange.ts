/**
 * One fetch under way: what it may do, how far it got, and how its failure reads.
 *
 * @module
 */
import { discard, headerBytes } from "./body_reader.ts";
import { DozeError } from "../errors.ts";
import type { FetchBudget } from "./fetch_budget.ts";
import { FetchError, type FetchErrorCode, type FetchErrorInit } from "./fetch_error.ts";
import { isIdempotent } from "./fetch_retry.ts";
import { checkUrl, type FetchPolicy, withoutCredentials } from "../policy.ts";
import { type Hop, nextHop, REDIRECT_STATUSES, redirectLocation, resolveLocation } from "./redirects.ts";
import { headersToText } from "../serializer/header_text.ts";

/** The part of `fetch` that the core calls; every runtime's `fetch` fits. */
export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>;

/** What to do with a redirect, as in the Fetch standard. */
export type RedirectMode = "follow" | "manual" | "error";

/** A response whose headers have come and whose body waits, at the end of its redirects. */
export interface Reached {
  /** The response, its body not read. */
  readonly response: Response;
  /** Its headers as lines. */
  readonly lines: string;
  /** The request that it answers. */
  readonly hop: Hop;
  /** Whether redirects led there. */
  readonly redirected: boolean;
}

/** What an {@linkcode Exchange} works with. */
export interface ExchangeOptions {
  /** The runtime's `fetch`, or one that wraps it. */
  readonly fetch: FetchFunction;
  /** The time that it has. */
  readonly budget: FetchBudget;
  /** What it may do. */
  readonly policy: FetchPolicy;
  /** The request as it starts; its URL as text, since the policy reads it anyway. */
  readonly request: Omit<Hop, "url"> & { readonly url: string };
  /** What to do with redirects. */
  readonly redirect: RedirectMode;
}

/** One fetch under way, over all its tries and redirects. Its methods return failures and never reject. */
export class Exchange {
  /** Which try runs: 1 for the first. */
  attempt = 1;
  /** Whether the request may be repeated without doing its work twice. */
  readonly idempotent: boolean;
  readonly #options: ExchangeOptions;
  #sent = false;
  #headersAt: number | undefined;

  /** Prepares the exchange; nothing is sent yet. */
  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.idempotent = isIdempotent(options.request);
  }

  /**
   * Describes a failure with how far the exchange got.
   *
   * @param code Why.
   * @param url The hop's URL.
   * @param init What is known besides.
   */
  fail(code: FetchErrorCode, url: string, init: FetchErrorInit = {}): FetchError {
    const { start, elapsed } = this.#options.budget;
    const timings = this.#headersAt === undefined
      ? { start, total: elapsed }
      : { start, headers: this.#headersAt, total: elapsed };
    return new FetchError(code, url, {
      ambiguous: this.#sent && !this.idempotent,
      attempt: this.attempt,
      timings,
      ...init,
    });
  }

  /**
   * Sends the request and follows its redirects, the policy asked before every hop.
   *
   * @returns The final response with its body unread, or why there is none.
   */
  async reach(): Promise<Reached | FetchError> {
    const { policy, redirect, request } = this.#options;
    const first = this.#allowed(request.url);
    if (first instanceof FetchError) return first;
    let hop: Hop = { ...request, url: first };
    for (let redirects = 0;; redirects++) {
      const sent = this.#refusal(hop) ?? await this.#send(hop);
      if (sent instanceof FetchError) return sent;
      const { response, lines } = sent;
      const location = redirect === "manual" ? undefined : redirectLocation(response);
      const refused = redirect === "error" && REDIRECT_STATUSES.has(response.status);
      if (location === undefined && !refused) return { response, lines, hop, redirected: redirects > 0 };
      discard(response.body);
      const known = { status: response.status, headers: response.headers };
      if (location === undefined || refused) return this.fail("REDIRECT_REFUSED", hop.url.href, known);
      if (redirects >= policy.maxRedirects) {
        return this.fail("TOO_MANY_REDIRECTS", hop.url.href, { ...known, detail: `more than ${policy.maxRedirects}` });
      }
      const target = location.length > policy.maxUrlLength ? undefined : resolveLocation(location, hop.url);
      if (target === undefined) return this.fail("INVALID_URL", hop.url.href, { ...known, detail: "no URL" });
      const allowed = this.#allowed(target);
      if (allowed instanceof FetchError) return allowed;
      hop = nextHop(hop, response.status, allowed);
    }
  }

  /** What a stop of the budget means for this exchange. */
  stopped(url: string, known: FetchErrorInit = {}): FetchError {
    const { budget } = this.#options;
    const code = budget.stop ?? "TIMEOUT";
    return this.fail(code, url, code === "TIMEOUT" ? { ...known, detail: `${budget.elapsed} ms` } : known);
  }

  /** Asks the policy; its refusal of a later hop is an outcome, not an exception. */
  #allowed(url: string | URL): URL | FetchError {
    try {
      return checkUrl(url, this.#options.policy);
    } catch (cause) {
      const code = cause instanceof DozeError && cause.code === "URL_FORBIDDEN" ? "URL_FORBIDDEN" : "INVALID_URL";
      const reason = cause instanceof Error && "reason" in cause ? { detail: String(cause.reason) } : {};
      return this.fail(code, withoutCredentials(new URL(url)), { ...reason, cause });
    }
  }

  /** Holds what is sent against the caps of the policy. */
  #refusal(hop: Hop): FetchError | undefined {
    const { policy } = this.#options;
    const body = hop.body?.byteLength ?? 0;
    if (body > policy.maxRequestBodyBytes) {
      return this.fail("REQUEST_TOO_LARGE", hop.url.href, { detail: `a body of ${body} bytes` });
    }
    const headers = headerBytes(hop.headers);
    if (headers <= policy.maxRequestHeaderBytes) return undefined;
    return this.fail("REQUEST_TOO_LARGE", hop.url.href, { detail: `${headers} bytes of headers` });
  }

  async #send(hop: Hop): Promise<{ readonly response: Response; readonly lines: string } | FetchError> {
    const { fetch, budget, policy } = this.#options;
    const url = hop.url.href;
    if (budget.stop !== undefined) return this.stopped(url);
    const { method, headers, body } = hop;
    const init: RequestInit = { method, headers, body, redirect: "manual", signal: budget.signal };
    try {
      // The call itself may throw, where a wrapper around `fetch` is not an async function.
      const sending = Promise.resolve(fetch(url, init));
      this.#sent = true;
      const raced = await budget.race(sending, (late) => discard(late.body));
      if ("stop" in raced) return this.stopped(url);
      const response = raced.value;
      this.#headersAt = budget.elapsed;
      const lines = headersToText(response.headers);
      if (lines.length <= policy.maxResponseHeaderBytes) return { response, lines };
      const size = headerBytes(response.headers);
      if (size <= policy.maxResponseHeaderBytes) return { response, lines };
      discard(response.body);
      return this.fail("HEADERS_TOO_LARGE", url, { status: response.status, detail: `${size} bytes` });
    } catch (cause) {
      return budget.stop === undefined ? this.fail("NETWORK", url, { cause }) : this.stopped(url);
    }
  }
}
