import { assertEquals } from "@std/assert";
import { attentionAt, type Entry, type Phase } from "../../../core/orchestrator/entry.ts";
import type { EntryKind } from "../../../core/orchestrator/orchestrator_rows.ts";
import { StopSwitch } from "../../../core/fetch/stop_signal.ts";
import { META } from "./stage.ts";

function entry(phase: Phase, kind: EntryKind = "job", due = 50): Entry {
  return { key: { due, id: "01A" }, kind, meta: { ...META, expires: 70 }, phase, stop: new StopSwitch() };
}

Deno.test("attentionAt is when a job in line expires, and when one that waits is due or expires", () => {
  assertEquals(attentionAt(entry("line")), 70);
  assertEquals(attentionAt(entry("waiting")), 50);
  assertEquals(attentionAt(entry("waiting", "job", 90)), 70);
});

Deno.test("attentionAt of an outcome is when it is to be sent again, as long as that may take", () => {
  assertEquals(attentionAt(entry("waiting", "outcome", 90)), 90);
});

Deno.test("attentionAt is never for what is on its way, or gone", () => {
  for (const phase of ["fetching", "delivering", "gone"] as const) assertEquals(attentionAt(entry(phase)), Infinity);
});
