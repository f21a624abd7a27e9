/**
 * Which way a fetch goes.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { checkChoice, checkNames } from "../option_checks.ts";

/** A way to run a fetch: in the object itself, in a Worker, through a queue, or through an orchestrator. */
export type StrategyName = "direct" | "worker" | "queue" | "orchestrated";

/** How urgent a request is: all that is `"high"` goes before what is `"normal"`, and that before what is `"low"`. */
export type Priority = "high" | "normal" | "low";

/** A way to run a fetch, with what an orchestrator needs to know. Plain data, so that it travels with the job. */
export interface Route {
  /** The way. */
  readonly strategy: StrategyName;
  /** How urgent the request is in its orchestrator. Default: `"normal"`. */
  readonly priority?: Priority;
  /** Which orchestrator: an instance's name, or `"host"` for one instance for each host. Default: `"default"`. */
  readonly shard?: string;
}

/** The strategies. */
const STRATEGIES: readonly unknown[] = ["direct", "worker", "queue", "orchestrated"];

/** The priorities, most urgent first. */
export const PRIORITIES: readonly Priority[] = ["high", "normal", "low"];

/**
 * Reads the option `via`.
 *
 * @param via A strategy, a {@linkcode Route}, or `"auto"`.
 * @returns The route, or `undefined` for `"auto"` and for nothing.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for anything else.
 */
export function readRoute(via: unknown): Route | undefined {
  if (via === undefined || via === "auto") return undefined;
  const route: Record<string, unknown> = typeof via === "object" && via !== null ? { ...via } : { strategy: via };
  const { strategy, priority, shard } = route;
  checkNames("via.", route, { strategy, priority, shard });
  if (!STRATEGIES.includes(strategy)) {
    throw new InvalidOptionError("via", strategy, 'pass "auto", "direct", "worker", "queue" or "orchestrated"');
  }
  if (priority !== undefined) checkChoice("via.priority", priority, PRIORITIES);
  if (shard !== undefined && (typeof shard !== "string" || shard === "")) {
    throw new InvalidOptionError("via.shard", shard, "pass an orchestrator's name");
  }
  return route as unknown as Route;
}
