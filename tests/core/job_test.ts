import { assertEquals } from "@std/assert";
import { JOB_VERSION } from "../../core/job.ts";
import { jobFor } from "./unruly_server.ts";

Deno.test("JOB_VERSION is that of a job which survives JSON and a structured clone", () => {
  const job = { ...jobFor("https://example.com/"), retry: { attempts: 2, statuses: [503] } };
  assertEquals(job.v, JOB_VERSION);
  assertEquals(JSON.parse(JSON.stringify(job)), job);
  assertEquals(structuredClone(job), job);
});
