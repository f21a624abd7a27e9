/**
 * A storage that dies with its object, runs full, and counts.
 *
 * @module
 */
import { DozeError } from "../../core/errors.ts";
import type { Row, RowKey, Storage } from "../../core/storage.ts";

/** Thrown into a simulated object when the platform takes it away. */
export class ObjectLostError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "ObjectLostError";
  /** Always `"OBJECT_LOST"`. */
  readonly code = "OBJECT_LOST";

  /** Creates the error. */
  constructor() {
    super("Cannot use the storage: the simulated object is lost, run in the next one, got a call from the old one");
  }
}

/** Thrown by a simulated storage that has no room. */
export class StorageFullError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "StorageFullError";
  /** Always `"STORAGE_FULL"`. */
  readonly code = "STORAGE_FULL";

  /** Creates the error. */
  constructor() {
    super("Cannot insert the row: the simulated storage is full, make room, got one more row");
  }
}

/** What survives objects: faults to come, and the account. */
export interface DiskState {
  /** Operations until the object is lost; `undefined`: it is not going to be. */
  crashIn: number | undefined;
  /** Inserts that will fail. */
  full: number;
  /** Inserts that have failed. */
  refused: number;
  /** Rows written, as Cloudflare counts them; alarms not included. */
  rowsWritten: number;
  /** How often the alarm was set. */
  alarmsSet: number;
}

/** One object's handle on the storage. */
export class ShakyStorage implements Storage {
  readonly #disk: Storage;
  readonly #state: DiskState;
  readonly #onLost: () => void;
  #alive = true;
  #depth = 0;

  /** Opens a handle; `onLost` hears that the object is lost. */
  constructor(disk: Storage, state: DiskState, onLost: () => void) {
    this.#disk = disk;
    this.#state = state;
    this.#onLost = onLost;
  }

  /** Closes the handle for good: the object is lost. */
  kill(): void {
    this.#alive = false;
  }

  /** Whether a transaction is open, which may be undone. */
  get isInTransaction(): boolean {
    return this.#depth > 0;
  }

  /** Counts as a write, for what does not go through the port. */
  touch(): void {
    this.#step(true);
  }

  /** As {@linkcode Storage.insert}. */
  insert(row: Row): void {
    this.#step(true);
    if (this.#state.full > 0) {
      this.#state.full--;
      this.#state.refused++;
      throw new StorageFullError();
    }
    this.#disk.insert(row);
    this.#state.rowsWritten += row.named ? 2 : 1;
  }

  /** As {@linkcode Storage.get}. */
  get(key: RowKey): Row | undefined {
    this.#step();
    return this.#disk.get(key);
  }

  /** As {@linkcode Storage.find}. */
  find(id: string): Row | undefined {
    this.#step();
    return this.#disk.find(id);
  }

  /** As {@linkcode Storage.take}. */
  take(key: RowKey): Row | undefined {
    this.#step(true);
    const row = this.#disk.take(key);
    if (row !== undefined) this.#state.rowsWritten += 1;
    return row;
  }

  /** As {@linkcode Storage.move}. */
  move(key: RowKey, row: Row): boolean {
    this.#step(true);
    const moved = this.#disk.move(key, row);
    if (moved) this.#state.rowsWritten += 1;
    return moved;
  }

  /** As {@linkcode Storage.due}. */
  due(upTo: number, limit: number, after?: RowKey): Row[] {
    this.#step();
    return this.#disk.due(upTo, limit, after);
  }

  /** As {@linkcode Storage.first}. */
  first(): RowKey | undefined {
    this.#step();
    return this.#disk.first();
  }

  /** As {@linkcode Storage.count}. */
  count(from: number, upTo: number): number {
    this.#step();
    return this.#disk.count(from, upTo);
  }

  /** As {@linkcode Storage.transaction}. The object may be lost before it, within it or after it. */
  transaction<T>(run: () => T): T {
    this.#step(this.#depth === 0);
    this.#depth++;
    try {
      return this.#disk.transaction(() => {
        const result = run();
        if (!this.#alive) throw new ObjectLostError();
        return result;
      });
    } finally {
      this.#depth--;
    }
  }

  /** As {@linkcode Storage.armedAt}. */
  armedAt(): number | undefined {
    this.#step();
    return this.#disk.armedAt();
  }

  /** As {@linkcode Storage.arm}. */
  arm(at: number): void {
    this.#step(true);
    this.#disk.arm(at);
    this.#state.alarmsSet += 1;
  }

  /** As {@linkcode Storage.disarm}. */
  disarm(): void {
    this.#step(true);
    this.#disk.disarm();
  }

  #step(counts = false): void {
    if (this.#alive && counts && this.#state.crashIn !== undefined && --this.#state.crashIn <= 0) {
      this.#state.crashIn = undefined;
      this.#alive = false;
      this.#onLost();
    }
    if (!this.#alive) throw new ObjectLostError();
  }
}
