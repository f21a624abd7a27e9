/**
 * What a simulation does, decided before it begins, so that a failing run can be cut down to what matters.
 *
 * @module
 */
import type { Durability } from "../../core/job.ts";
import { chance, dice, pick } from "./chance.ts";

/** What can go wrong. */
export type Fault =
  | "drop"
  | "delay"
  | "duplicate"
  | "reorder"
  | "executorDeath"
  | "eviction"
  | "crash"
  | "lateAlarm"
  | "doubleAlarm"
  | "clockStep"
  | "storageFull"
  | "throw"
  | "hang";

/** Every fault. */
export const FAULTS: readonly Fault[] = [
  "drop",
  "delay",
  "duplicate",
  "reorder",
  "executorDeath",
  "eviction",
  "crash",
  "lateAlarm",
  "doubleAlarm",
  "clockStep",
  "storageFull",
  "throw",
  "hang",
];

/** How a simulated handler behaves. */
export type Manner = "plain" | "throwOnce" | "throwAlways" | "async" | "asyncThrowOnce" | "hang";

/** A request that the origin makes. All durations are in milliseconds. */
export interface CallStep {
  /** Tells steps apart. */
  readonly step: "call";
  /** Names the request; no two steps have the same. */
  readonly request: number;
  /** As in `ProxyFetchOptions.durability`. */
  readonly durability: Durability;
  /** The request's method. */
  readonly method: "GET" | "POST";
  /** As in `ProxyFetchOptions.timeout`. */
  readonly timeout: number;
  /** As in `ProxyFetchOptions.grace`. */
  readonly grace: number;
  /** How long the server takes; beyond `timeout` the executor gives up. */
  readonly takes: number;
  /** Whether the connection breaks instead of an answer. */
  readonly breaks: boolean;
  /** How the handler behaves. */
  readonly manner: Manner;
  /** Whether the caller wants late outcomes. */
  readonly onLate: boolean;
  /** As in `ProxyFetchOptions.onAmbiguous`. */
  readonly onAmbiguous: "drop" | "run";
  /** Whether the id is the caller's. */
  readonly named: boolean;
}

/** Time passes. */
export interface WaitStep {
  /** Tells steps apart. */
  readonly step: "wait";
  /** How much, in milliseconds. */
  readonly ms: number;
}

/** The origin cancels an earlier request. */
export interface CancelStep {
  /** Tells steps apart. */
  readonly step: "cancel";
  /** Which one, as in {@linkcode CallStep.request}. */
  readonly request: number;
  /** Whether it does so in a transaction that is undone. */
  readonly undone?: boolean;
}

/** The object is lost while nothing runs in it. */
export interface EvictStep {
  /** Tells steps apart. */
  readonly step: "evict";
}

/** The object is lost while it works. */
export interface CrashStep {
  /** Tells steps apart. */
  readonly step: "crash";
  /** Before which write to the storage from here, transactions counted as one more each; 1 or more. */
  readonly writes: number;
}

/** One of the executors at work dies. */
export interface KillStep {
  /** Tells steps apart. */
  readonly step: "kill";
  /** Which one, counted round. */
  readonly which: number;
}

/** The origin's clock jumps. */
export interface JumpStep {
  /** Tells steps apart. */
  readonly step: "jump";
  /** How far, in milliseconds; back when negative. */
  readonly ms: number;
}

/** The next alarm is not as it should be. */
export interface AlarmStep {
  /** Tells steps apart. */
  readonly step: "alarm";
  /** How late it is, in milliseconds. */
  readonly late: number;
  /** Whether it comes twice. */
  readonly twice: boolean;
}

/** The storage has no room. */
export interface FullStep {
  /** Tells steps apart. */
  readonly step: "full";
  /** How many inserts fail. */
  readonly inserts: number;
}

/** Something that a simulation does. */
export type Step =
  | CallStep
  | WaitStep
  | CancelStep
  | EvictStep
  | CrashStep
  | KillStep
  | JumpStep
  | AlarmStep
  | FullStep;

/**
 * Draws up a plan.
 *
 * @param seed The same seed gives the same plan.
 * @param steps How many steps.
 * @param faults What may go wrong.
 */
