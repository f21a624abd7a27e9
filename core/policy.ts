/**
 * Which URLs may be fetched, and how large things may be.
 *
 * @module
 */
import { BLOCKED_PORTS } from "./fetch/blocked_ports.ts";
import { InvalidOptionError, InvalidUrlError, UrlForbiddenError } from "./errors.ts";
import { hostKind, isMetadataHost } from "./fetch/host_kind.ts";
import { checkBoolean, checkInteger, checkNames, checkObject } from "./option_checks.ts";
import { bareHost, matchesUrl, parseUrlPattern, type UrlPattern } from "./fetch/url_pattern.ts";

/**
 * What a fetch may do. It is plain data, so that it travels with the job; every member may be left out.
 *
 * It judges what the URL says. A public **name** that resolves to a private address cannot be seen from a Worker, nor
 * from any `fetch`: where that matters, list the hosts in `allow`.
 *
 * @example Allow one API and nothing else
 * ```ts
 * import { checkUrl, UrlForbiddenError } from "@doze/fetch";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const policy = { allow: ["https://api.example.com/v1/*"] };
 * assertEquals(checkUrl("https://api.example.com/v1/users?page=2", policy).pathname, "/v1/users");
 * assertThrows(() => checkUrl("https://other.example.com/", policy), UrlForbiddenError);
 * ```
 */
export interface FetchPolicyOptions {
  /**
   * URL patterns, as {@linkcode parseUrlPattern} reads them. When given, only what matches one of them is fetched.
   * A pattern whose host has no wildcard also lifts the refusal of a private or metadata host. Default: any public URL.
   */
  readonly allow?: readonly string[];
  /**
   * URL patterns that are never fetched, whatever `allow` says. One with an IPv4 address matches the IPv6 addresses that
   * embed it as well. Default: none.
   */
  readonly deny?: readonly string[];
  /** Whether loopback, private and other non-public hosts may be fetched; never metadata hosts. Default: `false`. */
  readonly allowPrivate?: boolean;
  /** Most redirects to follow. Default: 20, as the Fetch standard has it. */
  readonly maxRedirects?: number;
  /** Longest URL, in characters, also of a redirect. Default: 16,384. */
  readonly maxUrlLength?: number;
  /** Most bytes of request headers: names and values. Default: 32,768. */
  readonly maxRequestHeaderBytes?: number;
  /** Most bytes of request body. Default: 16 MiB. */
  readonly maxRequestBodyBytes?: number;
  /** Most bytes of response headers: names and values. Default: 65,536. */
  readonly maxResponseHeaderBytes?: number;
  /** Most bytes of response body, counted after decompression. Default: 16 MiB. */
  readonly maxBodyBytes?: number;
}

/** {@linkcode FetchPolicyOptions} with every default filled in. */
export type FetchPolicy = Required<Omit<FetchPolicyOptions, "allow">> & Pick<FetchPolicyOptions, "allow">;

/**
 * Default caps. 16 MiB of body is some 22 MiB once written as text, which fits Cloudflare's 32 MiB of one RPC
 * (https://developers.cloudflare.com/workers/runtime-apis/rpc/) and leaves room in a Worker's 128 MB.
 */
const CAPS = {
  maxRedirects: 20,
  maxUrlLength: 16_384,
  maxRequestHeaderBytes: 32_768,
  maxRequestBodyBytes: 16 * 1024 * 1024,
  maxResponseHeaderBytes: 65_536,
  maxBodyBytes: 16 * 1024 * 1024,
} as const;

/** What a policy may say, for checking its names. */
const NAMES: Record<keyof FetchPolicyOptions, unknown> = { ...CAPS, allow: [], deny: [], allowPrivate: false };

/**
 * Fills in the defaults of a policy and checks it, so that a mistake shows where it was made.
 *
 * @param options What the caller gave.
 * @param name The option's name, for messages.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for a pattern that is none or a cap that is no whole number.
 */
