import { assertEquals } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import { Sleeper } from "../../../core/orchestrator/sleeper.ts";
import { type FakeClock, fakeClock } from "../../../testing/fake_clock.ts";

interface Bench {
  readonly sleeper: Sleeper;
  readonly storage: MemoryStorage;
  readonly clock: FakeClock;
  readonly woken: number[];
  readonly armed: (number | undefined)[];
}

function bench(): Bench {
  const clock = fakeClock({ now: 1_000_000 });
  const armed: (number | undefined)[] = [];
  const storage = new MemoryStorage({ onArm: (at) => armed.push(at) });
  const woken: number[] = [];
  return { clock, armed, storage, woken, sleeper: new Sleeper(storage, clock, () => woken.push(clock.now())) };
}

Deno.test("Sleeper leaves timer and alarm alone when there is nothing to wait for", () => {
  const { sleeper, clock, armed } = bench();
  sleeper.sleep(Infinity, false);
  assertEquals([clock.pending, armed], [0, []]);
});

Deno.test("Sleeper sleeps a short wait with a timer, and guards it with the alarm", () => {
  const { sleeper, clock, armed, woken } = bench();
  sleeper.sleep(clock.now() + 2_000, false);
  assertEquals(armed, [1_005_000]);
  clock.tick(2_000);
  assertEquals(woken, [1_002_000]);
});

Deno.test("Sleeper sleeps a long wait with the alarm alone, so that nothing keeps the object awake", () => {
  const { sleeper, clock, armed } = bench();
  sleeper.sleep(clock.now() + 60_000, false);
  assertEquals([clock.pending, armed], [0, [1_060_000]]);
});

Deno.test("Sleeper never pushes an alarm later, and sets it once for many wishes", () => {
  const { sleeper, clock, armed } = bench();
  for (let wait = 60_000; wait < 70_000; wait += 1_000) sleeper.sleep(clock.now() + wait, false);
  assertEquals(armed, [1_060_000]);
  for (let wait = 60_000; wait < 70_000; wait += 1_000) sleeper.sleep(clock.now() + wait, true);
  assertEquals(armed, [1_060_000, 1_005_000]);
});

Deno.test("Sleeper repairs an alarm that lies in the past", () => {
  const { sleeper, clock, storage } = bench();
  storage.arm(clock.now() - 5);
  sleeper.sleep(Infinity, true);
  assertEquals(storage.armedAt(), 1_005_000);
});

Deno.test("Sleeper never arms for now, at which an alarm would stall in its own handler", () => {
  const { sleeper, clock, storage } = bench();
  sleeper.sleep(clock.now() - 50, false);
  assertEquals(storage.armedAt(), 1_005_000);
  storage.disarm();
  sleeper.sleep(clock.now() + 5_001, false);
  assertEquals(storage.armedAt(), 1_005_001);
});

Deno.test("Sleeper replaces its timer, and close cancels it", () => {
  const { sleeper, clock, woken } = bench();
  sleeper.sleep(clock.now() + 3_000, false);
  sleeper.sleep(clock.now() + 1_000, false);
  assertEquals([clock.pending, clock.nextTimer], [1, 1_001_000]);
  sleeper.close();
  clock.tick(10_000);
  assertEquals([clock.pending, woken], [0, []]);
});
