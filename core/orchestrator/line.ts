/**
 * Who is next.
 *
 * @module
 */
import { PRIORITIES } from "../requests/route.ts";
import { HostGate } from "./host_gate.ts";
import type { HostStatistics } from "./orchestrator_events.ts";
import type { OrchestratorLimits } from "./orchestrator_options.ts";
import type { EntryHead } from "./orchestrator_rows.ts";

/** What stands in line: its place, its priority and its host count. */
export type Standing = Pick<EntryHead, "key" | "meta">;

/** What is known of one host. */
interface Host<T> {
  readonly gate: HostGate;
  /** Who waits for it, the next one first. */
  readonly queue: T[];
}

/** Hosts beyond which those are forgotten of which nothing needs to be known. */
const MAX_HOSTS = 1_000;

/** Requests in the order in which they may begin: by priority, then by arrival, skipping hosts that are not ready. */
export class Line<T extends Standing> {
  readonly #limits: Pick<OrchestratorLimits, "host">;
  readonly #hosts = new Map<string, Host<T>>();

  /** Creates it empty. */
  constructor(limits: Pick<OrchestratorLimits, "host">) {
    this.#limits = limits;
  }

  /** Takes its place, by its id: what comes back after a failed try stands where it stood. */
  add(entry: T): void {
    const { queue } = this.#host(entry);
    queue.splice(queue.findLastIndex((other) => isBefore(other, entry)) + 1, 0, entry);
  }

  /** Leaves, if it stood in line. */
  remove(entry: T): void {
    const { queue } = this.#host(entry);
    const at = queue.indexOf(entry);
    if (at >= 0) queue.splice(at, 1);
  }

  /** The gate of the host to which a request goes. */
  gate(entry: T): HostGate {
    return this.#host(entry).gate;
  }

  /**
   * The next one that may begin; it stays in line.
   *
   * @param now In milliseconds since the epoch.
   * @returns `undefined` when every host in line has to wait.
   */
  next(now: number): T | undefined {
    let first: T | undefined;
    for (const [host, { gate, queue }] of this.#hosts) {
      if (queue.length === 0) {
        if (this.#hosts.size > MAX_HOSTS && gate.isIdle(now)) this.#hosts.delete(host);
      } else if ((first === undefined || isBefore(queue[0], first)) && gate.readyAt(now) <= now) {
        first = queue[0];
      }
    }
    return first;
  }

  /** When the next one may begin, in milliseconds since the epoch; `Infinity`: not before something else has ended. */
  readyAt(now: number): number {
    let at = Infinity;
    for (const { gate, queue } of this.#hosts.values()) {
      if (queue.length > 0) at = Math.min(at, gate.readyAt(now));
    }
    return at;
  }

  /** What each host's requests do. */
  statistics(now: number): Record<string, HostStatistics> {
    return Object.fromEntries([...this.#hosts].map(([host, { gate, queue }]) => {
      return [host, { queued: queue.length, inFlight: gate.inFlight, breaker: gate.breaker(now) }];
    }));
  }

  #host({ meta }: T): Host<T> {
    const known = this.#hosts.get(meta.host);
    if (known !== undefined) return known;
    const host = { gate: new HostGate(this.#limits.host(meta.host)), queue: [] };
    this.#hosts.set(meta.host, host);
    return host;
  }
}

/** Ids in their order are the order of arrival. */
function isBefore(one: Standing, other: Standing): boolean {
  const urgency = PRIORITIES.indexOf(one.meta.priority) - PRIORITIES.indexOf(other.meta.priority);
  return urgency < 0 || (urgency === 0 && one.key.id < other.key.id);
}
