import { assertEquals, assertGreater } from "@std/assert";
import { serveHttp } from "../core/unruly_server.ts";
import type { Books } from "./local_kill/process.ts";

/** Kills in all, half of them on each of two files, side by side. */
const KILLS = 200;

function start(path: string, url: string, mode: "load" | "finish"): Deno.ChildProcess {
  const script = new URL("./local_kill/process.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", "--quiet", script, path, url, mode],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Starts a process and kills it at a random moment: while it recovers, or under load. */
async function liveAndDie(path: string, url: string): Promise<void> {
  const child = start(path, url, "load");
  if (Math.random() < 0.8) {
    const reader = child.stdout.getReader();
    await reader.read();
    reader.releaseLock();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
  } else {
    await new Promise((resolve) => setTimeout(resolve, 60 + Math.random() * 120));
  }
  child.kill("SIGKILL");
  await child.output();
}

async function survive(directory: string, url: string, kills: number): Promise<Books> {
  const path = `${directory}/agent.db`;
  for (let i = 0; i < kills; i++) await liveAndDie(path, url);
  const { stdout } = await start(path, url, "finish").output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test(`the local host loses and doubles nothing when it is killed at ${KILLS} random moments`, async () => {
  await using api = serveHttp(async () => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
    return new Response("ok");
  });
  const directories = await Promise.all([1, 2].map(() => Deno.makeTempDir({ prefix: "doze-kill-" })));
  try {
    const all = await Promise.all(directories.map((directory) => survive(directory, api.origin, KILLS / 2)));
    for (const { asked, ran, answered, left } of all) {
      assertEquals(ran.toSorted(), asked.toSorted());
      assertEquals(left, 0);
      assertGreater(answered, KILLS);
    }
  } finally {
    for (const directory of directories) await Deno.remove(directory, { recursive: true });
  }
});
