/**
 * The demo's cases, and what must come of each.
 *
 * @module
 */

/** One case: a request to make, and what its continuation must be given. */
export interface Case {
  /** Its name; also the name of the object that makes the request. */
  readonly name: string;
  /** What happens, for the reader. */
  readonly title: string;
  /** The class of the object that makes it. */
  readonly kind: "AGENT" | "LATE_AGENT" | "DUPLICATE_AGENT";
  /** What follows the API's address, or `"refused"` for an address at which nothing listens. */
  readonly target: string;
  /** Budget in milliseconds. */
  readonly timeout: number;
  /** Whether the object is evicted as soon as the API has received the request. */
  readonly evict?: boolean;
  /** How many requests the object makes at once. Defaults to 1. */
  readonly count?: number;
  /** What each continuation must be given: a status or an error's code. */
  readonly outcome: string;
  /** How many outcomes must be reported as late. Defaults to 0. */
  readonly late?: number;
}

/** Every case that runs on Cloudflare's runtime, in order. */
export const CASES: readonly Case[] = [
  { name: "ok", title: "a 200 after 0.5 s", kind: "AGENT", target: "/?delay=500", timeout: 5_000, outcome: "200" },
  {
    name: "unavailable",
    title: "a 503 is an answer too",
    kind: "AGENT",
    target: "/?delay=100&status=503",
    timeout: 5_000,
    outcome: "503",
  },
  { name: "refused", title: "nobody listens", kind: "AGENT", target: "refused", timeout: 5_000, outcome: "NETWORK" },
  {
    name: "reset",
    title: "cut off in mid-body",
    kind: "AGENT",
    target: "/reset?delay=100",
    timeout: 5_000,
    outcome: "NETWORK",
  },
  {
    name: "timeout",
    title: "an answer after 3 s, a budget of 1 s",
    kind: "AGENT",
    target: "/?delay=3000",
    timeout: 1_000,
    outcome: "TIMEOUT",
  },
  {
    name: "edge",
    title: "an answer in the last 0.1 s of its budget",
    kind: "AGENT",
    target: "/?delay=1900",
    timeout: 2_000,
    outcome: "200",
  },
  {
    name: "late",
    title: "an answer that loses to the deadline",
    kind: "LATE_AGENT",
    target: "/?delay=100",
    timeout: 500,
    outcome: "TIMEOUT",
    late: 1,
  },
  {
    name: "duplicate",
    title: "each delivery made twice",
    kind: "DUPLICATE_AGENT",
    target: "/?delay=100",
    timeout: 5_000,
    outcome: "200",
  },
  {
    name: "evicted",
    title: "evicted while the fetch is in flight",
    kind: "AGENT",
    target: "/?delay=1500",
    timeout: 5_000,
    evict: true,
    outcome: "200",
  },
  {
    name: "fifty",
    title: "50 at once",
    kind: "AGENT",
    target: "/?delay=1000",
    timeout: 10_000,
    count: 50,
    outcome: "200",
  },
];
