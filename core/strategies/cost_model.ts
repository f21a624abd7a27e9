/**
 * What a fetch costs on Cloudflare, by the way in which it is run. The model is published so that you can check it
 * against your bill, and so that the choices of `auto` can be explained.
 *
 * @module
 */
import type { Durability } from "../job.ts";
import type { StrategyName } from "../requests/route.ts";

export type { StrategyName } from "../requests/route.ts";

/**
 * Prices of the Workers Paid plan beyond what it includes, in US dollars per million
 * (https://developers.cloudflare.com/durable-objects/platform/pricing/,
 * https://developers.cloudflare.com/workers/platform/pricing/,
 * https://developers.cloudflare.com/queues/platform/pricing/).
 */
export const PRICES = {
  /** A row written to SQLite. */
  rowWritten: 1.0,
  /** A request to an object; an RPC call is one. */
  objectRequest: 0.15,
  /** A millisecond of an object's life: 128 MB at $12.50 per million GB-s. */
  objectMs: 0.0016,
  /** A millisecond of a Worker's CPU. Its waiting is free. */
  workerCpuMs: 0.02,
  /** A Worker's invocation by a queue; one through a service binding is free. */
  workerRequest: 0.3,
  /** A queue's operation on up to 64 KB; a message takes three: written, read, deleted. */
  queueOperation: 0.4,
} as const;

/** What the model takes for granted. Measure yours, when a decision is close. */
export const ASSUMPTIONS = {
  /** How long the object is awake to hand a job to a Worker, in milliseconds. */
  dispatchMs: 5,
  /** How long the object is awake to write a job to a queue or to an orchestrator, in milliseconds. */
  sendMs: 20,
  /** How long the object is awake to take the outcome, besides your handler, in milliseconds. */
  deliveryMs: 2,
  /** CPU that a Worker spends on one job, in milliseconds. */
  executorCpuMs: 2,
  /** Rows written for the alarm, per request: it is shared. */
  alarmRows: 0.1,
  /** Rows that a strict request writes: one in, one out. */
  requestRows: 2,
  /** How many fetches an orchestrator waits for at once, so that they share its time. */
  orchestratorInFlight: 5,
  /** What one operation of a queue covers, in bytes. */
  queueOperationBytes: 64_000,
} as const;

/** A fetch, as far as its cost goes. */
export interface FetchShape {
  /** How long it takes, in milliseconds. */
  readonly duration: number;
  /** What is promised of it. Default: `"strict"`. */
  readonly durability?: Durability;
  /**
   * Which part of a direct fetch's time the object would be awake anyway, from 0 to 1: other direct fetches are under
   * way. Default: 0.
   */
  readonly overlap?: number;
  /** When a deferred request is written down, in milliseconds. Default: 2,000. */
  readonly persistAfter?: number;
  /** Size of the job, in bytes. Default: 1,000. */
  readonly bytes?: number;
  /** Whether the request may be repeated; an orchestrator writes one more row for one that may not. Default: `true`. */
  readonly idempotent?: boolean;
}

/** What a fetch costs, in US dollars per million such fetches, by kind. */
export interface FetchCost {
  /** Rows written. */
  readonly rows: number;
  /** Requests to objects and Workers. */
  readonly requests: number;
  /** Time in which objects are awake because of it. */
  readonly awake: number;
  /** CPU of Workers. */
  readonly cpu: number;
  /** Operations of a queue. */
  readonly queue: number;
  /** All of it. */
  readonly total: number;
}

/**
 * What a fetch costs when run in a given way.
 *
 * It leaves out what is the same for all: the call that made the object ask, and your handler. It is a model: it does
 * not know what your plan includes, nor whether something else keeps the object awake.
 *
 * @example A slow call is cheaper elsewhere
 * ```ts
 * import { fetchCost } from "@doze/fetch";
 * import { assert } from "@std/assert";
 *
 * const shape = { duration: 20_000, durability: "deferred" } as const;
 * assert(fetchCost("direct", shape).total > 10 * fetchCost("worker", shape).total);
 * ```
 *
 * @param strategy How it is run.
 * @param shape What it is like.
 * @returns US dollars per million fetches.
 */
export function fetchCost(strategy: StrategyName, shape: FetchShape): FetchCost {
  const { deliveryMs, dispatchMs, sendMs, executorCpuMs, queueOperationBytes } = ASSUMPTIONS;
  let rows = originRows(shape);
  let requests: number = PRICES.objectRequest;
  let awakeMs: number = sendMs + deliveryMs;
  let cpuMs: number = executorCpuMs;
  let operations = 0;
  switch (strategy) {
    case "direct":
      requests = cpuMs = 0;
      awakeMs = shape.duration * (1 - (shape.overlap ?? 0));
      break;
    case "worker":
      awakeMs = dispatchMs + deliveryMs;
      break;
    case "queue":
      requests += PRICES.workerRequest;
      operations = 3 * Math.max(1, Math.ceil((shape.bytes ?? 1_000) / queueOperationBytes));
      break;
    case "orchestrated":
      rows += ASSUMPTIONS.requestRows + ASSUMPTIONS.alarmRows + (shape.idempotent === false ? 1 : 0);
      requests += PRICES.objectRequest;
      awakeMs += shape.duration / ASSUMPTIONS.orchestratorInFlight;
      cpuMs = 0;
  }
  const cost = {
    rows: rows * PRICES.rowWritten,
    requests,
    awake: awakeMs * PRICES.objectMs,
    cpu: cpuMs * PRICES.workerCpuMs,
    queue: operations * PRICES.queueOperation,
  };
  return { ...cost, total: Object.values(cost).reduce((sum, part) => sum + part, 0) };
}

/**
 * From which duration on handing a fetch to a Worker is cheaper than a bare `await fetch` in the object, which writes
 * no row and is lost with the object.
 *
 * @param durability What is promised of the handed-over fetch.
 * @returns Milliseconds.
 */
export function breakEven(durability: Durability): number {
  return fetchCost("worker", { duration: 0, durability }).total / PRICES.objectMs;
}

function originRows({ durability, duration, persistAfter = 2_000 }: FetchShape): number {
  const { requestRows, alarmRows } = ASSUMPTIONS;
  if (durability === "memory") return 0;
  return durability === "deferred" && duration <= persistAfter ? alarmRows : requestRows + alarmRows;
}
