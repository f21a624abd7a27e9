/**
 * A plain model of the alarms, side by side with the real ones.
 *
 * The model keeps schedules in a `Map` and sorts them when it needs them; it has no table, no alarm and no transaction.
 *
 * @module
 */
import fc from "fast-check";
import { Alarms } from "../../core/alarms.ts";
import { continuation } from "../../core/continuation.ts";
import type { MissedRuns, OnConflict } from "../../core/alarms/schedule.ts";
import { compareKeys, type Storage } from "../../core/storage.ts";
import { type FakeClock, fakeClock } from "../../testing/fake_clock.ts";
import { Actor, HandlerError, seededIds } from "./alarm_stage.ts";

const ATTEMPTS = 3;
const MISSED_AFTER = 60_000;
const EXPLICIT = ["a", "b", "c"];

/** What a handler does when it runs. */
export type Script =
  | "say"
  | "throw"
  | "throw once"
  | "cancel self"
  | "cancel a"
  | "cancel a and throw"
  | "again"
  | "pause b";

/** One step of a sequence. */
export type Step =
  | { do: "schedule"; delay: number; id: string | undefined; script: Script; onConflict: OnConflict }
  | { do: "cron"; every: number; id: string | undefined; script: Script; missed: MissedRuns }
  | { do: "cancel" | "pause" | "resume"; nth: number }
  | { do: "redrive"; nth: number }
  | { do: "advance" | "downtime"; ms: number }
  | { do: "sweep" | "crash" };

/** Steps of every kind, times close enough to collide. */
export function steps(): fc.Arbitrary<Step> {
  const id = fc.constantFrom(undefined, undefined, ...EXPLICIT);
  const script = fc.constantFrom<Script>(
    ...[
      "say",
      "say",
      "throw",
      "throw once",
      "cancel self",
      "cancel a",
      "cancel a and throw",
      "again",
      "pause b",
    ] as const,
  );
  const nth = fc.nat(7);
  const ms = fc.constantFrom(0, 1, 999, 1_000, 2_500, 61_000, 200_000);
  return fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({
      do: fc.constant("schedule" as const),
      ...{ delay: fc.constantFrom(0, 0.001, 1, 2, 60), id, script },
      onConflict: fc.constantFrom<OnConflict>("replace", "keep"),
    }),
    fc.record({
      do: fc.constant("cron" as const),
      ...{ every: fc.constantFrom(1_000, 45_000), id, script },
      missed: fc.constantFrom<MissedRuns>("skip", "once", "all"),
    }),
    fc.record({ do: fc.constantFrom("cancel" as const, "pause" as const, "resume" as const), nth }),
    fc.record({ do: fc.constant("redrive" as const), nth }),
    fc.record({ do: fc.constantFrom("advance" as const, "downtime" as const), ms }),
    fc.record({ do: fc.constantFrom("sweep" as const, "crash" as const) }),
  );
}

interface Entry {
  id: string;
  script: Script;
  /** Tells entries of the same id apart, and one-shots that threw once. */
  label: string;
  every?: number;
  missed?: MissedRuns;
  due: number;
  /** When the alarm that runs it fires. */
  runAt: number;
  planned: number;
  failures: number;
  runs: number;
  paused: boolean;
}

/** Both sides, and how each looks from outside. */
export class AlarmModel {
  readonly #clock: FakeClock = fakeClock();
  readonly #storage: Storage;
  readonly #actor = new Actor();
  readonly #ids = seededIds();
  readonly #entries = new Map<string, Entry>();
  readonly #dead = new Map<string, { entry: Entry; runs: number }>();
  readonly #known: string[] = [...EXPLICIT];
  readonly #log: string[] = [];
  readonly #thrown = new Set<string>();
  #labels = 0;
  #floor = 0;
  #alarms: Alarms;

  /** Creates both sides, the real one over a storage of its own. */
  constructor(storage: Storage) {
    this.#storage = storage;
    this.#alarms = this.#start();
  }

  #start(): Alarms {
    const alarms = new Alarms({
      ...{ storage: this.#storage, clock: this.#clock, ids: this.#ids, missedAfter: MISSED_AFTER },
      ...{ origin: this.#actor, base: Object.prototype, retry: { attempts: ATTEMPTS, jitter: 0 } },
      cron: { next: (pattern, _zone, after) => (Math.floor(after / Number(pattern)) + 1) * Number(pattern) },
    });
    this.#actor.onAct = (what) => this.#actOut(what);
    alarms.repair();
    return alarms;
  }

  // The real side's handlers.

  #actOut(text: string): void {
    const [script, label, id] = text.split("|");
    this.#actor.log[this.#actor.log.length - 1] = `${this.#clock.now()} ${label}`;
    if (script === "cancel a and throw") this.#alarms.cancelSchedule("a");
    if (script === "throw" || script === "cancel a and throw") throw new HandlerError(label);
    if (script === "throw once" && !this.#thrown.has(label)) {
      this.#thrown.add(label);
      throw new HandlerError(label);
    }
    if (script === "cancel self") this.#alarms.cancelSchedule(id);
    if (script === "cancel a") this.#alarms.cancelSchedule("a");
    if (script === "pause b") this.#alarms.pause("b");
    if (script === "again") this.#alarms.schedule(0, continuation<Actor>().act(`say|${label}+|c`), { id: "c" });
  }

