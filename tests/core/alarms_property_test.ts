import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MemoryStorage } from "../../adapters/memory.ts";
import { openSqlite } from "../../adapters/sqlite.ts";
import type { Storage } from "../../core/storage.ts";
import { AlarmModel, type Step, steps } from "./alarm_model.ts";

/** 10,000 in CI; `DOZE_PROPERTY_RUNS=100000` for the long run. */
const RUNS = Number(Deno.env.get("DOZE_PROPERTY_RUNS") ?? 10_000);

/** Runs sequences of steps on both sides and compares them after each step. */
async function compare(runs: number, open: () => Storage, close: (storage: Storage) => void): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(steps(), { maxLength: 12 }), async (sequence: Step[]) => {
      const storage = open();
      const pair = new AlarmModel(storage);
      for (const step of sequence) {
        await pair.apply(step);
        assertEquals(pair.actual(), pair.expected());
      }
      close(storage);
    }),
    { numRuns: runs },
  );
}

Deno.test("Alarms agree with a plain model on any sequence of calls, time, downtime and crashes", async () => {
  await compare(RUNS, () => new MemoryStorage(), () => {});
});

Deno.test("Alarms over SQLite agree with the same model", async () => {
  await compare(RUNS / 20, () => openSqlite(":memory:"), (storage) => {
    if ("close" in storage && typeof storage.close === "function") storage.close();
  });
});
