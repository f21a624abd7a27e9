import { testStorage } from "../../../testing/mod.ts";
import { Disk } from "../../../testing/simulation/disk.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { DuplicateIdError } from "../../../core/errors.ts";

testStorage((name, run) => Deno.test(`Disk ${name}`, run), {
  supports: { persistence: false, largePayloads: true, manyRows: false },
  open: () => new Disk(),
  close: () => {},
});

Deno.test("Disk undoes rows and alarm together", () => {
  const disk = new Disk();
  disk.arm(5);
  assertThrows(() =>
    disk.transaction(() => {
      disk.insert({ due: 1, id: "a", kind: "k", payload: "", named: true });
      disk.arm(1);
      disk.insert({ due: 2, id: "a", kind: "k", payload: "", named: true });
    }), DuplicateIdError);
  assertEquals([disk.first(), disk.armedAt()], [undefined, 5]);
});
