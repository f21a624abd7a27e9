/**
 * A stage for tests of simulated subjects: the simulator's own platform, and an executor that does nothing by itself.
 *
 * @module
 */
import type { Delivery, Job } from "../../../core/job.ts";
import { ResponseSync, stringify } from "../../../core/serializer/mod.ts";
import { Book } from "../../../testing/simulation/book.ts";
import { Census } from "../../../testing/simulation/census.ts";
import { Disk } from "../../../testing/simulation/disk.ts";
import { Host } from "../../../testing/simulation/host.ts";
import type { CallStep, Fault } from "../../../testing/simulation/plan.ts";
import { Rolls } from "../../../testing/simulation/rolls.ts";
import type { SimulationReport, Subject } from "../../../testing/simulation/subject.ts";
import { SubjectObject } from "../../../testing/simulation/subject_object.ts";
import { settle, VirtualTime } from "../../../testing/simulation/time.ts";

/** Begins a call; nothing but its number matters to a subject. */
export function callStep(request: number): CallStep {
  return {
    ...{ step: "call", request, durability: "strict", method: "GET", timeout: 1_000, grace: 500, takes: 1 },
    ...{ breaks: false, manner: "plain", onLate: false, onAmbiguous: "drop", named: false },
  };
}

/** An outcome for a job. */
export function answer({ id, due, token, attempt, carried }: Job, sending = 1): Delivery {
  const outcome = stringify(new ResponseSync("", { headers: { "x-attempt": String(attempt) } }));
  const message = { type: "outcome", v: 1, id, due, token, attempt, sending, outcome } as const;
  return carried === undefined ? message : { ...message, carried };
}

/** Sets the stage. */
export function subjectStage<T extends object>(subject: Subject<T>, faults: readonly Fault[] = [], seed = 1) {
  const time = new VirtualTime(1_000_000);
  const [disk, book, rolls] = [new Disk(), new Book(() => time.now, true), new Rolls()];
  const census = new Census({ disk, book, rolls });
  const jobs: Job[] = [];
  const executor = { maxTimeout: Infinity, dispatch: (job: Job) => void jobs.push(job) };
  const parts = { subject, disk, book, rolls, census, seed, faults: new Set(faults) };
  const host = new Host({
    ...{ time, seed, disk, book, executor: () => executor },
    inhabit: (habitat) => new SubjectObject(habitat, parts),
    isAsynchronous: (row) => census.isAsynchronous(row),
  });
  return {
    ...{ time, disk, book, rolls, census, jobs, host },
    /** Makes a call, and lets what it began settle. */
    async call(nth: number): Promise<void> {
      host.call(callStep(nth));
      await settle();
    },
    /** Lets time pass, with its alarms. */
    async pass(ms: number): Promise<void> {
      const until = time.now + ms;
      while (host.alarmAt !== undefined && host.alarmAt <= until) {
        time.advance(host.alarmAt);
        host.fire();
        await settle();
      }
      time.advance(until);
      await settle();
    },
    /** What is true. */
    report: (): SimulationReport =>
      host.visit(({ requests }) => census.report((id) => requests.status(id) !== undefined, host.now, false)),
    /** The violations that a judgement adds. */
    judge(): readonly string[] {
      host.visit(({ requests }) => census.judge((id) => requests.status(id) !== undefined, host.now));
      return book.violations;
    },
  };
}
