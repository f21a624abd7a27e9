import { assertEquals } from "@std/assert";
import { QueueFullError } from "../../../core/orchestrator/queue_full.ts";

Deno.test("QueueFullError names the limit and the remedy", () => {
  const error = new QueueFullError(7);
  assertEquals([error.code, error.name, error.limit], ["QUEUE_FULL", "QueueFullError", 7]);
  assertEquals(
    error.message,
    'Cannot take the fetch: spread requests over more orchestrators or raise "maxQueued", got 7 waiting',
  );
});
