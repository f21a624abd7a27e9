import { buildPackage } from "../../tools/package/npm.ts";
import { ROOT } from "../../tools/tree.ts";

/** Quiet npm: no audit, no advice, no funding. */
const QUIET = ["--no-audit", "--no-fund", "--loglevel=error"];

/** Node, from npm, so that any version may start the tests; wrangler needs 22. */
export const NODE = "node@24.21.0";
/** Bun, from npm. */
export const BUN = "bun@1.4.5";

/** What a command did. */
export interface Ran {
  /** Whether it exited with 0. */
  readonly ok: boolean;
  /** Everything it printed. */
  readonly text: string;
}

/** Runs a command to its end. */
export async function run(cwd: string, command: string, ...args: string[]): Promise<Ran> {
  const output = await new Deno.Command(command, {
    args,
    cwd,
    env: { NO_COLOR: "1", CI: "true", npm_config_update_notifier: "false", WRANGLER_SEND_METRICS: "false" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { ok: output.success, text: decoder.decode(output.stdout) + decoder.decode(output.stderr) };
}

/**
 * Installs the programs that judge the package, pinned by their own lock file, below `npm/`; once for each content of
 * the lock file. Test files that come here at the same time do not meet: each installs aside, the first one stays.
 *
 * @returns The folder of their `node_modules`.
 */
export async function installCheckers(): Promise<string> {
  const own = `${ROOT}tests/package/checkers`;
  const lock = await Deno.readFile(`${own}/package-lock.json`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", lock)).toHex().slice(0, 16);
  const folder = `${ROOT}npm/checkers-${digest}`;
  if (!await Deno.stat(folder).then(() => true, () => false)) {
    await Deno.mkdir(`${ROOT}npm`, { recursive: true });
    const aside = await Deno.makeTempDir({ dir: `${ROOT}npm` });
    for (const name of ["package.json", "package-lock.json"]) await Deno.copyFile(`${own}/${name}`, `${aside}/${name}`);
    const { ok, text } = await run(aside, "npm", "ci", ...QUIET);
    if (!ok) throw new WorkbenchError(`Cannot install the checkers: ${text}`);
    await Deno.rename(aside, folder).catch(() => Deno.remove(aside, { recursive: true }));
  }
  return `${folder}/node_modules`;
}

/** An empty npm project with the package installed from its tarball. */
export class Consumer implements AsyncDisposable {
  constructor(
    /** The project's folder. */
    readonly folder: string,
    /** The tarball that was installed. */
    readonly tarball: string,
  ) {}

  /** Builds the package, starts an empty project and installs the one in the other. */
  static async create(): Promise<Consumer> {
    const folder = await Deno.makeTempDir({ prefix: "doze-consumer-" });
    await Deno.mkdir(`${folder}/build`);
    const tarball = await buildPackage(`${folder}/build`);
    const consumer = new Consumer(folder, tarball);
    await consumer.write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }));
    const { ok, text } = await run(folder, "npm", "install", tarball, ...QUIET);
    if (!ok) throw new WorkbenchError(`Cannot install the package: ${text}`);
    return consumer;
  }

  /** Writes a file of the project. */
  async write(path: string, text: string): Promise<void> {
    await Deno.mkdir(`${this.folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${this.folder}/${path}`, text);
  }

  /** Reads a file of the installed package. */
  read(path: string): Promise<string> {
    return Deno.readTextFile(`${this.folder}/node_modules/@doze/fetch/${path}`);
  }

  /** Removes the project. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The workbench itself broke, before anything was judged. */
export class WorkbenchError extends Error {
  /** The class's name. */
  override readonly name = "WorkbenchError";
}
