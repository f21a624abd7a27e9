import { assertEquals } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { CRON_DUE, RowTable } from "../../../core/alarms/row_table.ts";
import { Wake } from "../../../core/alarms/wake.ts";
import { PAUSED_DUE } from "../../../core/storage.ts";
import { fakeClock } from "../../../testing/fake_clock.ts";

const NOW = 1_000;

function setUp(due?: number): { storage: MemoryStorage; wake: Wake; armed: number[] } {
  const storage = new MemoryStorage();
  if (due !== undefined) storage.insert({ due, id: "a", kind: "once", payload: "1\n", named: false });
  const armed: number[] = [];
  const wake = new Wake(
    storage,
    fakeClock({ now: NOW }),
    new RowTable(storage),
    () => armed.push(storage.armedAt() ?? NaN),
  );
  return { storage, wake, armed };
}

Deno.test("Wake.ensureArmed() arms where nothing is armed, and tells", () => {
  const { storage, wake, armed } = setUp();
  wake.ensureArmed(5_000);
  assertEquals([storage.armedAt(), armed], [5_000, [5_000]]);
});

Deno.test("Wake.ensureArmed() moves the alarm earlier only, and sets it at new minima only", () => {
  const { storage, wake, armed } = setUp();
  for (const due of [5_000, 7_000, 5_000, 4_000, 4_500, 3_000]) wake.ensureArmed(due);
  assertEquals([storage.armedAt(), armed], [3_000, [5_000, 4_000, 3_000]]);
});

Deno.test("Wake.ensureArmed() arms a millisecond from now at the earliest, once", () => {
  const { storage, wake, armed } = setUp();
  for (const due of [NOW, NOW - 500, 0, NOW + 1]) wake.ensureArmed(due);
  assertEquals([storage.armedAt(), armed], [NOW + 1, [NOW + 1]]);
});

Deno.test("Wake.ensureArmed() arms for nothing when nothing is asked for", () => {
  const { storage, wake, armed } = setUp();
  wake.ensureArmed(Infinity);
  assertEquals([storage.armedAt(), armed], [undefined, []]);
});

Deno.test("Wake.repair() arms for the earliest row when nothing is armed, or something later", () => {
  for (const left of [undefined, 9_000]) {
    const { storage, wake } = setUp(5_000);
    if (left !== undefined) storage.arm(left);
    wake.repair();
    assertEquals(storage.armedAt(), 5_000);
  }
});

Deno.test("Wake.repair() leaves an alarm alone that is early enough", () => {
  const { storage, wake, armed } = setUp(5_000);
  storage.arm(4_000);
  wake.repair();
  assertEquals([storage.armedAt(), armed], [4_000, []]);
});

Deno.test("Wake.repair() sets an alarm in the past for the next millisecond, whenever the first row is due", () => {
  for (const due of [NOW - 600, 5_000]) {
    for (const left of [NOW - 500, NOW]) {
      const { storage, wake } = setUp(due);
      storage.arm(left);
      wake.repair();
      assertEquals(storage.armedAt(), NOW + 1);
    }
  }
});

Deno.test("Wake.clearPast() unsets what was set for an alarm in the past: who starts for each alarm would start for ever", () => {
  const { storage, wake } = setUp(5_000);
  storage.arm(NOW);
  wake.repair();
  wake.clearPast();
  assertEquals(storage.armedAt(), undefined);
  storage.arm(NOW + 1);
  wake.clearPast();
  assertEquals(storage.armedAt(), NOW + 1);
});

Deno.test("Wake.repair() unsets an alarm in the past when there is nothing to wake for", () => {
  for (const due of [undefined, PAUSED_DUE]) {
    const { storage, wake } = setUp(due);
    storage.arm(NOW);
    wake.repair();
    assertEquals(storage.armedAt(), undefined);
  }
});

Deno.test("Wake.putOff() moves a row within its stretch, and arms for it", () => {
  for (const start of [0, CRON_DUE]) {
    const { storage, wake } = setUp(start + 2_000);
    const [row] = storage.due(Number.MAX_SAFE_INTEGER, 1);
    wake.putOff(row, 5_000, "1\nlater");
    const [moved] = storage.due(Number.MAX_SAFE_INTEGER, 2);
    assertEquals([moved.due, moved.payload, storage.armedAt()], [start + 5_000, "1\nlater", 5_000]);
  }
});
