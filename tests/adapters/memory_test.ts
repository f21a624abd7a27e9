import { assertEquals, assertThrows } from "@std/assert";
import { MemoryStorage } from "../../adapters/memory.ts";
import { testStorage } from "../../testing/mod.ts";

testStorage((name, run) => Deno.test(`MemoryStorage ${name}`, run), {
  supports: { persistence: false, largePayloads: true, manyRows: true },
  open: () => new MemoryStorage(),
});

Deno.test("MemoryStorage onArm hears of each setting outside of a transaction", () => {
  const heard: (number | undefined)[] = [];
  const storage = new MemoryStorage({ onArm: (at) => heard.push(at) });
  storage.arm(5);
  storage.arm(5);
  storage.disarm();
  assertEquals(heard, [5, 5, undefined]);
});

Deno.test("MemoryStorage onArm hears once of a transaction, when the outermost has committed", () => {
  const heard: (number | undefined)[] = [];
  const storage = new MemoryStorage({ onArm: (at) => heard.push(at) });
  storage.transaction(() => {
    storage.transaction(() => storage.arm(5));
    storage.arm(6);
    assertEquals(heard, []);
  });
  assertEquals(heard, [6]);
});

Deno.test("MemoryStorage onArm hears nothing of what was undone", () => {
  const heard: (number | undefined)[] = [];
  const storage = new MemoryStorage({ onArm: (at) => heard.push(at) });
  storage.arm(5);
  assertThrows(() =>
    storage.transaction(() => {
      storage.arm(6);
      throw new RangeError("stop");
    }), RangeError);
  assertEquals([heard, storage.armedAt()], [[5], 5]);
});

Deno.test("MemoryStorage rows that were read cannot be changed from outside", () => {
  const storage = new MemoryStorage();
  storage.insert({ due: 1, id: "a", kind: "once", payload: "p", named: false });
  const row = storage.get({ due: 1, id: "a" });
  assertThrows(() => Object.assign(row ?? {}, { payload: "changed" }), TypeError);
  assertEquals(storage.get({ due: 1, id: "a" })?.payload, "p");
});

Deno.test("adapters/memory.ts is one file of at most 100 lines, for authors to copy", async () => {
  const source = await Deno.readTextFile(new URL("../../adapters/memory.ts", import.meta.url));
  assertEquals(source.trimEnd().split("\n").length <= 100, true);
});
