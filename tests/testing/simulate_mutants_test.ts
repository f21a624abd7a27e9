import { assert, assertEquals } from "@std/assert";
import { type Mutant, MUTANTS } from "./mutants.ts";

const REPOSITORY = new URL("../../", import.meta.url).pathname;
const SEEDS = 1_000;

/** Copies what the simulator needs, with one fault in it. */
async function breed(mutant: Mutant, to: string): Promise<void> {
  await copy(`${REPOSITORY}core`, `${to}/core`);
  await copy(`${REPOSITORY}testing`, `${to}/testing`);
  const source = await Deno.readTextFile(`${to}/${mutant.file}`);
  assertEquals(source.split(mutant.from).length, 2, `the text of "${mutant.name}" must occur once in ${mutant.file}`);
  await Deno.writeTextFile(`${to}/${mutant.file}`, source.replace(mutant.from, () => mutant.to));
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.isDirectory) await copy(`${from}/${entry.name}`, `${to}/${entry.name}`);
    else await Deno.copyFile(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}

/** The seed that shows the fault, or 0. */
async function hunt(root: string): Promise<{ seed: number; said: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-read",
      "--allow-env",
      "--no-check",
      `${REPOSITORY}tests/testing/hunt.ts`,
      root,
      String(SEEDS),
    ],
    cwd: REPOSITORY,
  });
  const { stdout, stderr } = await command.output();
  // A mutant that ends the process has shown itself as well.
  const said = new TextDecoder().decode(stderr).trim();
  const seed = Number(new TextDecoder().decode(stdout).trim() || "1");
  return { seed, said };
}

Deno.test("simulate finds every deliberate fault within 1,000 seeds", async () => {
  const root = await Deno.makeTempDir({ dir: REPOSITORY, prefix: ".mutants-" });
  const missed: string[] = [];
  try {
    const waiting = [...MUTANTS.entries()];
    const hunter = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [nth, mutant] = next;
        await breed(mutant, `${root}/${nth}`);
        const { seed, said } = await hunt(`${root}/${nth}`);
        if (Deno.env.get("HUNT") !== undefined) {
          console.log(`${seed} ${mutant.name}: ${said.split("\n")[0].slice(0, 150)}`);
        }
        if (seed === 0) missed.push(mutant.name);
      }
    };
    await Promise.all([hunter(), hunter()]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  assert(MUTANTS.length >= 15);
  assertEquals(missed, []);
});
