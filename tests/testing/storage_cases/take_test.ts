import type { Row, RowKey } from "@doze/fetch";
import { testCaught } from "../caught.ts";
import { ListStorage } from "../list_storage.ts";

/** Gives the same row to two callers. */
class DoubleTake extends ListStorage {
  #last: Row | undefined;

  override take(key: RowKey): Row | undefined {
    const row = super.take(key) ?? (this.#last?.due === key.due && this.#last.id === key.id ? this.#last : undefined);
    this.#last = row;
    return row;
  }
}

/** Reads the row and leaves it. */
class Peeking extends ListStorage {
  override take(key: RowKey): Row | undefined {
    return this.get(key);
  }
}

/** Removes every row with the id. */
class Greedy extends ListStorage {
  override take(key: RowKey): Row | undefined {
    const row = this.get(key);
    if (row) this.rows = this.rows.filter((each) => each.id !== key.id);
    return row;
  }
}

/** Removes every row with the due. */
class GreedyByDue extends ListStorage {
  override take(key: RowKey): Row | undefined {
    const row = this.get(key);
    if (row) this.rows = this.rows.filter((each) => each.due !== key.due);
    return row;
  }
}

/** Gives the key and not the row. */
class KeyOnly extends ListStorage {
  override take(key: RowKey): Row | undefined {
    const row = super.take(key);
    return row && { ...row, kind: "", payload: "" };
  }
}

/** Keeps an index of names that takes do not clean. */
class StaleIndex extends ListStorage {
  readonly index = new Map<string, Row>();

  override insert(row: Row): void {
    super.insert(row);
    if (row.named) this.index.set(row.id, row);
  }

  override find(id: string): Row | undefined {
    return this.index.get(id);
  }
}

/** Finds rows that are not named. */
class FindsUnnamed extends ListStorage {
  override find(id: string): Row | undefined {
    return super.find(id) ?? this.rows.find((row) => row.id === id);
  }
}

/** Finds the first row with an id, and then asks whether it is named. */
class FindsFirst extends ListStorage {
  override find(id: string): Row | undefined {
    const row = this.rows.find((each) => each.id === id);
    return row?.named ? row : undefined;
  }
}

/** Finds by the beginning of an id. */
class FindsPrefix extends ListStorage {
  override find(id: string): Row | undefined {
    return super.find(id) ?? this.rows.find((row) => row.named && row.id.startsWith(id));
  }
}

/** Finds, and removes. */
class FindsAway extends ListStorage {
  override find(id: string): Row | undefined {
    const row = super.find(id);
    if (row) this.take(row);
    return row;
  }
}

testCaught("a row that is taken twice", () => new DoubleTake(), "take: the second of two gets nothing");
testCaught("a take that leaves the row", () => new Peeking(), "take: returns the whole row and removes it");
testCaught("a take of all with the id", () => new Greedy(), "take: removes only its own row of those with the id");
testCaught(
  "a take of all with the due",
  () => new GreedyByDue(),
  "take: removes only its own row of those with the due",
);
testCaught("a take that gives the key alone", () => new KeyOnly(), "take: returns the whole row and removes it");
testCaught("an index of names that is stale", () => new StaleIndex(), "find: nothing after the row was taken");
testCaught("an id that stays taken", () => new StaleIndex(), "take: frees a named id");
testCaught("a row found that is not named", () => new FindsUnnamed(), "find: never a row that is not named");
testCaught("a named row hidden by another", () => new FindsFirst(), "find: the named row among others with the id");
testCaught("a row found by a part of its id", () => new FindsPrefix(), "find: undefined for an id that is not there");
testCaught("a find that removes", () => new FindsAway(), "find: the row stays");
