/**
 * Virtual time: what happens, happens because this queue says so.
 *
 * @module
 */

/** Something that will happen. */
interface Entry {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** How often to yield until every promise that can settle has; the longest chain in a fetch is some 30 links. */
const TURNS = 60;

/** The one timeline of a simulation. */
export class VirtualTime {
  readonly #heap: Entry[] = [];
  #order = 0;
  #now: number;

  /** Starts at an instant, in milliseconds since the epoch. */
  constructor(now: number) {
    this.#now = now;
  }

  /** The true time, in milliseconds since the epoch; an actor's clock may differ. */
  get now(): number {
    return this.#now;
  }

  /** When the next thing happens, or `undefined` when nothing will. */
  get next(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.at;
  }

  /** Lets `run` happen in `ms` milliseconds. @returns A function that prevents it. */
  after(ms: number, run: () => void): () => void {
    const entry: Entry = { at: this.#now + Math.max(0, ms), order: this.#order++, run };
    this.#push(entry);
    return () => entry.run = undefined;
  }

  /** Moves on to an instant before which nothing happens. */
  advance(to: number): void {
    this.#now = Math.max(this.#now, to);
  }

  /** Lets the next thing happen, if it is due by `until`; else moves on to `until`. Tells whether something happened. */
  step(until: number): boolean {
    this.#dropCancelled();
    const entry = this.#heap[0];
    if (entry === undefined || entry.at > until) {
      this.#now = Math.max(this.#now, until);
      return false;
    }
    this.#pop();
    this.#now = Math.max(this.#now, entry.at);
    entry.run?.();
    return true;
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0].run === undefined) this.#pop();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(heap[at], heap[parent])) return;
      [heap[at], heap[parent]] = [heap[parent], heap[at]];
      at = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0;;) {
      const left = 2 * at + 1;
      let least = at;
      for (const child of [left, left + 1]) {
        if (child < heap.length && before(heap[child], heap[least])) least = child;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least], heap[at]];
      at = least;
    }
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Lets every promise settle that can, without real time and in the same order each time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await undefined;
}
