/**
 * How an orchestrator behaves, and the checks that its options go through.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { countedHost } from "../fetch/url_pattern.ts";
import { checkInteger, checkNames, checkObject, checkSpan } from "../option_checks.ts";

/** A rate that no span of time exceeds: of any window of `per` milliseconds, at most `requests` begin in it. */
export interface RateOptions {
  /** How many requests may begin within `per`; 1 or more. As many may begin at once. */
  readonly requests: number;
  /** The span, in milliseconds, more than 0. */
  readonly per: number;
}

/** When a breaker opens, and for how long: it keeps a dead host from being asked, and from taking others' places. */
export interface BreakerOptions {
  /** Failures in a row that open it; 1 or more. Default: 5. */
  readonly failures?: number;
  /** How long it stays open, in milliseconds; then one request tries the host. Default: 30,000. */
  readonly cooldown?: number;
}

/** What one host can bear. */
export interface HostOptions {
  /** Most fetches under way at once; 1 or more. Default: no limit but `maxInFlight`. */
  readonly concurrency?: number;
  /** How many fetches may begin in a span of time. Default: any number. */
  readonly rate?: RateOptions;
  /** When a host that fails is left alone; `false`: never. Default: 5 failures in a row, for 30 s. */
  readonly breaker?: BreakerOptions | false;
}

/** How an orchestrator behaves. */
export interface OrchestratorOptions extends HostOptions {
  /** Most fetches under way at once; 1 or more. Default: 5, one less than the platform's connections. */
  readonly maxInFlight?: number;
  /** How long a request may wait in line, in milliseconds; then it ends as a `TIMEOUT`. Default: 30 minutes. */
  readonly maxRequestAge?: number;
  /** Most requests to hold; more are refused. Default: 10,000. */
  readonly maxQueued?: number;
  /**
   * What differs for single hosts, by `URL.host`, e.g. `"api.example.com"` or `"api.example.com:8080"`: without scheme,
   * path, wildcard or a scheme's own port. Default: nothing.
   */
  readonly hosts?: Readonly<Record<string, HostOptions>>;
}

/** What one host can bear, with every default filled in. */
export interface HostLimits {
  /** As in {@linkcode HostOptions.concurrency}. */
  readonly concurrency: number;
  /** As in {@linkcode HostOptions.rate}. */
  readonly rate: RateOptions | undefined;
  /** As in {@linkcode HostOptions.breaker}; one that never opens takes any number of failures. */
  readonly breaker: Required<BreakerOptions>;
}

/** How an orchestrator behaves, checked, with every default filled in. */
export interface OrchestratorLimits {
  /** As in {@linkcode OrchestratorOptions.maxInFlight}. */
  readonly maxInFlight: number;
  /** As in {@linkcode OrchestratorOptions.maxRequestAge}. */
  readonly maxRequestAge: number;
  /** As in {@linkcode OrchestratorOptions.maxQueued}. */
  readonly maxQueued: number;
  /** The limits of a host. */
  host(host: string): HostLimits;
}

const BREAKER: Required<BreakerOptions> = { failures: 5, cooldown: 30_000 };

/**
 * Fills in the defaults and checks every option.
 *
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for a value out of its range, and an option that nobody knows.
 */
export function orchestratorLimits(options: OrchestratorOptions = {}): OrchestratorLimits {
  const { maxInFlight = 5, maxRequestAge = 1_800_000, maxQueued = 10_000, hosts = {} } = options;
  checkInteger("maxInFlight", maxInFlight);
  checkInteger("maxQueued", maxQueued);
  checkSpan("maxRequestAge", maxRequestAge, true);
  checkObject("hosts", hosts);
  const common = hostLimits(options, {}, "");
  checkNames("", options, { maxInFlight, maxRequestAge, maxQueued, hosts, ...common });
  const single = new Map<string, HostLimits>();
  for (const [key, own] of Object.entries(hosts)) {
    const name = `hosts[${JSON.stringify(key)}]`;
    const host = readHost(key);
    if (host === undefined || single.has(host)) {
      throw new InvalidOptionError(name, key, "name each host once, as URL.host has it");
    }
    checkObject(name, own);
    checkNames(`${name}.`, own, common);
    single.set(host, hostLimits(own, options, `${name}.`));
  }
  return { maxInFlight, maxRequestAge, maxQueued, host: (host) => single.get(host) ?? common };
}

/** A host as requests have it, in small letters and without a trailing dot; `undefined` for what no request has. */
function readHost(key: string): string | undefined {
  // A port that one of the two schemes leaves out would be without effect for it.
  if (/[/?#@\\\s*]|:(80|443)?$/.test(key)) return undefined;
  const url = URL.parse(`http://${key}`);
  return url === null ? undefined : countedHost(url.host);
}

function hostLimits(own: HostOptions, common: HostOptions, path: string): HostLimits {
  const { concurrency, rate, breaker = BREAKER } = { ...common, ...own };
  if (concurrency !== undefined) checkInteger(`${path}concurrency`, concurrency);
  if (rate !== undefined) {
    checkObject(`${path}rate`, rate);
    checkNames(`${path}rate.`, rate, { requests: 1, per: 1 });
    checkInteger(`${path}rate.requests`, rate.requests);
    checkSpan(`${path}rate.per`, rate.per, true);
  }
  const breaks = { ...BREAKER, ...(breaker || { failures: Infinity }) };
  if (breaker !== false) {
    checkObject(`${path}breaker`, breaker);
    checkNames(`${path}breaker.`, breaker, BREAKER);
    checkInteger(`${path}breaker.failures`, breaks.failures);
    checkSpan(`${path}breaker.cooldown`, breaks.cooldown, true);
  }
  return { concurrency: concurrency ?? Infinity, rate, breaker: breaks };
}
