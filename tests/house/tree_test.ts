import { assert, assertEquals } from "@std/assert";
import { isSource, readTree } from "../../tools/tree.ts";

Deno.test("readTree reads text below a root in order, and no dependencies", async () => {
  const root = await Deno.makeTempDir();
  try {
    for (const folder of ["core", "node_modules/x", ".ci"]) await Deno.mkdir(`${root}/${folder}`, { recursive: true });
    for (const path of ["mod.ts", "core/a.ts", "node_modules/x/b.ts", ".ci/run", "core/c.png"]) {
      await Deno.writeTextFile(`${root}/${path}`, path);
    }
    assertEquals(readTree(root), [
      { path: ".ci/run", text: ".ci/run" },
      { path: "core/a.ts", text: "core/a.ts" },
      { path: "mod.ts", text: "mod.ts" },
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("readTree reads this checkout", () => {
  const paths = readTree().map(({ path }) => path);
  assert(paths.includes("core/errors.ts") && paths.includes("deno.lock") && paths.includes("tests/house/tree_test.ts"));
});

Deno.test("isSource tells what ships", () => {
  assert(
    isSource("mod.ts") && isSource("alarms.ts") && isSource("core/a.ts") && isSource("adapters/x/y.ts") &&
      isSource("testing/mod.ts"),
  );
  assert(!isSource("tests/core/a_test.ts") && !isSource("tools/a.ts") && !isSource("core/a.md"));
});
