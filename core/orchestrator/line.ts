/**
 * Who is next.
 *
 * @module
 */

import { PRIORITIES, type Priority } from "../requests/route.ts";

/** What stands in line. */
export interface InLine {
  /** Its place: ids in their order are the order of arrival. */
  readonly id: string;
  /** How urgent it is. */
  readonly priority: Priority;
  /** Where it goes. */
  readonly host: string;
}

/** Requests in the order in which they may begin: by priority, then by arrival, skipping hosts that are not ready. */
export class Line<T extends InLine> {
  readonly #hosts = new Map<Priority, Map<string, T[]>>(PRIORITIES.map((priority) => [priority, new Map()]));
  #size = 0;

  /** How many stand in line. */
  get size(): number {
    return this.#size;
  }

  /** Takes its place, by its id: what comes back after a failed try stands where it stood. */
  add(entry: T): void {
    const hosts = this.#hosts.get(entry.priority)!;
    const queue = hosts.get(entry.host) ?? [];
    let at = queue.length;
    while (at > 0 && queue[at - 1].id > entry.id) at--;
    queue.splice(at, 0, entry);
    hosts.set(entry.host, queue);
    this.#size++;
  }

  /** Leaves; tells whether it stood in line. */
  remove(entry: T): boolean {
    const hosts = this.#hosts.get(entry.priority)!;
    const queue = hosts.get(entry.host);
    const at = queue?.indexOf(entry) ?? -1;
    if (queue === undefined || at < 0) return false;
    queue.splice(at, 1);
    if (queue.length === 0) hosts.delete(entry.host);
    this.#size--;
    return true;
  }

  /**
   * Takes the next one out of the line.
   *
   * @param ready Whether a host may be asked.
   * @returns `undefined` when every host in line has to wait.
   */
  next(ready: (host: string) => boolean): T | undefined {
    for (const hosts of this.#hosts.values()) {
      let first: T | undefined;
      for (const [host, queue] of hosts) {
        if ((first === undefined || queue[0].id < first.id) && ready(host)) first = queue[0];
      }
      if (first === undefined) continue;
      this.remove(first);
      return first;
    }
    return undefined;
  }

  /** How many stand in line for each host. */
  byHost(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const hosts of this.#hosts.values()) {
      for (const [host, queue] of hosts) counts.set(host, (counts.get(host) ?? 0) + queue.length);
    }
    return counts;
  }
}
