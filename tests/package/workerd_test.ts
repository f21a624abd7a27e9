import { assert, assertEquals, assertMatch } from "@std/assert";
import { createTestHarness } from "wrangler";
import { ROOT } from "../../tools/tree.ts";
import { Consumer, installCheckers, NODE, run } from "./workbench.ts";

const CHECKERS = await installCheckers();
const WRANGLER = `${ROOT}node_modules/wrangler/bin/wrangler.js`;
const consumer = await Consumer.create();
for (const name of ["worker.ts", "bindings.ts", "wrangler.jsonc"]) {
  await consumer.write(name, await Deno.readTextFile(new URL(`consumer/${name}`, import.meta.url)));
}
for (const name of ["agent.ts", "chat.ts", "worker.ts"]) {
  await consumer.write(`example/${name}`, await Deno.readTextFile(`${ROOT}examples/${name}`));
}
globalThis.addEventListener("unload", () => Deno.removeSync(consumer.folder, { recursive: true }));

const FILES = ["worker.ts", "bindings.ts", "example/worker.ts"];
const COMPILERS = ["typescript-5", "typescript-6", "typescript-7"] as const;

Deno.test("wrangler bundles the installed package without the platform's module and without a runtime's", async () => {
  const { ok, text } = await wrangler("deploy", "--dry-run", "--outdir", "dist");
  assert(ok, text);
  const bundle = await Deno.readTextFile(`${consumer.folder}/dist/worker.js`);
  const modules = [...bundle.matchAll(/^import .* from "([^"]+)"|^import "([^"]+)"/gm)].map((found) =>
    found[1] ?? found[2]
  );
  assertEquals([...new Set(modules)], ["cloudflare:workers"]);
});

for (const compiler of COMPILERS) {
  Deno.test(`the bindings' types of @cloudflare/workers-types fit the package under ${compiler}`, async () => {
    const { ok, text } = await compile(compiler, [`${CHECKERS}/@cloudflare/workers-types`], FILES);
    assert(ok, text);
  });

  Deno.test(`the bindings' types that wrangler generates fit the package under ${compiler}`, async () => {
    const generated = await wrangler("types", "--env-interface", "WorkerEnv", "platform.d.ts");
    assert(generated.ok, generated.text);
    const { ok, text } = await compile(compiler, [], [...FILES, "platform.d.ts"]);
    assert(ok, text);
  });
}

Deno.test("the compile test fails where a binding does not fit", async () => {
  const wrong = 'import type { DurableObjectStateLike } from "@doze/fetch/cloudflare";\n' +
    "declare const storage: DurableObjectStorage;\nexport const state: DurableObjectStateLike = storage;\n";
  await consumer.write("wrong.ts", wrong);
  const { ok, text } = await compile("typescript-6", [`${CHECKERS}/@cloudflare/workers-types`], ["wrong.ts"]);
  assert(!ok);
  assertMatch(text, /TS27(39|41)|TS2322/);
});

Deno.test({
  name: "the installed package runs in workerd: an object asks, and its continuation runs once",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const api = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("hello"));
    const server = createTestHarness({ root: consumer.folder, workers: [{ configPath: "wrangler.jsonc" }] });
    try {
      await server.listen();
      const ask = await server.fetch(`/?ask=${encodeURIComponent(`http://127.0.0.1:${api.addr.port}/`)}`);
      assertEquals(typeof await ask.json(), "string");
      assertEquals(await poll(async () => await (await server.fetch("/")).json() as string[]), ["200 hello"]);
    } finally {
      await server.close();
      await api.shutdown();
    }
  },
});

/** Asks until there is an answer; workerd's time is real. */
async function poll(ask: () => Promise<string[]>): Promise<string[]> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await ask();
    if (answer.length > 0) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return [];
}

function wrangler(...args: string[]): ReturnType<typeof run> {
  return run(consumer.folder, "npx", "--yes", NODE, WRANGLER, ...args);
}

async function compile(compiler: string, types: string[], files: string[]): ReturnType<typeof run> {
  const compilerOptions = {
    target: "ES2023",
    lib: ["ES2023"],
    module: "esnext",
    moduleResolution: "bundler",
    allowImportingTsExtensions: true,
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types,
  };
  const config = `tsconfig.${crypto.randomUUID()}.json`;
  await consumer.write(config, JSON.stringify({ compilerOptions, files }));
  return await run(consumer.folder, "node", `${CHECKERS}/${compiler}/bin/tsc`, "-p", config);
}
