import { assertEquals } from "@std/assert";
import { STORAGE_CASES } from "../../testing/mod.ts";

/** The runtimes beside Deno, pinned, from npm. */
const RUNTIMES = ["node@24.21.0", "bun@1.4.5"];

const WITHOUT_PERSISTENCE = STORAGE_CASES.filter((each) => each.needs !== "persistence").length;

for (const runtime of RUNTIMES) {
  Deno.test(`every storage case passes in memory, in SQLite and in a SQLite file on ${runtime}`, async () => {
    const { success, stdout, stderr } = await new Deno.Command("npx", {
      args: ["--yes", runtime, new URL("storage_run.ts", import.meta.url).pathname],
      env: { NO_COLOR: "1", npm_config_update_notifier: "false" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    assertEquals(success, true, decoder.decode(stderr));
    const lines = decoder.decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines, [
      { name: "memory", passed: WITHOUT_PERSISTENCE, failed: [] },
      { name: "sqlite memory", passed: WITHOUT_PERSISTENCE, failed: [] },
      { name: "sqlite file", passed: STORAGE_CASES.length, failed: [] },
      { name: "second opener", code: "STORAGE_LOCKED" },
    ]);
  });
}
