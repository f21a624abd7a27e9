import { assertLess } from "@std/assert";
import { build } from "esbuild";

/** Most bytes of what an import brings into a Worker, minified and gzipped; without croner, which is a package of its own. */
const LIMITS: Readonly<Record<string, number>> = {
  "*": 49_600,
  "{ DozeObject, FetchExecutor }": 44_700,
  "{ FetchOrchestrator }": 26_200,
  "{ FetchExecutor }": 20_200,
  "{ fetchQueueConsumer }": 20_480,
};

const ROOT = new URL("../../../", import.meta.url).pathname;

Deno.test("./cloudflare stays small", { sanitizeOps: false, sanitizeResources: false }, async () => {
  for (const [imported, limit] of Object.entries(LIMITS)) {
    const { outputFiles } = await build({
      stdin: { contents: `export ${imported} from "./adapters/cloudflare/mod.ts"`, resolveDir: ROOT, loader: "ts" },
      absWorkingDir: ROOT,
      ...{ bundle: true, minify: true, write: false, format: "esm", target: "es2024" },
      external: ["cloudflare:*", "croner", "tough-cookie"],
    });
    const stream = new Blob([outputFiles[0].text]).stream().pipeThrough(new CompressionStream("gzip"));
    assertLess((await new Response(stream).bytes()).length, limit, imported);
  }
});
