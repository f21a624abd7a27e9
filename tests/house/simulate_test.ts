import { assertEquals, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;

async function simulate(...flags: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-env", "tools/simulate.ts", ...flags],
    cwd: ROOT,
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

Deno.test("simulate on the command line runs many seeds, on both storages", async () => {
  const { code, out } = await simulate("--seeds", "3", "--steps", "20", "--sqlite", "1");
  assertEquals(code, 0);
  assertStringIncludes(out, "3 seeds x 20 steps");
  assertStringIncludes(out, ", 0 failed, ");
});

Deno.test("simulate on the command line replays one seed", async () => {
  const { code, out } = await simulate("--seed", "5", "--steps", "10");
  assertEquals(code, 0);
  assertStringIncludes(out, "1 seeds x 10 steps");
});

Deno.test("simulate on the command line says how it is used", async () => {
  for (const flags of [["--sedes", "3"], ["--seeds", "many"], ["--seed"]]) {
    const { code, err } = await simulate(...flags);
    assertEquals(code, 2);
    assertStringIncludes(err, "usage: deno task simulate");
  }
});
