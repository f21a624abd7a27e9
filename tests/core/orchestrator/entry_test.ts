import { assertEquals } from "@std/assert";
import { Entry } from "../../../core/orchestrator/entry.ts";

Deno.test("Entry takes its place, priority and host from its row", () => {
  const meta = {
    origin: { name: "Agent", id: "01" },
    priority: "high",
    host: "a.example",
    token: "token",
    jobId: "job",
    attempt: 1,
    arrived: 5,
    expires: 99,
    tries: 0,
    idempotent: true,
    started: false,
    sending: 0,
  } as const;
  const entry = new Entry({ key: { due: 5, id: "01A" }, kind: "job", meta });
  assertEquals([entry.id, entry.priority, entry.host, entry.phase], ["01A", "high", "a.example", "waiting"]);
  entry.meta = { ...meta, priority: "low" };
  assertEquals(entry.priority, "low");
  assertEquals(entry.at(70), { key: { due: 70, id: "01A" }, kind: "job", meta: entry.meta });
  assertEquals(entry.key.due, 5);
});
