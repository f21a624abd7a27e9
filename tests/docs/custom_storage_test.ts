import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { storageCases } from "@doze/fetch/testing";
import { JsonFileStorage } from "../../examples/custom_storage/json_file_storage.ts";

const ROOT = new URL("../../", import.meta.url);

/** The code of `docs/custom-storage.md` that belongs to files, in the order of reading. */
async function blocks(): Promise<string[]> {
  const page = await Deno.readTextFile(new URL("docs/custom-storage.md", ROOT));
  return [...page.matchAll(/^```ts ignore\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
}

Deno.test("docs/custom-storage.md gives the test file first, as it is run", async () => {
  const [test] = await blocks();
  assertEquals(test, await Deno.readTextFile(new URL("examples/custom_storage/json_file_storage_test.ts", ROOT)));
});

Deno.test("docs/custom-storage.md leads to the whole storage, line by line, as it is tested", async () => {
  const [, ...storage] = await blocks();
  const source = await Deno.readTextFile(new URL("examples/custom_storage/json_file_storage.ts", ROOT));
  assertEquals(storage.join("\n"), source);
});

Deno.test("JsonFileStorage passes every case that it claims", async () => {
  const folder = await Deno.makeTempDir();
  try {
    let files = 0;
    const tests = storageCases({
      supports: { persistence: true, largePayloads: true, manyRows: false },
      open: () => new JsonFileStorage(`${folder}/${++files}.json`),
      reopen: () => new JsonFileStorage(`${folder}/${files}.json`),
    });
    assertGreaterOrEqual(tests.length, 60);
    for (const { run } of tests) await run();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("JsonFileStorage goes back to what the file holds when it cannot be written", async () => {
  const folder = await Deno.makeTempDir();
  const storage = new JsonFileStorage(`${folder}/rows.json`);
  const row = { due: 1, id: "a", kind: "once", payload: "p", named: false };
  storage.insert(row);
  await Deno.remove(folder, { recursive: true });
  let failed = false;
  try {
    storage.take(row);
  } catch {
    failed = true;
  }
  assertEquals([failed, storage.get(row)], [true, row]);
});
