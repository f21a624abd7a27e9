import { assertEquals, assertNotEquals } from "@std/assert";
import type { Row, RowKey } from "@doze/fetch";
import { STORAGE_CASES } from "@doze/fetch/testing";
import { harnessOf, judge, testCaught } from "../caught.ts";
import { ListStorage } from "../list_storage.ts";

const NAMES = STORAGE_CASES.filter((each) => each.name.startsWith("model:")).map((each) => each.name);

/** Loses the row that is moved to an earlier due while another has its id: no named case does just that. */
class Rare extends ListStorage {
  override move(key: RowKey, row: Row): boolean {
    const others = this.rows.filter((each) => each.id === row.id).length > 1;
    if (others && row.due < key.due && !row.named) return this.take(key) !== undefined;
    return super.move(key, row);
  }
}

/** Restores the alarm wrongly when a nested transaction throws after another has committed. */
class RareAlarm extends ListStorage {
  #ended = 0;

  override transaction<T>(run: () => T): T {
    const armed = this.armed;
    try {
      const result = super.transaction(run);
      if (this.depth > 0) this.#ended++;
      return result;
    } catch (error) {
      if (this.depth > 0 && this.#ended > 0) this.armed = armed === undefined ? undefined : armed + 1;
      throw error;
    } finally {
      if (this.depth === 0) this.#ended = 0;
    }
  }
}

Deno.test("model cases have a name for each seed", () => {
  assertEquals(NAMES.length, 3);
  assertNotEquals(NAMES[0], NAMES[1]);
});

testCaught("what only many operations show", () => new Rare(), NAMES[0]);

Deno.test("model cases catch what only deep nesting shows, and no named case does", async () => {
  const { failed } = await judge(harnessOf(() => new RareAlarm(), true));
  assertEquals([...failed.keys()].filter((name) => !NAMES.includes(name)), []);
  assertNotEquals(failed.size, 0);
});
