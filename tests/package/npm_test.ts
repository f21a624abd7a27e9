import { assert, assertEquals } from "@std/assert";
import { entryPoints, PACKAGE, VERSION } from "../../tools/manifest.ts";
import { Consumer, installCheckers, run } from "./workbench.ts";

const CHECKERS = await installCheckers();
const consumer = await Consumer.create();
globalThis.addEventListener("unload", () => Deno.removeSync(consumer.folder, { recursive: true }));

const COMPILERS = ["typescript-5", "typescript-6", "typescript-7"] as const;
const RESOLUTIONS = [["nodenext", "nodenext"], ["esnext", "bundler"]] as const;

Deno.test("the package has a module and its declarations for every entry, and nothing that is not needed", async () => {
  const manifest = JSON.parse(await consumer.read("package.json"));
  assertEquals([manifest.name, manifest.version, manifest.type, manifest.license], [PACKAGE, VERSION, "module", "MIT"]);
  assertEquals(
    Object.keys(manifest.exports).map((entry) => PACKAGE + entry.slice(1)).sort(),
    Object.keys(entryPoints()).sort(),
  );
  for (const { types, default: module } of Object.values<{ types: string; default: string }>(manifest.exports)) {
    assert((await consumer.read(types)).length > 0 && (await consumer.read(module)).length > 0);
  }
  for (const name of ["README.md", "LICENSE", "CHANGELOG.md"]) assert((await consumer.read(name)).length > 0, name);
  const list = (await run(consumer.folder, "tar", "tzf", consumer.tarball)).text.trim().split("\n");
  assertEquals(list.filter((path) => !/\.(js|d\.ts|md)$|\/(LICENSE|package\.json)$/.test(path)), []);
});

Deno.test("the package depends on croner alone", async () => {
  const { dependencies = {} } = JSON.parse(await consumer.read("package.json"));
  assertEquals(Object.keys(dependencies).filter((name) => name !== "croner"), []);
});

Deno.test("publint finds nothing", async () => {
  const { ok, text } = await run(
    consumer.folder,
    "node",
    `${CHECKERS}/publint/src/cli.js`,
    "run",
    consumer.tarball,
    "--strict",
  );
  assert(ok && /All good/.test(text), text);
});

Deno.test("are-the-types-wrong finds nothing, for a package of ES modules", async () => {
  const attw = `${CHECKERS}/@arethetypeswrong/cli/dist/index.js`;
  const { ok, text } = await run(
    consumer.folder,
    "node",
    attw,
    consumer.tarball,
    "--profile",
    "esm-only",
    "--format",
    "ascii",
  );
  assert(ok, text);
  for (const entry of Object.keys(entryPoints())) assert(text.includes(`"${entry}"`), entry);
});

Deno.test("publint and are-the-types-wrong refuse a package without its declarations", async () => {
  const broken = `${consumer.folder}/broken`;
  await run(consumer.folder, "cp", "-r", `${consumer.folder}/build/package`, broken);
  await Deno.remove(`${broken}/mod.d.ts`);
  await run(broken, "npm", "pack", "--silent");
  const tarball = `${broken}/doze-fetch-${VERSION}.tgz`;
  const publint = await run(broken, "node", `${CHECKERS}/publint/src/cli.js`, "run", tarball, "--strict");
  assert(!publint.ok && /mod\.d\.ts but the file does not exist/.test(publint.text), publint.text);
  const attw = await run(
    broken,
    "node",
    `${CHECKERS}/@arethetypeswrong/cli/dist/index.js`,
    tarball,
    "--profile",
    "esm-only",
  );
  assert(!attw.ok && attw.text.includes("UntypedResolution"), attw.text);
});

for (const compiler of COMPILERS) {
  for (const [module, moduleResolution] of RESOLUTIONS) {
    Deno.test(`the package type-checks under ${compiler}, ${moduleResolution}, strict, in a browser's or Node's scope`, async () => {
      const entries = Object.keys(entryPoints()).filter((entry) => !entry.endsWith("/cloudflare"));
      const { ok, text } = await typeCheck(compiler, {
        module,
        moduleResolution,
        lib: ["ES2023", "DOM", "DOM.Iterable"],
      }, entries);
      assert(ok, text);
    });

    Deno.test(`the package type-checks under ${compiler}, ${moduleResolution}, strict, in a Worker's scope`, async () => {
      const options = { module, moduleResolution, lib: ["ES2023"], types: [`${CHECKERS}/@cloudflare/workers-types`] };
      const { ok, text } = await typeCheck(compiler, options, Object.keys(entryPoints()));
      assert(ok, text);
    });
  }
}

Deno.test("type-checking the package fails on a wrong use", async () => {
  const options = { module: "nodenext", moduleResolution: "nodenext", lib: ["ES2023", "DOM", "DOM.Iterable"] };
  const wrong = `import { systemClock } from "${PACKAGE}";\nconst now: string = systemClock.now();\nexport { now };\n`;
  const { ok, text } = await typeCheck("typescript-6", options, [], wrong);
  assert(!ok && /TS2322/.test(text), text);
});

/** Compiles a file that imports whole entries, every declaration file checked with it. */
async function typeCheck(
  compiler: string,
  options: Record<string, unknown>,
  entries: readonly string[],
  more = "",
): Promise<{ ok: boolean; text: string }> {
  const folder = `types-${crypto.randomUUID()}`;
  const imports = entries.map((entry, index) => `import * as entry${index} from "${entry}";`).join("\n");
  const uses = `export const entries: object[] = [${entries.map((_, index) => `entry${index}`).join(", ")}];`;
  await consumer.write(`${folder}/index.ts`, `${imports}\n${uses}\n${more}`);
  const compilerOptions = { target: "ES2023", types: [], strict: true, skipLibCheck: false, noEmit: true, ...options };
  await consumer.write(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  return await run(`${consumer.folder}/${folder}`, "node", `${CHECKERS}/${compiler}/bin/tsc`, "-p", ".");
}
