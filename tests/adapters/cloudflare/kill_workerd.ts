/**
 * Ends workerd as a failing machine does.
 *
 * @module
 */

/**
 * Sends SIGKILL to the workerd that has files of a directory open; test files that run side by side share a process, so
 * that its parent does not tell whose it is.
 *
 * @param directory Where its storage is.
 * @returns How many were killed.
 */
export function killWorkerdOf(directory: string): number {
  let killed = 0;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name) || !holds(name, directory)) continue;
    Deno.kill(Number(name), "SIGKILL");
    killed++;
  }
  return killed;
}

function holds(pid: string, directory: string): boolean {
  try {
    if (Deno.readTextFileSync(`/proc/${pid}/comm`).trim() !== "workerd") return false;
    const files = [...Deno.readDirSync(`/proc/${pid}/fd`)];
    return files.some(({ name }) => linkOf(`/proc/${pid}/fd/${name}`).startsWith(directory));
  } catch {
    // It has ended between the two reads, or is not ours.
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return "";
  }
}
