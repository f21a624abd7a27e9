/**
 * What a case of the storage suite is, and how it says that a storage is wrong.
 *
 * @module
 */
import { DozeError } from "../core/errors.ts";
import type { Row, RowKey, Storage } from "../core/storage.ts";

/**
 * What not every storage can do; the suite leaves out the cases of what yours cannot.
 * - `persistence`: another instance finds what an earlier one has committed, the alarm included.
 * - `largePayloads`: a payload of 1 MB is stored whole.
 * - `manyRows`: 2,000 rows are no burden; leave it out only where each write crosses a network.
 */
export type StorageCapability = "persistence" | "largePayloads" | "manyRows";

/** One thing that a storage must do, as data: a name, and what to run on an empty storage. */
export interface StorageCase {
  /** The method, a colon, and the behaviour; unique in the suite. */
  readonly name: string;
  /** The capability without which the case is left out. */
  readonly needs?: StorageCapability;
  /**
   * Runs the case.
   *
   * @param storage An empty storage with no alarm.
   * @param reopen Ends the storage and opens another over what it has committed. Only for `persistence`.
   * @throws {StorageCaseError} (`STORAGE_CASE_FAILED`) when the storage does something else than it must.
   */
  run(storage: Storage, reopen: () => Promise<Storage>): void | Promise<void>;
}

/** Thrown by a case whose storage does something else than it must. */
export class StorageCaseError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "StorageCaseError";
  /** Always `"STORAGE_CASE_FAILED"`. */
  readonly code = "STORAGE_CASE_FAILED";
  /** What the storage must do, in words. */
  readonly rule: string;

  /** Creates the error for a rule, what it asks for and what the storage did, both as text. */
  constructor(rule: string, expected: string, actual: string, options?: ErrorOptions) {
    super(`Cannot rely on the storage: ${rule}, expected ${expected}, got ${actual}`, options);
    this.rule = rule;
  }
}

/** Fails unless two values have the same fields, however deep; `undefined`, `NaN` and infinities are told apart. */
export function expectSame(actual: unknown, expected: unknown, rule: string): void {
  const [found, wanted] = [describe(actual), describe(expected)];
  if (found !== wanted) throw new StorageCaseError(rule, shorten(wanted), shorten(found));
}

/** Fails unless `run` throws an error whose code is `DUPLICATE_ID`. */
export function expectDuplicate(run: () => unknown, rule: string): void {
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  }
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : error;
  if (code !== "DUPLICATE_ID") {
    throw new StorageCaseError(rule, "DUPLICATE_ID", describe(code), { cause: error });
  }
}

/** Fails unless a transaction throws just the value that was thrown inside. */
export function expectThrown(storage: Storage, value: unknown, run: () => void): void {
  const nothing = {};
  let thrown: unknown = nothing;
  try {
    storage.transaction(() => {
      run();
      throw value;
    });
  } catch (error) {
    thrown = error;
  }
  if (thrown !== value) {
    const found = thrown === nothing ? "nothing thrown" : describe(thrown);
    throw new StorageCaseError("a transaction throws what was thrown inside", describe(value), found, {
      cause: thrown,
    });
  }
}

/** A row for a case; what is not given is the same for all. */
export function row(due: number, id: string, given: Partial<Row> = {}): Row {
  return { due, id, kind: "once", payload: `payload of ${id}`, named: false, ...given };
}

/** The ids of rows, in the order in which they came. */
export function ids(rows: readonly { readonly id: string }[]): string[] {
  return rows.map((each) => each.id);
}

/** Every row, in order. */
export function all(storage: Storage): Row[] {
  return storage.due(Infinity, Infinity);
}

/** The key that `first` gives, without what a storage may give beside it. */
export function firstKey(storage: Storage): RowKey | undefined {
  const first = storage.first();
  return first === undefined ? undefined : { due: first.due, id: first.id };
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describe).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "0" : String(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${name}: ${describe(field)}`).join(", ")}}`;
}

function shorten(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
