/**
 * One simulation, from its plan to its verdicts.
 *
 * @module
 */
import type { Storage } from "../../core/storage.ts";
import { Book } from "./book.ts";
import { Executors } from "./executors.ts";
import { Host } from "./host.ts";
import { Network } from "./network.ts";
import type { Fault, Step } from "./plan.ts";
import { settle, VirtualTime } from "./time.ts";
import { judge } from "./verdicts.ts";

/** What to run. */
export interface RunParts {
  /** The seed of all that the plan leaves to chance. */
  readonly seed: number;
  /** What to do. */
  readonly plan: readonly Step[];
  /** What may go wrong on the way. */
  readonly faults: ReadonlySet<Fault>;
  /** An empty storage. */
  readonly disk: Storage;
  /** Whether to keep a trace. */
  readonly tracing: boolean;
}

/** What a run has shown. */
export interface RunReport {
  /** Broken promises; none is as it should be. */
  readonly violations: readonly string[];
  /** What happened, line by line. */
  readonly trace: readonly string[];
  /** Everything durable, as text: equal on every storage. */
  readonly state: string;
  /** How many requests were made. */
  readonly requests: number;
  /** Rows written, as Cloudflare counts them; alarms not included. */
  readonly rowsWritten: number;
  /** How often the alarm was set. */
  readonly alarmsSet: number;
}

/** When simulations begin, in milliseconds since the epoch. */
const START = Date.UTC(2026, 0);
/** Longer than any request, with every try of its handler, in milliseconds. */
const REST_MS = 400_000;

/** Runs a plan, lets everything come to rest, and judges. */
export async function runPlan(parts: RunParts): Promise<RunReport> {
  const { seed, plan, faults, disk, tracing } = parts;
  const time = new VirtualTime(START);
  const book = new Book(() => time.now, tracing);
  const network: Network = new Network({ time, seed, faults, book, arrive: (message) => host.arrive(message) });
  const executors: Executors = new Executors({ time, seed, faults, book, network, originNow: () => host.now });
  const host: Host = new Host({ time, seed, disk, book, executor: () => executors });
  const world = { time, book, network, executors, host };
  for (const step of plan) {
    await take(step, world);
    if (book.violations.length > 0) break;
  }
  await rest(world);
  if (book.violations.length === 0) judge(book, host, disk);
  return {
    violations: book.violations,
    trace: book.trace,
    state: durableState(disk),
    requests: book.stories.size,
    ...{ rowsWritten: host.state.rowsWritten, alarmsSet: host.state.alarmsSet },
  };
}

interface World {
  readonly time: VirtualTime;
  readonly book: Book;
  readonly network: Network;
  readonly executors: Executors;
  readonly host: Host;
}

async function take(step: Step, world: World): Promise<void> {
  const { host, executors } = world;
  switch (step.step) {
    case "wait":
      return await pass(world, step.ms);
    case "call":
      host.call(step);
      break;
    case "cancel":
      host.cancel(step.request);
      break;
    case "evict":
      host.evict();
      break;
    case "crash":
      host.state.crashIn = step.writes;
      break;
    case "kill":
      executors.kill(step.which);
      break;
    case "jump":
      host.jump(step.ms);
      break;
    case "alarm":
      host.alarm = { late: step.late, twice: step.twice };
      break;
    case "full":
      host.state.full = step.inserts;
  }
  await settled(world);
}

/** Lets promises settle, then looks at what must be true at any time. */
async function settled({ book, host }: World): Promise<void> {
  await settle();
  host.bookLosses();
  const wrong = host.checkAlarm();
  if (wrong !== undefined) book.violate(wrong);
}

/** Lets time pass. */
async function pass(world: World, ms: number): Promise<void> {
  const { time, host, book } = world;
  const until = time.now + ms;
  while (book.violations.length === 0) {
    const alarm = host.alarmAt;
    if (alarm !== undefined && alarm <= until && alarm <= (time.next ?? Infinity)) {
      time.advance(alarm);
      host.fire();
    } else if (!time.step(Math.min(until, alarm ?? Infinity)) && time.now >= until) {
      return;
    }
    await settled(world);
  }
}

/** Ends all faults and waits until nothing is under way. */
async function rest(world: World): Promise<void> {
  const { host, network } = world;
  network.faulty = false;
  host.state.crashIn = undefined;
  host.state.full = 0;
  host.alarm = { late: 0, twice: false };
  await pass(world, REST_MS);
  world.book.resting = true;
  // Handlers that never end do so with their object.
  host.evict();
  await settled(world);
  for (let round = 0; round < 3 && host.waiting().length > 0; round++) await pass(world, REST_MS);
}

function durableState(disk: Storage): string {
  const rows = disk.due(Number.MAX_SAFE_INTEGER, 1_000_000);
  return JSON.stringify([
    disk.armedAt() ?? null,
    rows.map(({ due, id, kind, payload, named }) => [due, id, kind, payload, named]),
  ]);
}