  // The steps, on both sides.

  /** Does a step on both sides. */
  async apply(step: Step): Promise<void> {
    const now = this.#clock.now();
    if (step.do === "schedule" || step.do === "cron") this.#schedule(step);
    else if (step.do === "advance") await this.#advance(step.ms);
    else if (step.do === "downtime") {
      this.#clock.tick(step.ms);
      this.#crash();
    } else if (step.do === "crash") this.#crash();
    else if (step.do === "sweep") {
      await this.#alarms.triggerAlarms();
      this.#sweep(now, (entry) => entry.due <= now);
    } else if (step.do === "redrive") this.#redrive(step.nth);
    else if ("nth" in step) this.#change(step.do, this.#known[step.nth % this.#known.length]);
  }

  #schedule(step: Step & { do: "schedule" | "cron" }): void {
    const now = this.#clock.now();
    const id = step.id;
    // A handler knows the id that its schedule was given; one without knows none.
    const script = step.script === "cancel self" && id === undefined ? "say" : step.script;
    const label = `${script}${++this.#labels}`;
    const act = continuation<Actor>().act(`${script}|${label}|${id ?? ""}`);
    const { id: made } = step.do === "schedule"
      ? this.#alarms.schedule(step.delay, act, { id, onConflict: step.onConflict })
      : this.#alarms.schedule(String(step.every), act, { id, missed: step.missed });
    if (id === undefined) this.#known.push(made);
    if (step.do === "schedule" && step.onConflict === "keep" && this.#entries.has(made)) return;
    const due = step.do === "schedule" ? now + step.delay * 1_000 : nextRun(step.every, now);
    const { every, missed } = step.do === "cron" ? step : {};
    this.#put({ id: made, script, label, every, missed, due, planned: due, failures: 0, runs: 0 });
  }

