import { testCaught } from "../caught.ts";
import { ListStorage, type Snapshot } from "../list_storage.ts";

/** Knows no savepoints: a nested transaction is part of the outer one. */
class Flat extends ListStorage {
  override transaction<T>(run: () => T): T {
    return this.depth > 0 ? run() : super.transaction(run);
  }
}

/** Commits all when a nested transaction commits. */
class CommitsEarly extends ListStorage {
  #committed: Snapshot | undefined;

  override transaction<T>(run: () => T): T {
    const result = super.transaction(run);
    this.#committed = this.depth > 0 ? this.snapshot() : undefined;
    return result;
  }

  override restore(snapshot: Snapshot): void {
    super.restore(this.#committed ?? snapshot);
    this.#committed = undefined;
  }
}

/** Undoes the outer transaction with the nested one. */
class UndoesAll extends ListStorage {
  #outermost: Snapshot | undefined;

  override snapshot(): Snapshot {
    if (this.depth === 0) this.#outermost = super.snapshot();
    return super.snapshot();
  }

  override restore(snapshot: Snapshot): void {
    super.restore(this.#outermost ?? snapshot);
  }
}

/** Undoes to the latest savepoint that was set, even when that one has ended. */
class WrongSavepoint extends ListStorage {
  #latest: Snapshot | undefined;

  override snapshot(): Snapshot {
    return this.#latest = super.snapshot();
  }

  override restore(snapshot: Snapshot): void {
    super.restore(this.depth > 1 ? this.#latest ?? snapshot : snapshot);
  }
}

/** Follows two levels and no more. */
class TwoLevels extends ListStorage {
  override transaction<T>(run: () => T): T {
    return this.depth > 1 ? run() : super.transaction(run);
  }
}

testCaught(
  "savepoints that are none",
  () => new Flat(),
  "savepoint: only the nested part is undone when its error is caught",
);
testCaught(
  "a nested commit that is final",
  () => new CommitsEarly(),
  "savepoint: a nested transaction is undone with the outer one",
);
testCaught(
  "a nested error that undoes all",
  () => new UndoesAll(),
  "savepoint: only the nested part is undone when its error is caught",
);
testCaught(
  "a rollback to a savepoint that has ended",
  () => new WrongSavepoint(),
  "savepoint: five deep, undone from the third",
);
testCaught("savepoints of two levels", () => new TwoLevels(), "savepoint: five deep, undone from the third");
