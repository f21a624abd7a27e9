/**
 * The storage that simulations use when they are given none: small, and so plain that it is right at a glance.
 *
 * @module
 */
import { DuplicateIdError } from "../../core/errors.ts";
import { compareKeys, type Row, type RowKey, type Storage } from "../../core/storage.ts";

/** A sorted array that is replaced with each change, so that undoing is keeping the old one. */
export class Disk implements Storage {
  #rows: readonly Row[] = [];
  #armedAt: number | undefined;

  /** As {@linkcode Storage.insert}. */
  insert(row: Row): void {
    if (this.get(row) !== undefined || (row.named && this.find(row.id) !== undefined)) {
      throw new DuplicateIdError(row.id);
    }
    const at = this.#seek(row);
    this.#rows = [...this.#rows.slice(0, at), Object.freeze({ ...row }), ...this.#rows.slice(at)];
  }

  /** As {@linkcode Storage.get}. */
  get(key: RowKey): Row | undefined {
    const row: Row | undefined = this.#rows[this.#seek(key)];
    return row !== undefined && compareKeys(row, key) === 0 ? row : undefined;
  }

  /** As {@linkcode Storage.find}. */
  find(id: string): Row | undefined {
    return this.#rows.find((row) => row.named && row.id === id);
  }

  /** As {@linkcode Storage.take}. */
  take(key: RowKey): Row | undefined {
    const row = this.get(key);
    if (row !== undefined) this.#rows = this.#rows.filter((other) => other !== row);
    return row;
  }

  /** As {@linkcode Storage.move}. */
  move(key: RowKey, row: Row): boolean {
    if (this.get(key) === undefined) return false;
    this.transaction(() => {
      this.take(key);
      this.insert(row);
    });
    return true;
  }

  /** As {@linkcode Storage.due}. */
  due(upTo: number, limit: number, after: RowKey = { due: -Infinity, id: "" }): Row[] {
    const rows: Row[] = [];
    for (let at = this.#seek(after); at < this.#rows.length && rows.length < limit; at++) {
      const row = this.#rows[at];
      if (row.due > upTo) break;
      if (compareKeys(row, after) > 0) rows.push(row);
    }
    return rows;
  }

  /** As {@linkcode Storage.first}. */
  first(): RowKey | undefined {
    return this.#rows[0];
  }

  /** As {@linkcode Storage.count}. */
  count(from: number, upTo: number): number {
    return this.#rows.filter(({ due }) => due >= from && due <= upTo).length;
  }

  /** As {@linkcode Storage.transaction}. */
  transaction<T>(run: () => T): T {
    const before = { rows: this.#rows, armedAt: this.#armedAt };
    try {
      return run();
    } catch (error) {
      this.#rows = before.rows;
      this.#armedAt = before.armedAt;
      throw error;
    }
  }

  /** As {@linkcode Storage.armedAt}. */
  armedAt(): number | undefined {
    return this.#armedAt;
  }

  /** As {@linkcode Storage.arm}. */
  arm(at: number): void {
    this.#armedAt = at;
  }

  /** As {@linkcode Storage.disarm}. */
  disarm(): void {
    this.#armedAt = undefined;
  }

  /** Where a key is, or would be. */
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
