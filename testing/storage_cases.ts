/**
 * The conformance suite for storages: what every implementation of the storage port must do.
 *
 * @module
 */
import { InvalidOptionError } from "../core/errors.ts";
import type { Storage } from "../core/storage.ts";
import type { StorageCapability, StorageCase } from "./storage_case.ts";
import { ALARM_CASES } from "./storage_cases/alarm.ts";
import { INSERT_CASES } from "./storage_cases/insert.ts";
import { MODEL_CASES } from "./storage_cases/model.ts";
import { MOVE_CASES } from "./storage_cases/move.ts";
import { ORDER_CASES } from "./storage_cases/order.ts";
import { PERSISTENCE_CASES } from "./storage_cases/persistence.ts";
import { SAVEPOINT_CASES } from "./storage_cases/savepoints.ts";
import { TAKE_CASES } from "./storage_cases/take.ts";
import { TRANSACTION_CASES } from "./storage_cases/transactions.ts";
import { VALUE_CASES } from "./storage_cases/values.ts";

/** How the suite gets at a storage, and what that storage can do. */
export interface StorageHarness<S extends Storage = Storage> {
  /** What the storage can do; cases that need more are left out. Say `false` only for what it cannot. */
  readonly supports: Readonly<Record<StorageCapability, boolean>>;
  /** Opens a storage that is empty and has no alarm: once for each case, so that no case sees another's rows. */
  open(): S | Promise<S>;
  /** Ends a storage as a restart would, and opens another over what it has committed. Needed for `persistence`. */
  reopen?(storage: S): S | Promise<S>;
  /** Ends a storage and removes what it has kept, after each case, whether it has passed or not. */
  close?(storage: S): void | Promise<void>;
}

/** A case with its storage: a name, and a function for any test framework. */
export interface StorageTest {
  /** The method, a colon, and the behaviour; unique in the suite. */
  readonly name: string;
  /**
   * Opens a storage, runs the case and closes the storage.
   *
   * @returns Rejects with a `StorageCaseError` when the storage does something else than it must, and with the
   * storage's own error when it throws one.
   */
  run(): Promise<void>;
}

/** The cases as data, for whoever runs them in an own way. The order is that in which a new storage passes them. */
export const STORAGE_CASES: readonly StorageCase[] = [
  ...INSERT_CASES,
  ...TAKE_CASES,
  ...MOVE_CASES,
  ...ORDER_CASES,
  ...VALUE_CASES,
  ...TRANSACTION_CASES,
  ...SAVEPOINT_CASES,
  ...ALARM_CASES,
  ...PERSISTENCE_CASES,
  ...MODEL_CASES,
];

/**
 * The conformance suite for one storage, for any test framework: each case has a name and a function to run.
 *
 * It tests what the port promises, on one instance at a time. It does not test what happens when the machine loses
 * power, nor how fast the storage is.
 *
 * @example Test a storage of your own
 * ```ts
 * import { MemoryStorage } from "@doze/fetch/memory";
 * import { storageCases } from "@doze/fetch/testing";
 *
 * const supports = { persistence: false, largePayloads: true, manyRows: true };
 * for (const { name, run } of storageCases({ supports, open: () => new MemoryStorage() })) {
 *   await run(); // in a test file: Deno.test(name, run), it(name, run), test(name, run)
 *   console.log(`ok: ${name}`);
 * }
 * ```
 *
 * @param harness How to open a storage, and what it can do.
 * @returns One test for each case that the storage's capabilities allow.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when `persistence` is supported and `reopen` is missing.
 */
export function storageCases<S extends Storage>(harness: StorageHarness<S>): StorageTest[] {
  if (harness.supports.persistence && harness.reopen === undefined) {
    throw new InvalidOptionError("reopen", undefined, 'pass a function, or say "persistence: false"');
  }
  return STORAGE_CASES
    .filter((each) => each.needs === undefined || harness.supports[each.needs])
    .map((each) => ({ name: each.name, run: () => runCase(each, harness) }));
}

/**
 * Hands the suite to a test framework.
 *
 * @param test The framework's function, e.g. `Deno.test`, or `test` of `node:test`, Bun or Vitest.
 * @param harness How to open a storage, and what it can do.
 */
export function testStorage<S extends Storage>(
  test: (name: string, run: () => Promise<void>) => unknown,
  harness: StorageHarness<S>,
): void {
  for (const { name, run } of storageCases(harness)) test(name, run);
}

async function runCase<S extends Storage>(each: StorageCase, harness: StorageHarness<S>): Promise<void> {
  let storage = await harness.open();
  try {
    await each.run(storage, async () => {
      if (harness.reopen !== undefined) storage = await harness.reopen(storage);
      return storage;
    });
  } finally {
    await harness.close?.(storage);
  }
}
