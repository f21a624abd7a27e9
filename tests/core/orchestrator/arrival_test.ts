import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../../core/errors.ts";
import { arrival } from "../../../core/orchestrator/arrival.ts";
import { jobFor } from "../unruly_server.ts";
import { ORIGIN } from "./stage.ts";

const TIMES = { now: 1_000, maxRequestAge: 5_000 };

Deno.test("arrival says where a job goes, whether it may be repeated, and how long it may wait", () => {
  const job = { ...jobFor("https://a.example:8443/x", { method: "POST" }), due: 40_000, grace: 1_000 };
  assertEquals(arrival(job, ORIGIN, "high", TIMES), {
    origin: ORIGIN,
    priority: "high",
    host: "a.example:8443",
    token: job.token,
    jobId: job.id,
    attempt: 1,
    arrived: 1_000,
    expires: 6_000,
    tries: 0,
    idempotent: false,
    started: false,
    sending: 0,
  });
  assertEquals(arrival({ ...job, due: 4_000 }, ORIGIN, "low", TIMES).expires, 3_000);
});

Deno.test("arrival counts a host with a trailing dot as the host without", () => {
  const hosts = ["https://a.example./x", "https://A.example/x", "https://a.example:443/"].map((url) => {
    return arrival(jobFor(url), ORIGIN, "normal", TIMES).host;
  });
  assertEquals(hosts, ["a.example", "a.example", "a.example"]);
});

Deno.test("arrival refuses what is no job, address, priority or retry, by name", () => {
  const job = jobFor("https://a.example/");
  const wrong: [option: string, job: unknown, origin: unknown, priority: unknown][] = [
    ["job", {}, ORIGIN, "high"],
    ["job", undefined, ORIGIN, "high"],
    ["job", { ...job, v: 2 }, ORIGIN, "high"],
    ["job", { ...job, timeout: "1" }, ORIGIN, "high"],
    ["origin", job, {}, "high"],
    ["origin", job, undefined, "high"],
    ["origin", job, { name: "a", id: 7 }, "high"],
    ["priority", job, ORIGIN, "urgent"],
    ["priority", job, ORIGIN, null],
    ["priority", job, ORIGIN, "__proto__"],
    ["retry.attempts", { ...job, retry: { attempts: 0 } }, ORIGIN, "high"],
  ];
  for (const [option, ...args] of wrong) {
    const [what, origin, priority] = args as unknown as [typeof job, typeof ORIGIN, "high"];
    const error = assertThrows(() => arrival(what, origin, priority, TIMES), InvalidOptionError);
    assertEquals(error.option, option);
  }
});
