import { compareKeys, type Row, type RowKey } from "@doze/fetch";
import { testCaught } from "../caught.ts";
import { ListStorage } from "../list_storage.ts";

/** Removes the old row and forgets to insert the new one when the due has changed. */
class Losing extends ListStorage {
  override move(key: RowKey, row: Row): boolean {
    return key.due === row.due ? super.move(key, row) : this.take(key) !== undefined;
  }
}

/** Leaves the old row where it was. */
class Copying extends ListStorage {
  override move(key: RowKey, row: Row): boolean {
    const old = this.get(key);
    const moved = super.move(key, row);
    if (moved && old && key.due !== row.due) this.rows.push({ ...old, named: false });
    this.rows.sort(compareKeys);
    return moved;
  }
}

/** Moves the due and nothing else. */
class DueOnly extends ListStorage {
  override move(key: RowKey, row: Row): boolean {
    const old = this.get(key);
    return old !== undefined && super.move(key, { ...old, due: row.due });
  }
}

/** Inserts what it could not find. */
class Upserting extends ListStorage {
  override move(key: RowKey, row: Row): boolean {
    if (super.move(key, row)) return true;
    this.insert(row);
    return false;
  }
}

/** Replaces a row at the new key. */
class Trampling extends ListStorage {
  override move(key: RowKey, row: Row): boolean {
    if (this.get(key) && compareKeys(key, row) !== 0) this.take(row);
    return super.move(key, row);
  }
}

/** Loses the name. */
class Unnaming extends ListStorage {
  override move(key: RowKey, row: Row): boolean {
    return super.move(key, { ...row, named: row.due === key.due && row.named });
  }
}

/** Leaves the row at its old place in the order. */
class Unsorted extends ListStorage {
  override move(key: RowKey, row: Row): boolean {
    const index = this.rows.findIndex((each) => compareKeys(each, key) === 0);
    const moved = super.move(key, row);
    if (moved) {
      this.rows = this.rows.filter((each) => compareKeys(each, row) !== 0);
      this.rows.splice(index, 0, { ...row });
    }
    return moved;
  }
}

/** Takes its own row for another when nothing moves. */
class Wary extends ListStorage {
  override move(key: RowKey, row: Row): boolean {
    return key.due === row.due && this.get(key)?.payload === row.payload ? false : super.move(key, row);
  }
}

/** Changes all rows with the due. */
class Spilling extends ListStorage {
  override move(key: RowKey, row: Row): boolean {
    const moved = super.move(key, row);
    if (moved && key.due === row.due) {
      this.rows = this.rows.map((each) => each.due === key.due ? { ...each, payload: row.payload } : each);
    }
    return moved;
  }
}

testCaught("a move that loses the row", () => new Losing(), "move: to another due, gone from the old one");
testCaught("a move that copies", () => new Copying(), "move: to another due, gone from the old one");
testCaught("a move of the due alone", () => new DueOnly(), "move: kind and payload change with it");
testCaught("a move that inserts", () => new Upserting(), "move: a key that is not there writes nothing");
testCaught("a move over another row", () => new Trampling(), "move: onto another row is refused");
testCaught("a move that loses the name", () => new Unnaming(), "move: a named row is found at its new due");
testCaught("a move that frees the id", () => new Unnaming(), "move: a named id stays taken");
testCaught(
  "a move that leaves the order",
  () => new Unsorted(),
  "move: takes its place in the order, earlier and later",
);
testCaught("a move to its own key that is no move", () => new Wary(), "move: to its own key, unchanged, keeps it");
testCaught("a move that changes others", () => new Spilling(), "move: changes no other row");
