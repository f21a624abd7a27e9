/**
 * A month of fetches in five shapes, and what a way of choosing costs on each.
 *
 * @module
 */
import type { AutoExecutor } from "../../../core/strategies/auto.ts";
import { fetchCost, PRICES, type StrategyName } from "../../../core/strategies/cost_model.ts";
import type { Job } from "../../../core/job.ts";
import { RequestSync } from "../../../core/serializer/request_sync.ts";
import { stringify } from "../../../core/serializer/stringify.ts";
import { type FakeClock, fakeClock } from "../../../testing/fake_clock.ts";

/** One fetch of a shape. */
export interface Call {
  /** When it begins, in milliseconds since the month's start. */
  readonly at: number;
  /** How long it takes, in milliseconds. */
  readonly duration: number;
  readonly host: string;
  readonly timeout: number;
}

export interface Shape {
  readonly name: string;
  readonly calls: readonly Call[];
}

const DAY = 86_400_000;
const MONTH = 30 * DAY;
/** How long an isolate lives before a deploy or the platform ends it, and with it what `auto` has learned. */
export const ISOLATE_LIFE = 12 * 3_600_000;
/** Longest timeouts, as the adapter has them. */
export const LONGEST = { direct: Infinity, worker: 25_000, queue: 870_000 } as const;

/** The five shapes, from a seed. */
export function shapes(seed: number): Shape[] {
  const clock = fakeClock({ seed });
  return [
    { name: "lookups: 20–70 ms, now and then", calls: lookups(clock) },
    { name: "model: 2–20 s, now and then", calls: model(clock) },
    { name: "fan-out: bursts of 30, 300–600 ms", calls: fanOut(clock) },
    { name: "long: 30 s – 5 min", calls: long(clock) },
    { name: "mixed: lookups, model, a host fast by night", calls: mixed(clock) },
  ];
}

/** Shapes for which little can be known in time: see "Where it is not within 5 %" in docs/strategies.md. */
export function hardShapes(seed: number): Shape[] {
  const clock = fakeClock({ seed });
  const host = "a.example";
  const sparse = arrivals(clock, 3_600_000).map((at) => ({ at, duration: 30, host, timeout: 10_000 }));
  const bursts = arrivals(clock, 600_000).flatMap((at) => {
    return Array.from({ length: 30 }, () => ({ at, duration: between(clock, 40, 60), host, timeout: 10_000 }));
  });
  const moody = arrivals(clock, 120_000).map((at) => {
    return { at, duration: clock.random() < 0.05 ? 8_000 : 40, host, timeout: 20_000 };
  });
  return [
    { name: "one fetch of 30 ms an hour", calls: sparse },
    { name: "bursts of thirty of 40–60 ms", calls: bursts },
    { name: "40 ms, one in twenty 8 s", calls: moody },
  ];
}

/** Poisson arrivals over the month, `gap` apart on average. */
function arrivals(clock: FakeClock, gap: number): number[] {
  const times: number[] = [];
  for (let at = 0; at < MONTH; at += -Math.log(1 - clock.random()) * gap) times.push(at);
  return times;
}

function between(clock: FakeClock, low: number, high: number): number {
  return low + (high - low) * clock.random();
}

function lookups(clock: FakeClock): Call[] {
  return arrivals(clock, 120_000).map((at) => ({
    at,
    duration: between(clock, 20, 70),
    host: `lookup-${Math.floor(clock.random() * 3)}.example`,
    timeout: 10_000,
  }));
}

function model(clock: FakeClock): Call[] {
  return arrivals(clock, 180_000).map((at) => {
    return { at, duration: between(clock, 2_000, 20_000), host: "llm.example", timeout: 25_000 };
  });
}

function fanOut(clock: FakeClock): Call[] {
  return arrivals(clock, 600_000).flatMap((at) =>
    Array.from({ length: 30 }, () => ({
      at: at + between(clock, 0, 40),
      duration: between(clock, 300, 600),
      host: `shard-${Math.floor(clock.random() * 5)}.example`,
      timeout: 10_000,
    }))
  );
}

function long(clock: FakeClock): Call[] {
  return arrivals(clock, 600_000).map((at) => {
    return { at, duration: between(clock, 30_000, 300_000), host: "transcribe.example", timeout: 600_000 };
  });
}

function mixed(clock: FakeClock): Call[] {
  const drifting = arrivals(clock, 300_000).map((at) => {
    const night = at % DAY < DAY / 2;
    const duration = night ? between(clock, 30, 90) : between(clock, 500, 1_500);
    return { at, duration, host: "tides.example", timeout: 20_000 };
  });
  return [...lookups(clock), ...model(clock), ...drifting].sort((a, b) => a.at - b.at);
}

/**
 * What a month costs when every call goes one way.
 *
 * @returns US dollars for a million such months, or `Infinity` when the way cannot hold a call.
 */
export function fixedCost(shape: Shape, strategy: "direct" | "worker" | "queue"): number {
  if (shape.calls.some((call) => call.timeout > LONGEST[strategy])) return Infinity;
  return bill(shape.calls.map((call) => ({ call, strategy })));
}

/** What a month costs when `auto` chooses; `create` makes one for each isolate's life. */
export function autoCost(shape: Shape, create: (clock: FakeClock) => AutoExecutor): number {
  const clock = fakeClock({ now: 0 });
  const chosen: { call: Call; strategy: StrategyName }[] = [];
  let auto = create(clock);
  let isolate = 0;
  shape.calls.forEach((call, index) => {
    clock.tick(Math.max(0, call.at - clock.now()));
    if (Math.floor(call.at / ISOLATE_LIFE) > isolate) {
      isolate = Math.floor(call.at / ISOLATE_LIFE);
      auto = create(clock);
    }
    const current = auto;
    const id = String(index);
    const { host, timeout } = call;
    chosen.push({ call, strategy: current.explain({ host, timeout, durability: "memory" }).strategy });
    current.dispatch(jobOf(id, call));
    clock.setTimeout(() => current.finished(id), call.duration);
  });
  return bill(chosen);
}

const requests = new Map<string, string>();

export function jobOf(
  id: string,
  call: Pick<Call, "host" | "timeout">,
  durability: "memory" | "strict" = "memory",
): Job {
  let request = requests.get(call.host);
  if (request === undefined) {
    request = stringify(new RequestSync(`https://${call.host}/`));
    requests.set(call.host, request);
  }
  const carried = { epoch: "e", durability };
  return {
    v: 1,
    id,
    due: MONTH * 2,
    token: "t",
    attempt: 1,
    request,
    timeout: call.timeout,
    grace: 0,
    policy: {},
    retry: undefined,
    carried,
  };
}

/** Adds up what was handed over, and the time in which at least one direct fetch kept the object awake. */
function bill(chosen: readonly { call: Call; strategy: StrategyName }[]): number {
  let cost = 0;
  let awakeUntil = -Infinity;
  for (const { call, strategy } of chosen) {
    if (strategy !== "direct") {
      cost += fetchCost(strategy, { duration: call.duration, durability: "memory" }).total;
      continue;
    }
    const end = call.at + call.duration;
    cost += Math.max(0, end - Math.max(call.at, awakeUntil)) * PRICES.objectMs;
    awakeUntil = Math.max(awakeUntil, end);
  }
  return cost;
}
