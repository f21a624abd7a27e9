import { assertEquals, assertGreater } from "@std/assert";
import { build, stop } from "esbuild";
import { createTestHarness } from "wrangler";
import { cases } from "./cases.ts";
import { report, type RuntimeReport } from "./runtime_entry.ts";

/** Texts for the fuzzer; `DOZE_FUZZ=1000000 deno test` is the long run. */
const TEXTS = Number(Deno.env.get("DOZE_FUZZ") ?? 5000);
const SEED = Number(Deno.env.get("DOZE_SEED") ?? 1);
const FOLDER = import.meta.dirname as string;

function checkReport({ cases: { passed, failed }, depths, fuzz }: RuntimeReport, texts = TEXTS): void {
  assertEquals(failed, {});
  assertEquals(passed, cases.length);
  assertEquals(depths, [100_000, 100_000, 100_000]);
  assertEquals(fuzz.wrong, []);
  assertGreater(fuzz.values, texts / 100);
  assertGreater(fuzz.refused.MALFORMED, texts / 100);
  if (Deno.env.has("DOZE_FUZZ")) console.log(fuzz);
}

async function bundle(script: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: FOLDER, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    logLevel: "error",
  });
  await stop();
  return outputFiles[0].text;
}

async function runWith(command: string, ...args: string[]): Promise<void> {
  const script = `import { report } from "./runtime_entry.ts"; console.log(JSON.stringify(report(${TEXTS}, ${SEED})));`;
  const file = await Deno.makeTempFile({ suffix: ".mjs" });
  try {
    await Deno.writeTextFile(file, await bundle(script));
    const { stdout, stderr } = await new Deno.Command(command, { args: [...args, file] }).output();
    const text = new TextDecoder().decode(stdout);
    assertGreater(text.length, 0, new TextDecoder().decode(stderr));
    checkReport(JSON.parse(text));
  } finally {
    await Deno.remove(file);
  }
}

const process = { sanitizeOps: false, sanitizeResources: false };

Deno.test("serializer + every kind, depth and hostile texts under Deno", () => checkReport(report(TEXTS, SEED)));

Deno.test(
  "serializer + every kind, depth and hostile texts under Node 24",
  process,
  () => runWith("npx", "--yes", "node@24"),
);

Deno.test(
  "serializer + every kind, depth and hostile texts under Bun",
  process,
  () => runWith("npx", "--yes", "bun@1.4.5"),
);

Deno.test("serializer + every kind, depth and hostile texts under workerd", process, async () => {
  const root = await Deno.makeTempDir();
  const script = `import { report } from "./runtime_entry.ts";
    export default { fetch(request) {
      const [texts, seed] = new URL(request.url).pathname.slice(1).split("-").map(Number);
      return Response.json(report(texts, seed));
    } };`;
  await Deno.writeTextFile(`${root}/worker.mjs`, await bundle(script));
  const config = { name: "serializer", main: "worker.mjs", compatibility_date: "2026-10-20" };
  await Deno.writeTextFile(`${root}/wrangler.jsonc`, JSON.stringify(config));
  const harness = createTestHarness({ root, workers: [{ configPath: "wrangler.jsonc" }] });
  try {
    await harness.listen();
    const texts = Math.min(TEXTS, 100_000);
    checkReport(await (await harness.fetch(`/${texts}-${SEED}`)).json() as RuntimeReport, texts);
  } finally {
    await harness.close();
    await Deno.remove(root, { recursive: true });
  }
});
