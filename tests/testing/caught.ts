import { assert } from "@std/assert";
import type { Storage } from "@doze/fetch";
import { StorageCaseError, storageCases, type StorageHarness } from "@doze/fetch/testing";

/** What the suite says of a storage. */
export interface Verdict {
  /** Names of the cases that passed. */
  readonly passed: string[];
  /** Names of the cases that failed, each with the rule that was broken, or with the storage's own error. */
  readonly failed: Map<string, string>;
}

/** A harness for a storage in memory; without `manyRows` it takes a tenth of the time. */
export function harnessOf(open: () => Storage, manyRows: boolean): StorageHarness {
  return { supports: { persistence: false, largePayloads: true, manyRows }, open };
}

/** Runs the whole suite. */
export async function judge<S extends Storage>(harness: StorageHarness<S>): Promise<Verdict> {
  const passed: string[] = [];
  const failed = new Map<string, string>();
  for (const { name, run } of storageCases(harness)) {
    try {
      await run();
      passed.push(name);
    } catch (error) {
      failed.set(name, error instanceof StorageCaseError ? error.rule : `the storage threw ${error}`);
    }
  }
  return { passed, failed };
}

/**
 * Defines a test: the suite catches a broken storage by the named case, while most other cases pass, so that
 * the bug is what was caught, and not that nothing works.
 */
export function testCaught(bug: string, open: () => Storage, name: string): void {
  Deno.test(`storageCases catch ${bug}`, async () => {
    const { passed, failed } = await judge(harnessOf(open, name.startsWith("model:")));
    assert(failed.has(name), `not caught by "${name}", but by ${[...failed.keys()].join("; ") || "none"}`);
    assert(passed.length > failed.size, `too many cases fail: ${failed.size}`);
  });
}
