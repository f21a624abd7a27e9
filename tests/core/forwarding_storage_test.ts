import { assertEquals } from "@std/assert";
import { MemoryStorage } from "../../adapters/memory.ts";
import { ForwardingStorage } from "../../core/forwarding_storage.ts";
import { testStorage } from "../../testing/mod.ts";

testStorage((name, run) => Deno.test(`ForwardingStorage ${name}`, run), {
  supports: { persistence: false, largePayloads: true, manyRows: true },
  open: () => new ForwardingStorage(new MemoryStorage()),
});

Deno.test("ForwardingStorage calls what a subclass overrides, and passes on the rest", () => {
  const heard: number[] = [];
  class Heard extends ForwardingStorage {
    override arm(at: number): void {
      heard.push(at);
      super.arm(at);
    }
  }
  const inner = new MemoryStorage();
  const storage = new Heard(inner);
  storage.arm(5);
  storage.insert({ due: 1, id: "a", kind: "k", payload: "p", named: false });
  assertEquals([heard, inner.armedAt(), inner.first()?.id], [[5], 5, "a"]);
});
