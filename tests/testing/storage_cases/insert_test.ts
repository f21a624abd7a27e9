import type { Row, RowKey } from "@doze/fetch";
import { testCaught } from "../caught.ts";
import { ListStorage } from "../list_storage.ts";

/** Overwrites the row at a key that is taken. */
class Overwriting extends ListStorage {
  override insert(row: Row): void {
    this.take(row);
    super.insert(row);
  }
}

/** Says nothing of a key that is taken, and keeps the first. */
class Silent extends ListStorage {
  override insert(row: Row): void {
    if (this.get(row) === undefined) super.insert(row);
  }
}

/** Loses one write in two. */
class Losing extends ListStorage {
  #inserts = 0;

  override insert(row: Row): void {
    if (++this.#inserts % 2 === 1) super.insert(row);
  }
}

/** Checks a named id only at the same due. */
class NamesPerDue extends ListStorage {
  override insert(row: Row): void {
    super.insert({ ...row, named: false });
    this.rows = this.rows.map((each) => each.due === row.due && each.id === row.id ? { ...row } : each);
  }
}

/** Treats every id as a name. */
class AllUnique extends ListStorage {
  override insert(row: Row): void {
    super.insert(row);
    if (this.rows.filter((each) => each.id === row.id).length > 1) this.rows = this.rows.filter((each) => each !== row);
    if (this.rows.some((each) => each.id === row.id && each.due !== row.due)) this.take(row);
  }
}

/** Stores a refused row before it refuses. */
class RefusingLate extends ListStorage {
  override insert(row: Row): void {
    if (row.named && this.find(row.id) && !this.get(row)) this.rows.push({ ...row, named: false });
    super.insert(row);
  }
}

/** Keeps the caller's object. */
class Sharing extends ListStorage {
  override insert(row: Row): void {
    super.insert(row);
    this.rows = this.rows.map((each) => each.due === row.due && each.id === row.id ? row : each);
  }
}

/** Forgets the kind. */
class Forgetful extends ListStorage {
  override insert(row: Row): void {
    super.insert({ ...row, kind: "once" });
  }
}

/** Gives `named` as SQLite stores it. */
class Numeric extends ListStorage {
  override get(key: RowKey): Row | undefined {
    const row = super.get(key);
    return row && Object.assign({ ...row }, { named: Number(row.named) });
  }
}

/** Looks only at the id. */
class ById extends ListStorage {
  override get(key: RowKey): Row | undefined {
    return this.rows.find((row) => row.id === key.id);
  }
}

testCaught("a write that is lost", () => new Losing(), "due: ordered by due before id");
testCaught("an insert that overwrites", () => new Overwriting(), "insert: a refused row leaves the first as it was");
testCaught("an insert that says nothing", () => new Silent(), "insert: a key that is taken is refused");
testCaught(
  "a named id that is checked only at its due",
  () => new NamesPerDue(),
  "insert: a second named row with the id is refused at any due",
);
testCaught("every id taken for a name", () => new AllUnique(), "insert: rows that are not named may share an id");
testCaught(
  "a refused row that is stored",
  () => new RefusingLate(),
  "insert: a refused named row leaves nothing behind",
);
testCaught(
  "a row shared with its writer",
  () => new Sharing(),
  "insert: changing the object afterwards changes nothing stored",
);
testCaught("a kind that is forgotten", () => new Forgetful(), "insert: a row is got back, field by field");
testCaught("named as a number", () => new Numeric(), "insert: named comes back as a boolean");
testCaught("a get by id alone", () => new ById(), "get: only the row at just that due and id");
