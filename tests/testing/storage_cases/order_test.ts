import { MAX_DUE, type Row, type RowKey } from "@doze/fetch";
import { testCaught } from "../caught.ts";
import { ListStorage } from "../list_storage.ts";

/** Keeps rows in the order of inserts. */
class Unordered extends ListStorage {
  override compare(): number {
    return 0;
  }

  override due(upTo: number, limit: number): Row[] {
    return this.rows.filter((row) => row.due <= upTo).slice(0, limit);
  }
}

/** Orders rows with one due as they came. */
class Unbroken extends ListStorage {
  override compare(a: RowKey, b: RowKey): number {
    return a.due - b.due;
  }
}

/** Orders ids as JavaScript does, by UTF-16 units. */
class Utf16 extends ListStorage {
  override compare(a: RowKey, b: RowKey): number {
    return a.due - b.due || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  }
}

/** Orders ids as a dictionary does. */
class Localized extends ListStorage {
  override compare(a: RowKey, b: RowKey): number {
    return a.due - b.due || a.id.localeCompare(b.id, "en");
  }
}

/** Orders dues as text. */
class Textual extends ListStorage {
  override compare(a: RowKey, b: RowKey): number {
    return a.due === b.due ? super.compare(a, b) : String(a.due) < String(b.due) ? -1 : 1;
  }
}

/** Holds dues in 32 bits. */
class Narrow extends ListStorage {
  override compare(a: RowKey, b: RowKey): number {
    return (a.due | 0) - (b.due | 0) || super.compare(a, b);
  }
}

/** Leaves out the row due at the instant. */
class Exclusive extends ListStorage {
  override due(upTo: number, limit: number, after?: RowKey): Row[] {
    return super.due(upTo === Infinity ? upTo : upTo - 1, limit, after);
  }
}

/** Repeats the key's own row on the next page. */
class Repeating extends ListStorage {
  override due(upTo: number, limit: number, after?: RowKey): Row[] {
    const own = after && this.get(after);
    return own ? [own, ...super.due(upTo, limit, after)].slice(0, limit) : super.due(upTo, limit, after);
  }
}

/** Skips the rest of the ties when a page ends among them. */
class Skipping extends ListStorage {
  override due(upTo: number, limit: number, after?: RowKey): Row[] {
    return after === undefined
      ? super.due(upTo, limit)
      : super.due(upTo, Infinity).filter((row) => row.due > after.due).slice(0, limit);
  }
}

/** Starts anew when the row of the key is gone. */
class Lost extends ListStorage {
  override due(upTo: number, limit: number, after?: RowKey): Row[] {
    return super.due(upTo, limit, after && this.get(after) ? after : undefined);
  }
}

/** Takes 0 for no limit. */
class Unlimited extends ListStorage {
  override due(upTo: number, limit: number, after?: RowKey): Row[] {
    return super.due(upTo, limit || Infinity, after);
  }
}

/** Sees paused rows in every sweep. */
class Sleepless extends ListStorage {
  override due(upTo: number, limit: number, after?: RowKey): Row[] {
    return super.due(upTo >= MAX_DUE ? Infinity : upTo, limit, after);
  }
}

/** Counts one too few at the end. */
class OffByOne extends ListStorage {
  override count(from: number, upTo: number): number {
    return this.rows.filter((row) => row.due >= from && row.due < upTo).length;
  }
}

/** Counts dues and not rows. */
class Distinct extends ListStorage {
  override count(from: number, upTo: number): number {
    return new Set(this.rows.map((row) => row.due).filter((due) => due >= from && due <= upTo)).size;
  }
}

/** Gives the last row as the first. */
class Reversed extends ListStorage {
  override first(): RowKey | undefined {
    return this.rows[this.rows.length - 1];
  }
}

/** Remembers the first row. */
class Remembering extends ListStorage {
  #first: RowKey | undefined;

  override first(): RowKey | undefined {
    return this.#first ??= super.first();
  }
}

testCaught("rows in no order", () => new Unordered(), "due: ordered by due before id");
testCaught("ties in no order", () => new Unbroken(), "first: of equal dues, the least id");
testCaught("ids by UTF-16 units", () => new Utf16(), "due: of equal dues, ordered by the UTF-8 bytes of the id");
testCaught("ids by language", () => new Localized(), "due: of equal dues, ordered by the UTF-8 bytes of the id");
testCaught("dues as text", () => new Textual(), "due: ordered by due as a number");
testCaught("dues in 32 bits", () => new Narrow(), "due: ordered by due as a number");
testCaught("an instant that is not included", () => new Exclusive(), "due: up to and at the instant");
testCaught("a row on two pages", () => new Repeating(), "due: pages through ties give each row once");
testCaught("ties between two pages", () => new Skipping(), "due: pages through ties give each row once");
testCaught("a page that starts anew", () => new Lost(), "due: after a key that is not there");
testCaught("a limit of 0 that is none", () => new Unlimited(), "due: the limit keeps the earliest");
testCaught("paused rows in a sweep", () => new Sleepless(), "due: paused rows and dead letters are after every date");
testCaught("a count that is one off", () => new OffByOne(), "count: both ends included");
testCaught("a count of dues", () => new Distinct(), "count: rows with one due, by due alone");
testCaught("the last row as the first", () => new Reversed(), "first: the earliest, whatever the order of inserts");
testCaught("a first row that is remembered", () => new Remembering(), "first: the next after a take");
