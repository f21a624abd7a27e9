/**
 * What runs on the other runtimes: the list of cases, the depth test and the fuzzer. `report` is the whole interface.
 *
 * @module
 */
import { parse, stringify } from "../../../core/serializer/mod.ts";
import { fuzz, type FuzzReport } from "./fuzz.ts";
import { type Report, runCases } from "./run_cases.ts";

/** What a runtime sends back. */
export interface RuntimeReport {
  /** The list of cases. */
  cases: Report;
  /** How deep the deepest nested value was that came back, for arrays, maps and objects. */
  depths: number[];
  /** The fuzzer. */
  fuzz: FuzzReport;
}

/** Runs everything. */
export function report(texts: number, seed: number): RuntimeReport {
  return { cases: runCases(), depths: depths(100_000), fuzz: fuzz(texts, seed) };
}

function depths(depth: number): number[] {
  let array: unknown[] = [];
  let map = new Map<number, unknown>();
  let object: Record<string, unknown> = {};
  for (let i = 1; i < depth; i++) {
    array = [array];
    map = new Map([[i, map]]);
    object = { object };
  }
  return [
    countDepth(parse(stringify(array)), (value) => (value as unknown[])[0]),
    countDepth(parse(stringify(map)), (value) => (value as Map<number, unknown>).values().next().value),
    countDepth(parse(stringify(object)), (value) => (value as Record<string, unknown>).object),
  ];
}

function countDepth(value: unknown, inner: (value: unknown) => unknown): number {
  let depth = 0;
  for (let at = value; at !== undefined; at = inner(at)) depth++;
  return depth;
}
