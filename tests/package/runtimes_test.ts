import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { STORAGE_CASES } from "@doze/fetch/testing";
import { BUN, Consumer, NODE, run } from "./workbench.ts";

const consumer = await Consumer.create();
for (const name of ["storage_run.ts", "local_run.ts"]) {
  await consumer.write(name, await Deno.readTextFile(new URL(`consumer/${name}`, import.meta.url)));
}
globalThis.addEventListener("unload", () => Deno.removeSync(consumer.folder, { recursive: true }));

const RUNTIMES = [NODE, BUN] as const;

for (const runtime of RUNTIMES) {
  Deno.test(`the installed package passes every storage case over a SQLite file on ${runtime}`, async () => {
    const { ok, text } = await run(consumer.folder, "npx", "--yes", runtime, "storage_run.ts");
    const summary = /^(\d+) cases passed, (\d+) failed$/m.exec(text);
    assert(ok, text);
    assertEquals(summary?.[2], "0", text);
    assertGreaterOrEqual(STORAGE_CASES.length, 60);
    assertEquals(Number(summary?.[1]), STORAGE_CASES.length);
  });

  Deno.test(`the installed package runs a local host on ${runtime}: killed in mid-flight, its continuation runs once`, async () => {
    const path = `${consumer.folder}/${runtime}.db`;
    const api = startApi();
    try {
      const killed = await start(runtime, path, api.url);
      await api.reached;
      killed.kill("SIGKILL");
      await killed.status;
      const { ok, text } = await run(consumer.folder, "npx", "--yes", runtime, "local_run.ts", path);
      assert(ok, text);
      assertEquals(/^{"replies":.*$/m.exec(text)?.[0], '{"replies":["200 hello"]}', text);
    } finally {
      await api.close();
    }
  });
}

/** An API whose first answer never comes, and whose later ones come at once. */
function startApi(): { url: string; reached: Promise<void>; close(): Promise<void> } {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const { promise: over, resolve: end } = Promise.withResolvers<Response>();
  let requests = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    resolve();
    return requests++ === 0 ? over : new Response("hello");
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    reached,
    close() {
      end(new Response());
      return server.shutdown();
    },
  };
}

/** Starts the runtime itself, so that a signal meets it and not npx. */
async function start(runtime: string, ...args: string[]): Promise<Deno.ChildProcess> {
  const name = runtime.split("@")[0];
  const { text } = await run(consumer.folder, "npx", "--yes", "--package", runtime, "--call", `command -v ${name}`);
  const binary = text.trim().split("\n").findLast((line) => line.startsWith("/")) ?? name;
  const command = new Deno.Command(binary, {
    args: ["local_run.ts", ...args],
    cwd: consumer.folder,
    stdout: "null",
    stderr: "null",
  });
  return command.spawn();
}
