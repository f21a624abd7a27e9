/**
 * One simulation, from its plan to its verdicts.
 *
 * @module
 */
import type { Storage } from "../../core/storage.ts";
import { Book } from "./book.ts";
import { Census } from "./census.ts";
import { Executors } from "./executors.ts";
import type { Inhabitant } from "./habitat.ts";
import { Host } from "./host.ts";
import { Network } from "./network.ts";
import { simulatedObject } from "./object.ts";
import type { Fault, Step } from "./plan.ts";
import { Rolls } from "./rolls.ts";
import type { Subject } from "./subject.ts";
import { SubjectObject } from "./subject_object.ts";
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
  /** Whose handlers to run; without an `origin`, the simulation's own. */
  readonly subject?: Subject;
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
/** Longer than the alarms wait for a handler that never ends, and than a row is set back, in milliseconds. */
const AFTER_MS = 180_000;

/** Runs a plan, lets everything come to rest, and judges. */
export async function runPlan(parts: RunParts): Promise<RunReport> {
  const world = makeWorld(parts);
  const { book, host, census } = world;
  const { plan, disk } = parts;
  // What is wrong with the object from the start is told as it is.
  if (census !== undefined) host.visit(() => {});
  book.opened = true;
  for (const step of plan) {
    await take(step, world);
    if (book.violations.length > 0) break;
    if (!host.isBusy) visit(world, (object) => object.inspect?.(false));
  }
  await rest(world);
  if (book.violations.length === 0) conclude(world, disk);
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
  /** Only of somebody's own handlers. */
  readonly census: Census | undefined;
}

function makeWorld({ seed, faults, disk, tracing, subject }: RunParts): World {
  const time = new VirtualTime(START);
  const book = new Book(() => time.now, tracing);
  const rolls = new Rolls();
  const own = subject?.origin === undefined ? undefined : { subject, census: new Census({ disk, book, rolls }) };
  const respond = own === undefined
    ? undefined
    : (request: Request) => own.subject.respond?.(request) ?? new Response("{}");
  const network: Network = new Network({ time, seed, faults, book, arrive: (message) => host.arrive(message) });
  const executors: Executors = new Executors({
    ...{ time, seed, faults, book, network, originNow: () => host.now, respond },
  });
  const host: Host = new Host({
    ...{ time, seed, disk, book, executor: () => executors },
    inhabit: (habitat) =>
      own === undefined
        ? simulatedObject(habitat, book)
        : new SubjectObject(habitat, { ...own, disk, book, rolls, seed, faults }),
    ...(own && { isStored: (request: number) => own.census.isStored(request) }),
    isAsynchronous: (row) =>
      own === undefined ? book.byId(row.id)?.asynchronous === true : own.census.isAsynchronous(row),
  });
  return { time, book, network, executors, host, census: own?.census };
}

/** Looks at somebody's own object. That it cannot be made any more is a finding, and has been noted. */
function visit({ book, host, census }: World, look: (object: Inhabitant) => void): void {
  if (census === undefined) return;
  try {
    host.visit(look);
  } catch (error) {
    if (book.violations.length === 0) throw error;
  }
}

/** Judges what has come to rest. */
function conclude(world: World, disk: Storage): void {
  const { book, host, census } = world;
  if (census === undefined) judge(book, host, disk);
  visit(world, (object) => {
    object.inspect?.(true);
    census?.judge((id) => object.requests.status(id) !== undefined, host.now);
  });
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
      // Somebody's own object cancels by itself, in a call.
      if (world.census === undefined) host.cancel(step);
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
  await pass(world, restOf(world));
  world.book.resting = true;
  // Handlers that never end do so with their object.
  host.evict();
  await settled(world);
  // Somebody's own object may have work for ever: what is due comes within a while.
  if (world.census !== undefined) await pass(world, AFTER_MS);
  else for (let round = 0; round < 3 && host.waiting().length > 0; round++) await pass(world, REST_MS);
}

/** How long it takes for requests to end, with some tries of their handlers, in milliseconds. */
function restOf({ book, host, census }: World): number {
  if (census === undefined) return REST_MS;
  const last = [...book.stories.values()].map(({ start, step: { timeout, grace } }) => start + timeout + grace);
  return last.reduce((most, end) => Math.max(most, end - host.now), 0) + AFTER_MS;
}

function durableState(disk: Storage): string {
  const rows = disk.due(Number.MAX_SAFE_INTEGER, 1_000_000);
  return JSON.stringify([
    disk.armedAt() ?? null,
    rows.map(({ due, id, kind, payload, named }) => [due, id, kind, payload, named]),
  ]);
}