  #put(entry: Omit<Entry, "runAt" | "paused">): void {
    this.#entries.set(entry.id, { ...entry, runAt: Math.max(entry.due, this.#clock.now() + 1), paused: false });
  }

  #change(what: "cancel" | "pause" | "resume", id: string): void {
    const now = this.#clock.now();
    if (what === "cancel") this.#alarms.cancelSchedule(id);
    else this.#alarms[what](id);
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (what === "cancel") this.#entries.delete(id);
    if (what === "pause") entry.paused = true;
    if (what === "resume" && entry.paused) {
      entry.paused = false;
      if (entry.every !== undefined && entry.due <= now) {
        entry.due = entry.planned = nextRun(entry.every, now);
      } else if (entry.failures === 0) entry.planned = entry.due;
      entry.runAt = Math.max(entry.due, now + 1);
    }
  }

  #redrive(nth: number): void {
    const ids = [...this.#dead.keys()].sort();
    const id = ids[nth % Math.max(1, ids.length)];
    if (id === undefined) return;
    const made = this.#alarms.redrive(id) ?? "";
    const letter = this.#dead.get(id);
    if (letter === undefined) return;
    this.#dead.delete(id);
    this.#known.push(made);
    const due = this.#clock.now() + 1;
    this.#put({ ...letter.entry, id: made, due, planned: due, failures: 0 });
  }

  #crash(): void {
    this.#alarms = this.#start();
  }

  async #advance(ms: number): Promise<void> {
    const until = this.#clock.now() + ms;
    for (;;) {
      const at = this.#storage.armedAt();
      if (at === undefined || at > until) break;
      this.#clock.tick(Math.max(0, at - this.#clock.now()));
      this.#storage.disarm();
      await this.#alarms.onAlarm();
      this.#sweepAt(this.#clock.now());
    }
    this.#clock.tick(until - this.#clock.now());
  }

  // The model's own time.

  #sweepAt(now: number): void {
    this.#sweep(now, (entry) => entry.runAt <= now || entry.due <= now);
  }

  #sweep(now: number, isDue: (entry: Entry) => boolean): void {
    const due = [...this.#entries.values()].filter((entry) => !entry.paused && isDue(entry)).sort(inOrder);
    if (due.length === 0) return;
    this.#floor = now + 1;
    for (const entry of due) {
      // Cancelled, paused or replaced by one that ran before it.
      if (this.#entries.get(entry.id) === entry && !entry.paused) this.#run(entry, now);
    }
    this.#floor = 0;
    // Missed runs of cron that are made up for may be due as well.
    this.#sweep(now, (entry) => entry.due <= now);
  }

  #run(entry: Entry, now: number): void {
    const late = now - entry.planned;
    if (entry.missed === "skip" && entry.failures === 0 && late > MISSED_AFTER) return this.#moveOn(entry, now);
    this.#log.push(`${now} ${entry.label}`);
    const fails = entry.script.endsWith("throw") ||
      (entry.script === "throw once" && !this.#thrown.has(`m${entry.label}`));
    if (fails) {
      this.#thrown.add(`m${entry.label}`);
      return this.#failed(entry, now);
    }
    if (entry.every === undefined) this.#entries.delete(entry.id);
    if (entry.script === "cancel self") this.#entries.delete(entry.id);
    if (entry.script === "cancel a") this.#entries.delete("a");
    if (entry.script === "pause b" && this.#entries.has("b")) this.#pauseInside("b");
    if (entry.script === "again") {
      const due = this.#floor;
      const again = { id: "c", script: "say" as const, label: `${entry.label}+`, due, planned: due };
      this.#put({ ...again, failures: 0, runs: 0 });
    }
    if (entry.every !== undefined && this.#entries.get(entry.id) === entry && !entry.paused) {
      entry.runs++;
      this.#moveOn(entry, now);
    }
  }

  #pauseInside(id: string): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.paused = true;
  }

  #failed(entry: Entry, now: number): void {
    entry.failures++;
    if (entry.failures < ATTEMPTS) {
      entry.due = now + 1_000 * 2 ** (entry.failures - 1);
      entry.runAt = entry.due;
      return;
    }
    if (entry.every === undefined) {
      this.#entries.delete(entry.id);
      let id = entry.id;
      for (let nth = 2; this.#dead.has(id); nth++) id = `${entry.id}~${nth}`;
      this.#dead.set(id, { entry, runs: 0 });
    } else {
      this.#buryRun(entry);
      this.#moveOn(entry, now);
    }
  }

  #buryRun(entry: Entry): void {
    let id = entry.id;
    for (let nth = 2;; nth++) {
      const letter = this.#dead.get(id);
      if (letter === undefined || (letter.runs > 0 && letter.entry.id === entry.id)) break;
      id = `${entry.id}~${nth}`;
    }
    const runs = (this.#dead.get(id)?.runs ?? 0) + 1;
    this.#dead.set(id, { entry: { ...entry, every: undefined, missed: undefined }, runs });
  }

  #moveOn(entry: Entry, now: number): void {
    const after = entry.missed === "all" ? entry.planned : Math.max(entry.planned, now);
    entry.due = entry.planned = nextRun(entry.every ?? 1, after);
    entry.failures = 0;
    entry.runAt = Math.max(entry.due, now + 1);
  }

  // How both sides look.

  /** The real side: what has run, what waits, what is dead, and whether the alarm is armed in time. */
  actual(): unknown {
    const now = this.#clock.now();
    const schedules = this.#alarms.getSchedules({ limit: 1_000 });
    const waiting = schedules.filter(({ state }) => state !== "paused").map(({ due }) => due);
    const armed = this.#storage.armedAt() ?? Infinity;
    const found = this.#known.map((id) => this.#alarms.getSchedule(id)?.due);
    return {
      log: this.#actor.log,
      schedules: schedules.map(({ id, state, due, runCount = 0 }) => `${id} ${state} ${due} ${runCount}`),
      dead: this.#alarms.getDeadLetters().map(({ id, runs }) => `${id} ${runs}`),
      armed: waiting.length === 0 || armed <= Math.max(Math.min(...waiting), now + 1),
      found,
    };
  }

  /** The model, in the same terms. */
  expected(): unknown {
    const entries = [...this.#entries.values()];
    const waiting = entries.filter(({ paused }) => !paused).sort(inOrder);
    const paused = entries.filter((entry) => entry.paused).sort((a, b) =>
      compareKeys({ ...a, due: 0 }, { ...b, due: 0 })
    );
    return {
      log: this.#log,
      schedules: [...waiting, ...paused].map((entry) => {
        const state = entry.paused ? "paused" : entry.failures > 0 ? "retrying" : "scheduled";
        return `${entry.id} ${state} ${entry.due} ${entry.runs}`;
      }),
      dead: [...this.#dead].map(([id, { runs }]) => ({ id, due: 0, text: `${id} ${Math.max(1, runs)}` }))
        .sort(compareKeys).map(({ text }) => text),
      armed: true,
      found: this.#known.map((id) => this.#entries.get(id)?.due),
    };
  }
}

function nextRun(every: number, after: number): number {
  return (Math.floor(after / every) + 1) * every;
}

/** The order of a sweep: by due time, one-shots before cron, then by id. */
function inOrder(a: Entry, b: Entry): number {
  return a.due - b.due || Number(a.every !== undefined) - Number(b.every !== undefined) || compareKeys(a, b);
}