export function fetchPolicy(options: FetchPolicyOptions = {}, name = "policy"): FetchPolicy {
  checkObject(name, options);
  for (const key of ["allow", "deny"] as const) readPatterns(options[key], `${name}.${key}`);
  const caps: { -readonly [K in keyof typeof CAPS]: number } = { ...CAPS };
  for (const key of Object.keys(CAPS) as (keyof typeof CAPS)[]) {
    caps[key] = checkInteger(`${name}.${key}`, options[key] ?? CAPS[key], 0);
  }
  const { allow, deny = [] } = options;
  return { ...caps, allow, deny, allowPrivate: checkBoolean(`${name}.allowPrivate`, options.allowPrivate ?? false) };
}

/**
 * Checks a URL against a policy.
 *
 * @param url An absolute http(s) URL.
 * @param options The policy; left out, any public URL passes.
 * @returns The parsed URL.
 * @throws {InvalidUrlError} (`INVALID_URL`) when it is not an absolute http(s) URL, or too long.
 * @throws {UrlForbiddenError} (`URL_FORBIDDEN`) when a rule refuses it, with the rule in `reason`.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when the policy itself is wrong.
 */
export function checkUrl(url: string | URL, options: FetchPolicyOptions = {}): URL {
  checkObject("policy", options);
  checkNames("policy.", options, NAMES);
  for (const [key, cap] of Object.entries(options)) {
    if (cap !== undefined && Object.hasOwn(CAPS, key)) checkInteger(`policy.${key}`, cap, 0);
  }
  checkBoolean("policy.allowPrivate", options.allowPrivate ?? false);
  const parsed = readUrl(url, options.maxUrlLength ?? CAPS.maxUrlLength);
  const refused = refusal(parsed, options);
  if (refused !== undefined) throw new UrlForbiddenError(withoutCredentials(parsed), refused.reason, refused.remedy);
  return parsed;
}

function readUrl(url: string | URL, maxLength: number): URL {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== "http:" && parsed?.protocol !== "https:") throw new InvalidUrlError(url);
  if (parsed.href.length > maxLength) throw new InvalidUrlError(`${parsed.href.slice(0, 60)}… (too long)`);
  return parsed;
}

/** A rule that refuses a URL, and what lifts it. */
interface Refusal {
  readonly reason: string;
  readonly remedy: string;
}

/** The rule that refuses a URL, or `undefined`. */
function refusal(url: URL, options: FetchPolicyOptions): Refusal | undefined {
  const denied = readPatterns(options.deny, "policy.deny").some((pattern) => matchesUrl(pattern, url, true));
  const allowed = readPatterns(options.allow, "policy.allow").filter((pattern) => matchesUrl(pattern, url));
  // The Fetch standard refuses these as well; here they get a code, and no runtime sends them by chance.
  if (url.username !== "" || url.password !== "") {
    return { reason: "a user name or password in the URL", remedy: "send a header instead" };
  }
  if (url.port !== "" && BLOCKED_PORTS.has(Number(url.port))) {
    return { reason: "a port that the Fetch standard blocks", remedy: "serve it on another port" };
  }
  if (denied) return { reason: "on the deny list", remedy: 'take it off "policy.deny" if it is meant' };
  if (options.allow !== undefined && allowed.length === 0) {
    return { reason: "not on the allow list", remedy: 'add it to "policy.allow" if it is meant' };
  }
  if (allowed.some((pattern) => pattern.host !== undefined && !pattern.subdomains)) return undefined;
  const host = bareHost(url);
  if (isMetadataHost(host)) return { reason: "metadata host", remedy: 'name it in "policy.allow" if it is meant' };
  const kind = options.allowPrivate === true ? undefined : hostKind(host);
  const remedy = 'name it in "policy.allow" or set "policy.allowPrivate" if it is meant';
  return kind === undefined ? undefined : { reason: kind, remedy };
}

function readPatterns(patterns: readonly string[] | undefined, option: string): UrlPattern[] {
  if (patterns === undefined) return [];
  if (!Array.isArray(patterns)) throw new InvalidOptionError(option, patterns, "pass an array of URL patterns");
  return patterns.map((pattern: string) => parseUrlPattern(pattern, option));
}

/** The URL as text with a user name and password masked: a secret in a URL must not reach a message or a log. */
export function withoutCredentials({ href }: URL): string {
  // The URL parser percent-encodes whatever else would look like the end of the credentials.
  return href.replace(/^([^:]+:\/\/)[^/?#@]*@/, "$1***@");
}
