import { assertEquals } from "@std/assert";
import { JobTooLargeError } from "../../../core/requests/job_too_large.ts";

Deno.test("JobTooLargeError says what does not fit where, and ends with the size", () => {
  const error = new JobTooLargeError(130_000, 127_800, "a queue's message");
  assertEquals([error.code, error.name, error.bytes, error.limit], [
    "JOB_TOO_LARGE",
    "JobTooLargeError",
    130_000,
    127_800,
  ]);
  assertEquals(
    error.message,
    "Cannot hand over the fetch: a queue's message holds 127800 bytes, send a smaller request or use another strategy, " +
      "got 130000 bytes",
  );
});
