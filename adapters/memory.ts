/**
 * The reference storage, in memory: copy it to write your own.
 *
 * @module
 */
import { DuplicateIdError } from "../core/errors.ts";
import { compareKeys, type Row, type RowKey, type Storage } from "../core/storage.ts";
export type { Row, RowKey, Storage } from "../core/storage.ts";

/** A {@linkcode Storage} in memory, gone with the process: one sorted array, in which a change shifts what follows. */
export class MemoryStorage implements Storage {
  readonly #rows: Row[] = [];
  readonly #named = new Map<string, Row>();
  readonly #undo: [taken: Row | undefined, put: Row | undefined][] = [];
  readonly #onArm: (at: number | undefined) => void;
  #depth = 0;
  #alarm: { at?: number } = {};
  #told = this.#alarm;

  /** Creates an empty storage; `onArm` hears the alarm's time after each outermost commit that set or unset it. */
  constructor(options: { onArm?: (at: number | undefined) => void } = {}) {
    this.#onArm = options.onArm ?? (() => {});
  }
  /** As {@linkcode Storage.insert}. */ insert(row: Row): void {
    if (this.get(row) || (row.named && this.find(row.id))) throw new DuplicateIdError(row.id);
    this.#change(undefined, Object.freeze({ ...row }));
  }
  /** As {@linkcode Storage.get}. */ get(key: RowKey): Row | undefined {
    const row = this.#rows[this.#seek(key)];
    return row !== undefined && compareKeys(row, key) === 0 ? row : undefined;
  }
  /** As {@linkcode Storage.find}. */ find(id: string): Row | undefined {
    return this.#named.get(id);
  }
  /** As {@linkcode Storage.take}. */ take(key: RowKey): Row | undefined {
    const row = this.get(key);
    if (row !== undefined) this.#change(row, undefined);
    return row;
  }
  /** As {@linkcode Storage.move}. */ move(key: RowKey, row: Row): boolean {
    const old = this.get(key);
    if (old === undefined) return false;
    if (compareKeys(key, row) !== 0 && this.get(row)) throw new DuplicateIdError(row.id);
    this.#change(old, Object.freeze({ ...row }));
    return true;
  }
  /** As {@linkcode Storage.due}. */ due(upTo: number, limit: number, after?: RowKey): Row[] {
    const start = after === undefined ? 0 : this.#seek(after) + (this.get(after) ? 1 : 0);
    return this.#rows.slice(start, Math.min(start + limit, this.#seek({ due: Math.floor(upTo) + 1, id: "" })));
  }
  /** As {@linkcode Storage.first}. */ first(): RowKey | undefined {
    return this.#rows[0];
  }
  /** As {@linkcode Storage.count}. */ count(from: number, upTo: number): number {
    return Math.max(0, this.#seek({ due: Math.floor(upTo) + 1, id: "" }) - this.#seek({ due: from, id: "" }));
  }
  /** As {@linkcode Storage.transaction}. */ transaction<T>(run: () => T): T {
    const [mark, alarm] = [this.#undo.length, this.#alarm];
    this.#depth++;
    try {
      return run();
    } catch (error) {
      for (const [taken, put] of this.#undo.slice(mark).reverse()) this.#change(put, taken);
      this.#undo.length = mark;
      this.#alarm = alarm;
      throw error;
    } finally {
      if (--this.#depth === 0) this.#undo.length = 0;
      if (this.#depth === 0 && this.#alarm !== this.#told) this.#onArm((this.#told = this.#alarm).at);
    }
  }
  /** As {@linkcode Storage.armedAt}. */ armedAt(): number | undefined {
    return this.#alarm.at;
  }
  /** As {@linkcode Storage.arm}. */ arm(at: number | undefined): void {
    this.transaction(() => this.#alarm = { at });
  }
  /** As {@linkcode Storage.disarm}. */ disarm(): void {
    this.arm(undefined);
  }
  #change(taken: Row | undefined, put: Row | undefined): void {
    if (this.#depth > 0) this.#undo.push([taken, put]);
    if (taken !== undefined) this.#rows.splice(this.#seek(taken), 1);
    if (put !== undefined) this.#rows.splice(this.#seek(put), 0, put);
    if (taken?.named) this.#named.delete(taken.id);
    if (put?.named) this.#named.set(put.id, put);
  }
  #seek(key: RowKey): number {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.#rows[middle], key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
