import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RateLimit } from "../../../core/orchestrator/rate_limit.ts";

Deno.test("RateLimit lets as many begin at once, then waits until the first is old enough", () => {
  const limit = new RateLimit({ requests: 2, per: 1_000 });
  assertEquals(limit.readyAt(5), 5);
  limit.begin(5);
  limit.begin(10);
  assertEquals(limit.readyAt(20), 1_005);
  limit.begin(1_005);
  assertEquals(limit.readyAt(1_005), 1_010);
});

Deno.test("RateLimit is exceeded in no window", () => {
  const cases = fc.record({
    requests: fc.integer({ min: 1, max: 5 }),
    per: fc.integer({ min: 1, max: 1_000 }),
    gaps: fc.array(fc.nat({ max: 300 }), { maxLength: 100 }),
  });
  fc.assert(fc.property(cases, ({ requests, per, gaps }) => {
    const limit = new RateLimit({ requests, per });
    const begun: number[] = [];
    let now = 0;
    for (const gap of gaps) {
      now += gap;
      if (limit.readyAt(now) > now) continue;
      limit.begin(now);
      begun.push(now);
    }
    for (const start of begun) assert(begun.filter((at) => at >= start && at < start + per).length <= requests);
  }));
});
