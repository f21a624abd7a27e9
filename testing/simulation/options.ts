/**
 * Checks what a simulation is asked for, so that a slip is told as one and is not mistaken for a finding.
 *
 * @module
 */
import { InvalidOptionError } from "../../core/errors.ts";
import type { Storage } from "../../core/storage.ts";
import { PORT } from "./guarded_storage.ts";
import { FAULTS } from "./plan.ts";

/** The options that are functions. */
const FUNCTIONS: readonly string[] = ["storage", "origin", "call", "respond", "check"];
/** The options that mean something only with an object of one's own. */
const OWN: readonly string[] = ["call", "respond", "check", "settings"];
/** The steps that there are. */
const STEPS: readonly unknown[] = ["call", "wait", "cancel", "evict", "crash", "kill", "jump", "alarm", "full"];

/**
 * Refuses options that are none.
 *
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for the first that is wrong.
 */
export function checkOptions(options: unknown): void {
  if (!isRecord(options)) throw new InvalidOptionError("options", options, "pass an object with a seed");
  const { seed, steps, faults, plan, shrink, settings } = options;
  if (!Number.isSafeInteger(seed)) throw new InvalidOptionError("seed", seed, "pass an integer");
  if (steps !== undefined && !(Number.isSafeInteger(steps) && Number(steps) >= 0)) {
    throw new InvalidOptionError("steps", steps, "pass an integer of 0 or more, or leave it out");
  }
  checkList("faults", faults, (fault) => FAULTS.some((known) => known === fault), `of ${FAULTS.join(", ")}`);
  checkList("plan", plan, (step) => isRecord(step) && STEPS.includes(step.step), "of steps, as a result has them");
  if (shrink !== undefined && typeof shrink !== "boolean") {
    throw new InvalidOptionError("shrink", shrink, "pass true or false, or leave it out");
  }
  for (const name of FUNCTIONS) {
    const given = options[name];
    if (given !== undefined && typeof given !== "function") {
      throw new InvalidOptionError(name, given, "pass a function, or leave it out");
    }
  }
  if (settings !== undefined && !isRecord(settings)) {
    throw new InvalidOptionError("settings", settings, "pass an object, or leave it out");
  }
  const { origin, call } = options;
  for (const name of OWN) {
    if (origin !== undefined || options[name] === undefined) continue;
    throw new InvalidOptionError(name, options[name], 'pass an "origin" as well, which makes your object');
  }
  if (origin !== undefined && call === undefined) {
    throw new InvalidOptionError("call", call, "pass a function that uses your object, as your code does");
  }
}

function checkList(name: string, value: unknown, isKnown: (each: unknown) => boolean, remedy: string): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) throw new InvalidOptionError(name, value, `pass an array ${remedy}, or leave it out`);
  for (const each of value) {
    if (!isKnown(each)) throw new InvalidOptionError(name, each, `pass an array ${remedy}`);
  }
}

/**
 * Refuses what is no storage.
 *
 * @throws {InvalidOptionError} (`INVALID_OPTION`) when it lacks a method of the port.
 */
export function checkStorage(storage: Storage): Storage {
  const given: unknown = storage;
  if (!isRecord(given)) throw new InvalidOptionError("storage", given, "return a storage from the function");
  const missing = PORT.find((name) => typeof given[name] !== "function");
  if (missing === undefined) return storage;
  throw new InvalidOptionError("storage", given, `return a storage: it lacks the method "${missing}"`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
