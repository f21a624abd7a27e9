import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { settle, VirtualTime } from "../../../testing/simulation/time.ts";

Deno.test("VirtualTime lets things happen in the order of their times, then of their calls", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (delays) => {
    const time = new VirtualTime(1_000);
    const seen: [number, number][] = [];
    delays.forEach((ms, nth) => time.after(ms, () => seen.push([time.now, nth])));
    while (time.step(2_000));
    const expected = delays.map((ms, nth): [number, number] => [1_000 + ms, nth])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    assertEquals(seen, expected);
    assertEquals(time.now, 2_000);
  }));
});

Deno.test("VirtualTime.step does not go past its limit", () => {
  const time = new VirtualTime(0);
  let happened = false;
  time.after(10, () => happened = true);
  assertEquals(time.step(9), false);
  assertEquals([time.now, happened, time.next], [9, false, 10]);
  assertEquals(time.step(10), true);
  assertEquals([time.now, happened, time.next], [10, true, undefined]);
});

Deno.test("VirtualTime.after can be prevented, also twice and too late", () => {
  const time = new VirtualTime(0);
  let count = 0;
  const stop = time.after(5, () => count++);
  const late = time.after(1, () => count++);
  stop();
  stop();
  while (time.step(10));
  late();
  assertEquals(count, 1);
  assertEquals(time.next, undefined);
});

Deno.test("VirtualTime.after takes the past for now", () => {
  const time = new VirtualTime(100);
  time.after(-50, () => {});
  assertEquals(time.next, 100);
});

Deno.test("VirtualTime.advance never goes back", () => {
  const time = new VirtualTime(100);
  time.advance(150);
  time.advance(120);
  assertEquals(time.now, 150);
});

Deno.test("settle waits for chains of promises without real time", async () => {
  let links = 0;
  let chain = Promise.resolve();
  for (let nth = 0; nth < 40; nth++) chain = chain.then(() => void links++);
  await settle();
  assertEquals(links, 40);
  assert(await chain === undefined);
});
