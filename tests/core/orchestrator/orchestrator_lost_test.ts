import { assertEquals, assertLessOrEqual } from "@std/assert";
import { MemoryStorage } from "../../../adapters/memory.ts";
import type { Orchestrator } from "../../../core/orchestrator/orchestrator.ts";
import { ORIGIN, Stage } from "./stage.ts";

/** A stage whose server answers after a time by itself, and that counts how often the alarm was set. */
class BusyStage extends Stage {
  armed = 0;
  override readonly storage = new MemoryStorage({
    onArm: (at) => {
      if (at !== undefined) this.armed++;
    },
  });

  open(ms: number): Orchestrator {
    return this.start({
      fetch: async () => {
        await new Promise<void>((resolve) => this.clock.setTimeout(resolve, ms));
        return new Response("ok");
      },
    });
  }

  /** Lets time pass, the alarm heard. */
  async pass(orchestrator: Orchestrator, ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      await this.settle(100);
      this.alarm(orchestrator);
    }
  }
}

Deno.test("Orchestrator that is lost takes up what waited in time for a budget of 25 s, by its alarm alone", async () => {
  const stage = new BusyStage();
  const first = stage.open(300);
  for (let n = 0; n < 60; n++) {
    first.enqueue(stage.job(`https://h${n % 6}.example/`, { timeout: 25_000, grace: 5_000 }), ORIGIN);
  }
  await stage.pass(first, 1_200);
  first.close();
  // Nobody calls it: the next one begins when the alarm fires.
  while ((stage.storage.armedAt() ?? Infinity) > stage.clock.now()) await stage.settle(100);
  const second = stage.open(300);
  await stage.pass(second, 10_000);
  assertEquals([stage.delivered.length, stage.jobs("expired"), stage.rows], [60, [], 0]);
});

Deno.test("Orchestrator sets its alarm once in five seconds of work, not once for each request", async () => {
  const stage = new BusyStage();
  const orchestrator = stage.open(300);
  for (let n = 0; n < 1_000; n++) {
    orchestrator.enqueue(stage.job(`https://h${n % 10}.example/`, { timeout: 600_000 }), ORIGIN);
  }
  await stage.pass(orchestrator, 61_000);
  assertEquals(stage.delivered.length, 1_000);
  assertLessOrEqual(stage.armed, 13);
});

Deno.test("Orchestrator sets its alarm once for a single request, and then sleeps for good", async () => {
  const stage = new BusyStage();
  const orchestrator = stage.open(300);
  orchestrator.enqueue(stage.job("https://a.example/", { timeout: 600_000 }), ORIGIN);
  await stage.pass(orchestrator, 1_000_000);
  assertEquals([stage.armed, stage.storage.armedAt(), stage.clock.pending], [1, undefined, 0]);
});
