/**
 * URL patterns for allow and deny lists: few rules, no regular expressions, the same on every runtime.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { hostForms } from "./ip_address.ts";

/** A pattern taken apart; `undefined` means any. */
export interface UrlPattern {
  /** `"http:"` or `"https:"`. */
  readonly protocol: string | undefined;
  /** The host as `URL.hostname` gives it, without a trailing dot; with `subdomains`, the part after `*.`. */
  readonly host: string | undefined;
  /** Whether the pattern matches the names below `host`, and not `host` itself. */
  readonly subdomains: boolean;
  /** The port in digits; the scheme's default port when the pattern names none. */
  readonly port: string | undefined;
  /** The path, in which `*` stands for any run of characters. */
  readonly path: string | undefined;
}

/** Scheme, `*.` before a host, host unless it is `*`, port, path. */
const PATTERN = /^(https?|\*):\/\/(?:\*|(\*\.)?(\[[^\]/]*\]|[^*:/?#@[\]\\\s]+))(?::(\d{1,5}|\*))?(\/[^?#\\\s]*)?$/i;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * Reads a pattern of the form `scheme://host[:port][/path]`.
 *
 * - scheme: `http`, `https`, or `*` for both.
 * - host: a name or address in any spelling that a URL may use; `*.example.com` for every name below `example.com`
 *   but not itself; `*` for any.
 * - port: digits, or `*` for any; left out, the scheme's default port.
 * - path: left out, any path; else the whole path, in which each `*` stands for any run of characters, also an empty
 *   one. The query and the fragment are not looked at.
 *
 * A path is no wall: servers differ in how they read `%2F`, `//` and letter case. Trust hosts, not paths.
 *
 * @param pattern E.g. `"https://*.example.com/v1/*"`.
 * @param option The option's name, for messages.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when the text is no such pattern.
 */
export function parseUrlPattern(pattern: string, option = "pattern"): UrlPattern {
  const match = typeof pattern === "string" ? PATTERN.exec(pattern) : null;
  const [, scheme = "", subdomains, host, port, path] = match ?? [];
  const protocol = scheme === "*" ? undefined : `${scheme.toLowerCase()}:`;
  // The URL parser brings host and path into the form in which URLs will have them, and refuses what is neither.
  const url = match &&
    URL.parse(`${protocol ?? "http:"}//${host ?? "any"}:${port === "*" ? "" : port ?? ""}${path ?? ""}`);
  if (url === null || (subdomains !== undefined && /^[[\d.]/.test(url.hostname))) {
    throw new InvalidOptionError(option, pattern, "write each pattern as scheme://host[:port][/path] with * wildcards");
  }
  return {
    protocol,
    host: host && bareHost(url),
    subdomains: subdomains !== undefined,
    port: port === "*" ? undefined : port === undefined ? "" : String(Number(port)),
    path: path && plainPath(url),
  };
}

/**
 * Whether a URL matches a pattern.
 *
 * @param pattern As {@linkcode parseUrlPattern} returned it.
 * @param url An http(s) URL.
 * @param anyForm Whether an address also matches where one of the two is IPv4 and the other may be translated to it, as
 * `[64:ff9b:1::1.2.3.4]` to `1.2.3.4`. Defaults to no, for a list that is to grant nothing by a guess.
 */
export function matchesUrl(pattern: UrlPattern, url: URL, anyForm = false): boolean {
  if (pattern.protocol !== undefined && pattern.protocol !== url.protocol) return false;
  const defaultPort = DEFAULT_PORTS[url.protocol] ?? "";
  if (pattern.port !== undefined && (pattern.port || defaultPort) !== (url.port || defaultPort)) return false;
  if (pattern.host !== undefined && !matchesHost(pattern.host, pattern.subdomains, bareHost(url), anyForm)) {
    return false;
  }
  return pattern.path === undefined || matchesPath(pattern.path, plainPath(url));
}

function matchesHost(known: string, subdomains: boolean, host: string, anyForm: boolean): boolean {
  if (subdomains) return host.endsWith(`.${known}`);
  return known === host || (anyForm && hostForms(known).some((form) => hostForms(host).includes(form)));
}

/** The host of a URL without trailing dots: `example.com.` is the same host as `example.com`. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/\.+$/, "");
}

/**
 * A host with its port, in the form in which hosts are counted: `example.com.:8080` is `example.com:8080`.
 *
 * @param host As in `URL.host`.
 */
export function countedHost(host: string): string {
  return host.replace(/\.+(?=:\d+$|$)/, "");
}

/** The path with needless percent-encoding undone, so that `/%61dmin` is `/admin`. */
function plainPath(url: URL): string {
  return url.pathname.replace(/%[\da-f]{2}/gi, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : code.toUpperCase();
  });
}

/** Matches `*` wildcards from left to right in time linear in the path for each piece, without backtracking. */
function matchesPath(pattern: string, path: string): boolean {
  const [first, ...pieces] = pattern.split("*");
  const last = pieces.pop();
  if (last === undefined) return path === first;
  if (!path.startsWith(first) || !path.endsWith(last)) return false;
  let from = first.length;
  for (const piece of pieces) {
    const at = path.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return from + last.length <= path.length;
}
