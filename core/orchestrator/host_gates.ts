/**
 * The gates of all hosts.
 *
 * @module
 */
import { HostGate } from "./host_gate.ts";
import type { HostStatistics } from "./orchestrator_events.ts";
import type { OrchestratorLimits } from "./orchestrator_options.ts";

/** Hosts beyond which those are forgotten of which nothing needs to be known. */
const MAX_HOSTS = 1_000;

/** One gate for each host. */
export class HostGates {
  readonly #limits: Pick<OrchestratorLimits, "host">;
  readonly #gates = new Map<string, HostGate>();

  /** Creates it without any host. */
  constructor(limits: Pick<OrchestratorLimits, "host">) {
    this.#limits = limits;
  }

  /**
   * The gate of a host.
   *
   * @param host As in `URL.host`.
   * @param now In milliseconds since the epoch.
   */
  of(host: string, now: number): HostGate {
    const known = this.#gates.get(host);
    if (known !== undefined) return known;
    if (this.#gates.size >= MAX_HOSTS) this.#forget(now);
    const gate = new HostGate(this.#limits.host(host));
    this.#gates.set(host, gate);
    return gate;
  }

  /**
   * What each host's requests do.
   *
   * @param queued How many requests stand in line for each host.
   * @param now In milliseconds since the epoch.
   */
  statistics(queued: ReadonlyMap<string, number>, now: number): Record<string, HostStatistics> {
    const hosts = new Set([...queued.keys(), ...this.#gates.keys()]);
    return Object.fromEntries([...hosts].map((host) => {
      const gate = this.#gates.get(host);
      const breaker = gate?.breaker(now) ?? "closed";
      return [host, { queued: queued.get(host) ?? 0, inFlight: gate?.inFlight ?? 0, breaker }];
    }));
  }

  #forget(now: number): void {
    for (const [host, gate] of this.#gates) {
      if (gate.isIdle(now)) this.#gates.delete(host);
    }
  }
}
