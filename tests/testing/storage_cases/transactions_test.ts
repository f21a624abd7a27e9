import type { Row, RowKey } from "@doze/fetch";
import { testCaught } from "../caught.ts";
import { ListStorage, type Snapshot } from "../list_storage.ts";

/** Undoes nothing. */
class NoRollback extends ListStorage {
  override restore(): void {}
}

/** Undoes inserts, but does not bring back what was taken. */
class PartialRollback extends ListStorage {
  override restore(snapshot: Snapshot): void {
    super.restore({ ...snapshot, rows: snapshot.rows.filter((row) => this.get(row) !== undefined) });
  }
}

/** Undoes the last change only. */
class LastOnly extends ListStorage {
  #before: Row[] = [];

  override insert(row: Row): void {
    const before = this.rows;
    super.insert(row);
    this.#before = before;
  }

  override take(key: RowKey): Row | undefined {
    this.#before = this.rows;
    return super.take(key);
  }

  override restore(snapshot: Snapshot): void {
    super.restore({ ...snapshot, rows: this.#before });
  }
}

/** Keeps what `first` has read, until the next write. */
class CachedFirst extends ListStorage {
  #first: RowKey | undefined;

  override first(): RowKey | undefined {
    return this.#first ??= super.first();
  }

  override insert(row: Row): void {
    super.insert(row);
    this.#first = undefined;
  }

  override take(key: RowKey): Row | undefined {
    this.#first = undefined;
    return super.take(key);
  }

  override move(key: RowKey, row: Row): boolean {
    this.#first = undefined;
    return super.move(key, row);
  }
}

/** Keeps a count that transactions do not follow. */
class CachedCount extends ListStorage {
  #total = 0;

  override insert(row: Row): void {
    super.insert(row);
    this.#total++;
  }

  override take(key: RowKey): Row | undefined {
    const row = super.take(key);
    if (row) this.#total--;
    return row;
  }

  override count(from: number, upTo: number): number {
    return from === 0 && upTo === 9 ? this.#total : super.count(from, upTo);
  }
}

/** Throws an error of its own. */
class Wrapping extends ListStorage {
  override transaction<T>(run: () => T): T {
    try {
      return super.transaction(run);
    } catch (error) {
      throw this.depth > 0 ? error : new RangeError("the transaction failed", { cause: error });
    }
  }
}

/** Swallows what is thrown when it is falsy. */
class Swallowing extends ListStorage {
  override transaction<T>(run: () => T): T {
    let result: T | undefined;
    try {
      result = super.transaction(run);
    } catch (error) {
      if (error) throw error;
    }
    return result as T;
  }
}

/** Returns nothing. */
class Mute extends ListStorage {
  override transaction<T>(run: () => T): T {
    super.transaction(run);
    return undefined as T;
  }
}

/** Writes only at the end, so that reads inside do not see it. */
class Deferred extends ListStorage {
  #queue: (() => void)[] = [];

  override insert(row: Row): void {
    if (this.depth === 0 || this.get(row)) super.insert(row);
    else this.#queue.push(() => super.insert(row));
  }

  override transaction<T>(run: () => T): T {
    this.#queue = [];
    const result = super.transaction(run);
    for (const write of this.#queue) write();
    return result;
  }
}

/** Gives the whole transaction up when one insert is refused. */
class Spoiled extends ListStorage {
  #spoiled = false;

  override insert(row: Row): void {
    try {
      super.insert(row);
    } catch (error) {
      this.#spoiled = true;
      throw error;
    }
  }

  override transaction<T>(run: () => T): T {
    this.#spoiled = false;
    const before = this.snapshot();
    const result = super.transaction(run);
    if (this.#spoiled) this.restore(before);
    return result;
  }
}

/** Remembers each named id that a transaction has used. */
class Sticky extends ListStorage {
  readonly #used = new Set<string>();

  override insert(row: Row): void {
    if (this.depth > 0 && row.named) this.#used.add(row.id);
    super.insert(row);
  }

  override find(id: string): Row | undefined {
    const row = super.find(id);
    return row ?? (this.#used.has(id) ? { due: 1, id, kind: "", payload: "", named: true } : undefined);
  }
}

testCaught("a transaction that undoes nothing", () => new NoRollback(), "transaction: an insert is undone");
testCaught("a rollback in part", () => new PartialRollback(), "transaction: a take is undone");
testCaught(
  "a rollback of the last change alone",
  () => new LastOnly(),
  "transaction: everything is undone, the first change as well as the last",
);
testCaught("a dirty read of the first row", () => new CachedFirst(), "transaction: no read sees what was undone");
testCaught("a dirty count", () => new CachedCount(), "transaction: no read sees what was undone");
testCaught(
  "an error that is wrapped",
  () => new Wrapping(),
  "transaction: throws the very value that was thrown inside",
);
testCaught(
  "an error that is swallowed",
  () => new Swallowing(),
  "transaction: throws the very value that was thrown inside",
);
testCaught("a result that is lost", () => new Mute(), "transaction: returns what was returned inside");
testCaught("writes that are not seen inside", () => new Deferred(), "transaction: sees its own writes");
testCaught(
  "a refused insert that spoils the rest",
  () => new Spoiled(),
  "transaction: a refused insert, caught inside, spoils nothing",
);
testCaught("an id that stays taken after all is undone", () => new Sticky(), "transaction: an insert is undone");
