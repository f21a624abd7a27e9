import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { AlarmModel, type Step, steps } from "./alarm_model.ts";

/** 10,000 in CI; `DOZE_PROPERTY_RUNS=100000` for the long run. */
const RUNS = Number(Deno.env.get("DOZE_PROPERTY_RUNS") ?? 10_000);

Deno.test("Alarms agree with a plain model on any sequence of calls, time, downtime and crashes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps(), { maxLength: 12 }), async (sequence: Step[]) => {
      const pair = new AlarmModel();
      for (const step of sequence) {
        await pair.apply(step);
        assertEquals(pair.actual(), pair.expected());
      }
    }),
    { numRuns: RUNS },
  );
});
