/**
 * `deno task npm`: builds the npm tarball into `npm/` with `deno pack`, and finishes what that leaves undone.
 *
 * Measured with Deno 2.9.6: `deno pack` compiles every module that an entry reaches, writes declarations and maps the
 * dependencies, but also puts the TypeScript of modules that none reaches into the tarball as assets, ambient
 * declarations among them, and writes no description, keywords or engines. npm then packs the cleaned folder.
 *
 * @module
 */
import manifest from "../../deno.json" with { type: "json" };
import { ROOT } from "../tree.ts";

/** What npm shows and checks, which `deno.json` has no place for. */
const DETAILS = {
  description:
    "Fetch from a Cloudflare Durable Object without waiting for it: the answer runs a stored continuation, once",
  keywords: [
    "cloudflare",
    "durable-objects",
    "workers",
    "fetch",
    "alarms",
    "continuation",
    "durable-execution",
    "sqlite",
  ],
  engines: { node: ">=22.13" },
};

/** A command that failed, with what it printed. */
export class BuildError extends Error {
  /** The class's name. */
  override readonly name = "BuildError";
}

/**
 * Builds the package.
 *
 * @param target An existing folder; the tarball and the folder `package/` are written into it.
 * @returns The tarball's path.
 */
export async function buildPackage(target: string): Promise<string> {
  const raw = `${target}/raw.tgz`;
  await run(Deno.execPath(), ["pack", "--allow-dirty", "--no-source-maps", "--output", raw], ROOT);
  await Deno.remove(`${target}/package`, { recursive: true }).catch(() => {});
  await run("tar", ["xzf", raw, "-C", target], ROOT);
  await Deno.remove(raw);
  await removeSources(`${target}/package`);
  await addDetails(`${target}/package/package.json`);
  await run("npm", ["pack", "--silent", "--pack-destination", target], `${target}/package`);
  return `${target}/${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`;
}

/** Removes TypeScript that was not compiled, and ambient declarations, which no module of the package mentions. */
async function removeSources(folder: string): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) await removeSources(path);
    else if (entry.name.endsWith(".ts") && !(await hasModule(path))) await Deno.remove(path);
  }
  if (Deno.readDirSync(folder).next().done) await Deno.remove(folder);
}

/** Whether a declaration file stands beside the module that it declares. */
async function hasModule(path: string): Promise<boolean> {
  if (!path.endsWith(".d.ts")) return false;
  return await Deno.stat(path.replace(/\.d\.ts$/, ".js")).then(() => true, () => false);
}

async function addDetails(path: string): Promise<void> {
  const { name, version, ...rest } = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, `${JSON.stringify({ name, version, ...DETAILS, ...rest }, null, 2)}\n`);
}

async function run(command: string, args: string[], cwd: string): Promise<void> {
  const output = await new Deno.Command(command, { args, cwd, stdout: "piped", stderr: "piped" }).output();
  if (output.success) return;
  const decoder = new TextDecoder();
  const said = decoder.decode(output.stderr) + decoder.decode(output.stdout);
  throw new BuildError(`Cannot build the package: correct what "${command} ${args.join(" ")}" says: ${said}`);
}

if (import.meta.main) {
  await Deno.mkdir(`${ROOT}npm`, { recursive: true });
  console.log(await buildPackage(`${ROOT}npm`));
}
