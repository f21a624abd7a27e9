/**
 * What an executor tells its origin while it fetches: that it is alive, and that a deferred request should be written
 * down.
 *
 * @module
 */
import { type DeliverOptions, redeliveryDelay, sendOnce } from "./deliver.ts";
import { type Job, JOB_VERSION } from "../job.ts";

/** Goes along with one job, from its beginning until its outcome has been delivered. */
export class JobCompany {
  readonly #job: Job;
  readonly #options: DeliverOptions;
  readonly #giveUp: () => void;
  readonly #stops = new Set<() => void>();
  #stopPersist: (() => void) | undefined;
  #persisted: Promise<boolean> | undefined;
  #unsure = false;
  #ended = false;
  #closed = false;

  /**
   * Starts. It sends a heartbeat every `job.heartbeat` milliseconds, and once `job.persistAfter` has passed since the
   * call, or the first heartbeat would be due, the job itself, again and again until the origin has answered.
   * {@linkcode JobCompany.close} it.
   *
   * @param job The job.
   * @param options Where to deliver, by whose clock.
   * @param giveUp Called when the origin answers that it wants no outcome any more.
   */
  constructor(job: Job, options: DeliverOptions, giveUp: () => void) {
    this.#job = job;
    this.#options = options;
    this.#giveUp = giveUp;
    const { persistAfter, heartbeat, carried } = job;
    if (persistAfter !== undefined && carried?.continuation !== undefined) {
      const wait = Math.min(persistAfter, heartbeat ?? Infinity) - this.#elapsed();
      this.#stopPersist = this.#after(wait, () => this.#persisted ??= this.#persist());
    } else if (heartbeat !== undefined) {
      this.#beatAfter(heartbeat);
    }
  }

  /**
   * To be called once the outcome is there. It fulfils as soon as the origin has answered a request to persist that is
   * under way: an outcome that overtook it would be run once for each. Signs of life go on: an outcome that is slow on
   * its way is not lost. Whatever is answered to them, nothing is given up any more.
   *
   * @returns The job to answer. Once written down it does not bring its continuation along: the row has it.
   */
  async end(): Promise<Job> {
    this.#ended = true;
    this.#stopPersist?.();
    const { heartbeat } = this.#job;
    if (this.#stopPersist !== undefined && this.#persisted === undefined && heartbeat !== undefined) {
      this.#beatAfter(heartbeat - this.#elapsed());
    }
    if (this.#persisted === undefined || !(await this.#persisted) || this.#job.carried === undefined) return this.#job;
    const { continuation: _, ...carried } = this.#job.carried;
    const unsure = this.#unsure ? { unsure: true } as const : {};
    return { ...this.#job, carried: { ...carried, durability: "strict", ...unsure } };
  }

  /** Stops everything. */
  close(): void {
    this.#ended = this.#closed = true;
    for (const stop of this.#stops) stop();
  }

  /** Fulfils once the origin has answered: with `false` when the budget for that is over. */
  async #persist(): Promise<boolean> {
    const { clock, signal } = this.#options;
    for (let sending = 1;; sending++) {
      const answer = await sendOnce({ type: "persist", v: JOB_VERSION, job: this.#job }, this.#options);
      if (answer !== undefined) {
        if (answer === "late" && !this.#ended) this.#giveUp();
        if (answer === "pending" && this.#job.heartbeat !== undefined) {
          this.#beatAfter(this.#job.heartbeat);
        }
        return true;
      }
      this.#unsure = true;
      const wait = Math.min(redeliveryDelay(this.#options, sending), this.#job.due - clock.now());
      if (wait <= 0 || signal?.aborted === true) return false;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, wait));
    }
  }

  /** How long ago the call was, in milliseconds. By two clocks it may seem to lie in the future. */
  #elapsed(): number {
    const { due, grace, timeout } = this.#job;
    return Math.max(0, this.#options.clock.now() - (due - grace - timeout));
  }

  #beatAfter(ms: number): void {
    this.#after(ms, async () => {
      const { id, due, token, attempt } = this.#job;
      const answer = await sendOnce({ type: "heartbeat", v: JOB_VERSION, id, due, token, attempt }, this.#options);
      // Once there is an outcome, it is for the origin to tell that it is late.
      if (!this.#ended && (answer === "late" || answer === "unknown")) this.#giveUp();
    });
    this.#after(ms, () => this.#beatAfter(this.#job.heartbeat ?? Infinity));
  }

  #after(ms: number, run: () => unknown): (() => void) | undefined {
    if (this.#closed) return undefined;
    const stop = this.#options.clock.setTimeout(() => {
      this.#stops.delete(stop);
      run();
    }, Math.max(0, ms));
    this.#stops.add(stop);
    return stop;
  }
}
