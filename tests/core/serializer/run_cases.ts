/**
 * Runs every case of the list on the runtime that it is loaded into.
 *
 * @module
 */
import { parse, postprocess, preprocess, SerializerError, stringify } from "../../../core/serializer/mod.ts";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import { difference } from "./isomorphic.ts";

/** What one run found. */
export interface Report {
  /** How many kinds are carried, or refused as documented. */
  passed: number;
  /** What went wrong, by name. */
  failed: Record<string, string>;
}

/** Runs one case; what it returns is what went wrong. */
export function runCase({ make, refused }: Case): string | undefined {
  const value = make();
  if (refused !== undefined) {
    try {
      return stringify({ a: [value] }) && "it was not refused";
    } catch (error) {
      const expected = error instanceof SerializerError && error.path === "$.a[0]" && refused.test(error.message);
      return expected ? undefined : `${error}`;
    }
  }
  const text = stringify(value);
  const tree = preprocess(value);
  const kept = JSON.stringify(tree);
  return difference(value, parse(text)) ??
    difference({ deep: [value, value] }, parse(stringify({ deep: [value, value] }))) ??
    difference(value, postprocess(JSON.parse(text))) ??
    difference(value, parse(JSON.stringify(tree))) ??
    difference(value, postprocess(tree)) ??
    (kept === JSON.stringify(tree) ? undefined : "postprocess changed its tree");
}

/** Runs the list. */
export function runCases(): Report {
  const failed: Record<string, string> = {};
  for (const one of cases) {
    let wrong: string | undefined;
    try {
      wrong = runCase(one);
    } catch (error) {
      wrong = String(error);
    }
    if (wrong !== undefined) failed[one.name] = wrong;
  }
  return { passed: cases.length - Object.keys(failed).length, failed };
}
