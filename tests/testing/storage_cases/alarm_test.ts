import type { Row, RowKey } from "@doze/fetch";
import { testCaught } from "../caught.ts";
import { ListStorage, type Snapshot } from "../list_storage.ts";

/** Keeps the alarm out of transactions. */
class Outside extends ListStorage {
  override restore(snapshot: Snapshot): void {
    super.restore({ ...snapshot, armed: this.armed });
  }
}

/** Loses the alarm when a transaction throws. */
class Losing extends ListStorage {
  override restore(snapshot: Snapshot): void {
    super.restore({ ...snapshot, armed: undefined });
  }
}

/** Never moves the alarm later. */
class EarliestWins extends ListStorage {
  override arm(at: number): void {
    super.arm(Math.min(at, this.armed ?? at));
  }
}

/** Keeps the first setting. */
class FirstWins extends ListStorage {
  override arm(at: number): void {
    super.arm(this.armed ?? at);
  }
}

/** Holds the alarm in seconds. */
class Coarse extends ListStorage {
  override arm(at: number): void {
    super.arm(Math.floor(at / 1_000) * 1_000);
  }
}

/** Sets the alarm by itself for each row. */
class Eager extends ListStorage {
  override insert(row: Row): void {
    super.insert(row);
    this.arm(row.due);
  }
}

/** Unsets the alarm with the last row. */
class Tidy extends ListStorage {
  override take(key: RowKey): Row | undefined {
    const row = super.take(key);
    if (this.rows.length === 0) this.disarm();
    return row;
  }
}

/** Sets the alarm when the transaction has ended, so that it is not seen inside. */
class Late extends ListStorage {
  #at: number | undefined;

  override arm(at: number): void {
    if (this.depth > 0) this.#at = at;
    else super.arm(at);
  }

  override transaction<T>(run: () => T): T {
    const result = super.transaction(run);
    if (this.#at !== undefined && this.depth === 0) super.arm(this.#at);
    return result;
  }
}

/** Cannot be disarmed. */
class Stuck extends ListStorage {
  override disarm(): void {}
}

testCaught("an alarm outside of transactions", () => new Outside(), "alarm: a first setting is undone");
testCaught("an alarm that is lost with a transaction", () => new Losing(), "alarm: goes back to the earlier setting");
testCaught("an alarm lost to a throw that has set none", () => new Losing(), "alarm: a disarm is undone");
testCaught(
  "an alarm that is never later",
  () => new EarliestWins(),
  "alarm: a new setting replaces the old one, earlier or later",
);
testCaught(
  "an alarm that is never replaced",
  () => new FirstWins(),
  "alarm: a new setting replaces the old one, earlier or later",
);
testCaught("an alarm in seconds", () => new Coarse(), "alarm: armed at the instant that was given");
testCaught("an alarm that rows set", () => new Eager(), "alarm: rows do not change it");
testCaught("an alarm that goes with the last row", () => new Tidy(), "alarm: rows do not change it");
testCaught("an alarm that is set too late", () => new Late(), "alarm: kept with its transaction, and seen inside");
testCaught("an alarm that cannot be unset", () => new Stuck(), "alarm: disarm unsets it, once or twice");