export function makePlan(seed: number, steps: number, faults: ReadonlySet<Fault>): Step[] {
  const roll = dice("plan", seed);
  // Some seeds are calm and some are storms: faults that come rarely are found only where others are rarer still.
  const storm = roll();
  const plan: Step[] = [];
  let requests = 0;
  let cancelled = false;
  for (let at = 0; at < steps; at++) {
    const kind = roll();
    // What is cancelled must stay so in an object that has forgotten it, and so must what was settled from memory.
    const forgets = faults.has("eviction") &&
      (cancelled ? roll() < 0.5 : isSettling(plan) && chance(seed, "forgets", at) < 0.3);
    cancelled = false;
    const bad = kind > 0.62 ? badStep(roll, faults, storm) : undefined;
    if (forgets) plan.push({ step: "evict" });
    else if (kind < 0.25 || requests === 0) plan.push(callStep(roll, requests++, faults));
    else if (bad !== undefined) plan.push(bad);
    else if (kind < 0.29) {
      const undone = faults.has("throw") && chance(seed, "undone", at) < 0.3;
      plan.push({ ...cancelStep(roll, requests), ...(undone ? { undone } : {}) });
      cancelled = !undone;
    } else plan.push({ step: "wait", ms: Math.floor(10 ** (1 + roll() * 3.5)) });
  }
  return plan;
}

/** Whether a deferred request was made a while ago: it may have been settled since, before a row held it. */
function isSettling(plan: readonly Step[]): boolean {
  const [call, wait] = plan.slice(-2);
  return call?.step === "call" && call.durability === "deferred" && wait?.step === "wait";
}

/** Half of the time the latest request, which is the likeliest to be under way. */
function cancelStep(roll: () => number, requests: number): CancelStep {
  const latest = roll() < 0.5;
  return { step: "cancel", request: latest ? requests - 1 : Math.floor(roll() * requests) };
}

function callStep(roll: () => number, request: number, faults: ReadonlySet<Fault>): CallStep {
  const durability = pick<Durability>(roll(), ["strict", "strict", "strict", "deferred", "deferred", "memory"]);
  const timeout = pick(roll(), [100, 2_000, 10_000, 30_000, 120_000]);
  const manners: Manner[] = ["plain", "plain", "plain", "plain", "plain", "async"];
  if (faults.has("throw")) manners.push("throwOnce", "throwOnce", "throwAlways", "asyncThrowOnce");
  if (faults.has("hang") && roll() < 0.3) manners.push("hang");
  const edge = roll();
  const takes = edge < 0.2 ? timeout - 1 : edge < 0.3 ? timeout + 1_000 : Math.floor(timeout * roll() ** 2);
  return {
    step: "call",
    request,
    durability,
    method: roll() < 0.6 ? "GET" : "POST",
    timeout,
    grace: pick(roll(), [1_000, 5_000, 10_000]),
    takes,
    breaks: roll() < 0.1,
    manner: pick(roll(), manners),
    onLate: roll() < 0.3,
    onAmbiguous: roll() < 0.3 ? "run" : "drop",
    named: roll() < 0.15,
  };
}

function badStep(roll: () => number, faults: ReadonlySet<Fault>, storm: number): Step | undefined {
  const choices: [Fault, () => Step][] = [
    ["eviction", () => ({ step: "evict" })],
    ["crash", () => ({ step: "crash", writes: 1 + Math.floor(roll() * 8) })],
    ["executorDeath", () => ({ step: "kill", which: Math.floor(roll() * 8) })],
    ["clockStep", () => ({ step: "jump", ms: Math.floor((roll() * 2 - 1) * 60_000) })],
    ["lateAlarm", () => ({ step: "alarm", late: Math.floor(roll() * 60_000), twice: false })],
    ["doubleAlarm", () => ({ step: "alarm", late: 0, twice: true })],
    ["storageFull", () => ({ step: "full", inserts: 1 + Math.floor(roll() * 3) })],
  ];
  const [fault, make] = pick(roll(), choices);
  const step = make();
  return faults.has(fault) && roll() < storm ? step : undefined;
}
