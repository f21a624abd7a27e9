/**
 * A storage that passes everything on, for one that changes a part of it.
 *
 * @module
 */
import type { Row, RowKey, Storage } from "./storage.ts";

/** Passes every call on to another storage. Extend it and override what is to be different. */
export class ForwardingStorage implements Storage {
  readonly #inner: Storage;

  /** Wraps a storage. */
  constructor(inner: Storage) {
    this.#inner = inner;
  }

  /** As {@linkcode Storage.insert}. */
  insert(row: Row): void {
    this.#inner.insert(row);
  }

  /** As {@linkcode Storage.get}. */
  get(key: RowKey): Row | undefined {
    return this.#inner.get(key);
  }

  /** As {@linkcode Storage.find}. */
  find(id: string): Row | undefined {
    return this.#inner.find(id);
  }

  /** As {@linkcode Storage.take}. */
  take(key: RowKey): Row | undefined {
    return this.#inner.take(key);
  }

  /** As {@linkcode Storage.move}. */
  move(key: RowKey, row: Row): boolean {
    return this.#inner.move(key, row);
  }

  /** As {@linkcode Storage.due}. */
  due(upTo: number, limit: number, after?: RowKey): Row[] {
    return this.#inner.due(upTo, limit, after);
  }

  /** As {@linkcode Storage.first}. */
  first(): RowKey | undefined {
    return this.#inner.first();
  }

  /** As {@linkcode Storage.count}. */
  count(from: number, upTo: number): number {
    return this.#inner.count(from, upTo);
  }

  /** As {@linkcode Storage.transaction}. */
  transaction<T>(run: () => T): T {
    return this.#inner.transaction(run);
  }

  /** As {@linkcode Storage.armedAt}. */
  armedAt(): number | undefined {
    return this.#inner.armedAt();
  }

  /** As {@linkcode Storage.arm}. */
  arm(at: number): void {
    this.#inner.arm(at);
  }

  /** As {@linkcode Storage.disarm}. */
  disarm(): void {
    this.#inner.disarm();
  }
}
