import type { Row, RowKey } from "@doze/fetch";
import { testCaught } from "../caught.ts";
import { ListStorage } from "../list_storage.ts";

/** Changes each row on its way in. */
class Changing extends ListStorage {
  constructor(readonly change: (row: Row) => Row) {
    super();
  }

  override insert(row: Row): void {
    super.insert(this.change(row));
  }
}

/** Compares ids without their case. */
class CaseBlind extends ListStorage {
  override find(id: string): Row | undefined {
    return this.rows.find((row) => row.named && row.id.toLowerCase() === id.toLowerCase());
  }
}

/** Takes texts that look like numbers for numbers. */
class Loose extends ListStorage {
  override get(key: RowKey): Row | undefined {
    return super.get(key) ??
      this.rows.find((row) => row.due === key.due && row.id !== "" && Number(row.id) === Number(key.id));
  }
}

testCaught(
  "a payload that is trimmed",
  () => new Changing((row) => ({ ...row, payload: row.payload.trim() })),
  "values: any payload comes back to the letter",
);
testCaught(
  "a payload that is normalized",
  () => new Changing((row) => ({ ...row, payload: row.payload.normalize("NFC") })),
  "values: any payload comes back to the letter",
);
testCaught(
  "a payload that is cut",
  () => new Changing((row) => ({ ...row, payload: row.payload.slice(0, 65_535) })),
  "values: a payload of 1 MB, whole",
);
testCaught(
  "an empty payload that is replaced",
  () => new Changing((row) => ({ ...row, payload: row.payload || "{}" })),
  "values: empty texts stay empty texts",
);
testCaught(
  "a due held in seconds",
  () => new Changing((row) => ({ ...row, due: row.due > 1e12 ? Math.floor(row.due / 1_000) * 1_000 : row.due })),
  "values: neighbouring milliseconds are told apart",
);
testCaught(
  "a due that is never negative",
  () => new Changing((row) => ({ ...row, due: Math.max(0, row.due) })),
  "values: dues before 1970",
);
testCaught(
  "an id that is cut",
  () => new Changing((row) => ({ ...row, id: row.id.slice(0, 255) })),
  "values: an id of 512 characters, told apart by the last",
);
testCaught(
  "quotes that are escaped",
  () => new Changing((row) => ({ ...row, id: row.id.replaceAll("'", "''") })),
  "values: any id is found to the letter",
);
testCaught("ids without their case", () => new CaseBlind(), "values: ids differ by case, accents and spaces");
testCaught("texts taken for numbers", () => new Loose(), "values: texts that look like numbers stay texts");
