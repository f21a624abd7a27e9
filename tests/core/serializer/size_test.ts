import { assertLess } from "@std/assert";
import { build, stop } from "esbuild";

/** Bytes of the whole entry, minified and gzipped. */
const LIMIT = 9_180;

Deno.test("serializer + is small", { sanitizeOps: false, sanitizeResources: false }, async () => {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/../../../core/serializer/mod.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2023",
  });
  await stop();
  const stream = new Blob([outputFiles[0].text]).stream().pipeThrough(new CompressionStream("gzip"));
  assertLess((await new Response(stream).bytes()).length, LIMIT);
});
