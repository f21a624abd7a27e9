import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { STORAGE_CASES } from "@doze/fetch/testing";
import { BUN, Consumer, NODE, run } from "./workbench.ts";

const consumer = await Consumer.create();
globalThis.addEventListener("unload", () => Deno.removeSync(consumer.folder, { recursive: true }));

const RUNTIMES = [NODE, BUN] as const;

for (const runtime of RUNTIMES) {
  Deno.test(`the installed package passes every storage case over a SQLite file on ${runtime}`, async () => {
    await consumer.write(
      "storage_run.ts",
      await Deno.readTextFile(new URL("consumer/storage_run.ts", import.meta.url)),
    );
    const { ok, text } = await run(consumer.folder, "npx", "--yes", runtime, "storage_run.ts");
    const summary = /^(\d+) cases passed, (\d+) failed$/m.exec(text);
    assert(ok, text);
    assertEquals(summary?.[2], "0", text);
    assertGreaterOrEqual(STORAGE_CASES.length, 60);
    assertEquals(Number(summary?.[1]), STORAGE_CASES.length);
  });
}
