/**
 * workerd with the objects of doze_worker/, and a slow API for them to call. Importing it registers start and end with
 * the test runner.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { createTestHarness } from "wrangler";
import { type Api, startApi } from "../../../examples/demo/api.ts";

/** One run of a continuation, as its handler wrote it down. */
export interface Run {
  readonly label: string;
  readonly outcome: string;
}

/** The running Workers: `doze`, and `doze-executor` behind a service binding. */
export const server: ReturnType<typeof createTestHarness> = createTestHarness({
  root: `${import.meta.dirname}/doze_worker`,
  workers: [{ configPath: "wrangler.jsonc" }, { configPath: "wrangler_executor.jsonc" }],
});

/** The API. */
export const api: Api = startApi();

Deno.test.beforeAll(async () => {
  await server.listen();
});

Deno.test.afterAll(async () => {
  await server.close();
  await api.close();
});

/** Registers a test that uses the Workers, which outlive it. */
export function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

/** Calls a method of an object. */
export async function call<T>(binding: string, name: string, method: string, ...args: unknown[]): Promise<T> {
  const response = await server.fetch(`http://doze/${binding}/${name}/${method}`, {
    method: "POST",
    body: JSON.stringify(args),
  });
  const answer = await response.json() as { value: T; error?: string };
  assertEquals(answer.error, undefined);
  return answer.value;
}

/** Asks for an object's runs until there are `count`, for 20 s at most. */
export async function untilRuns(binding: string, name: string, count: number): Promise<Run[]> {
  for (const end = Date.now() + 20_000;;) {
    const runs = await call<Run[]>(binding, name, "runs");
    if (runs.length >= count || Date.now() > end) return runs;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
