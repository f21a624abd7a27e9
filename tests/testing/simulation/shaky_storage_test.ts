import { assertEquals, assertThrows } from "@std/assert";
import type { Row } from "../../../core/storage.ts";
import { Disk } from "../../../testing/simulation/disk.ts";
import {
  type DiskState,
  ObjectLostError,
  ShakyStorage,
  StorageFullError,
} from "../../../testing/simulation/shaky_storage.ts";

const ROW: Row = { due: 1, id: "a", kind: "k", payload: "p", named: false };

function open(): { disk: Disk; state: DiskState; storage: ShakyStorage; lost: () => number } {
  const disk = new Disk();
  const state: DiskState = { crashIn: undefined, full: 0, refused: 0, rowsWritten: 0, alarmsSet: 0 };
  let lost = 0;
  return { disk, state, storage: new ShakyStorage(disk, state, () => lost++), lost: () => lost };
}

Deno.test("ShakyStorage counts rows and alarms as Cloudflare bills them", () => {
  const { storage, state } = open();
  storage.insert(ROW);
  storage.insert({ ...ROW, id: "b", named: true });
  storage.move(ROW, { ...ROW, due: 2 });
  storage.move({ due: 9, id: "z" }, { ...ROW, due: 9, id: "z" });
  storage.take({ due: 2, id: "a" });
  storage.take({ due: 2, id: "a" });
  storage.arm(7);
  storage.disarm();
  assertEquals([state.rowsWritten, state.alarmsSet], [1 + 2 + 1 + 1, 1]);
});

Deno.test("ShakyStorage reads what the disk holds", () => {
  const { storage } = open();
  storage.insert({ ...ROW, named: true });
  storage.arm(7);
  assertEquals(storage.get(ROW)?.payload, "p");
  assertEquals(storage.find("a")?.due, 1);
  assertEquals(storage.first()?.id, "a");
  assertEquals(storage.due(5, 10).length, 1);
  assertEquals(storage.count(0, 5), 1);
  assertEquals(storage.armedAt(), 7);
});

Deno.test("ShakyStorage loses its object before the write that it is told, and lets nothing through afterwards", () => {
  const { storage, state, disk, lost } = open();
  state.crashIn = 2;
  storage.insert(ROW);
  assertThrows(() => storage.insert({ ...ROW, id: "b" }), ObjectLostError);
  assertEquals([lost(), state.crashIn], [1, undefined]);
  assertThrows(() => storage.get(ROW), ObjectLostError);
  assertThrows(() => storage.transaction(() => {}), ObjectLostError);
  assertEquals(disk.due(9, 9).length, 1);
});

Deno.test("ShakyStorage undoes the transaction in which its object is lost, also when the handler swallows it", () => {
  const { storage, state, disk } = open();
  state.crashIn = 3;
  assertThrows(() =>
    storage.transaction(() => {
      storage.insert(ROW);
      try {
        storage.insert({ ...ROW, id: "b" });
      } catch { /* as a careless handler would */ }
    }), ObjectLostError);
  assertEquals(disk.first(), undefined);
});

Deno.test("ShakyStorage runs full for as many inserts as it is told", () => {
  const { storage, state } = open();
  state.full = 1;
  const error = assertThrows(() => storage.insert(ROW), StorageFullError);
  assertEquals([error.code, state.rowsWritten], ["STORAGE_FULL", 0]);
  storage.insert(ROW);
  assertEquals(storage.first()?.id, "a");
  assertEquals(state.refused, 1);
});

Deno.test("ShakyStorage.kill closes the handle, not the disk", () => {
  const { storage, disk } = open();
  storage.kill();
  const error = assertThrows(() => storage.first(), ObjectLostError);
  assertEquals(error.code, "OBJECT_LOST");
  disk.insert(ROW);
  assertEquals(disk.first()?.id, "a");
});
