/**
 * A stage for tests of the alarms: an origin whose methods leave a log, over a storage and a clock that stand still,
 * and a platform that fires the alarm as Cloudflare does: when due, one handler at a time, unset while it runs.
 *
 * @module
 */
import { MemoryStorage } from "../../adapters/memory.ts";
import type { AlarmEvent } from "../../core/alarms/alarm_events.ts";
import { Alarms } from "../../core/alarms.ts";
import type { AlarmsOptions } from "../../core/alarms/alarms_options.ts";
import { continuation } from "../../core/continuation.ts";
import { cron } from "../../core/cron.ts";
import { IdSource } from "../../core/alarms/row_id.ts";
import type { Storage } from "../../core/storage.ts";
import { type FakeClock, fakeClock } from "../../testing/fake_clock.ts";

/** An error thrown by a handler on the stage. */
export class HandlerError extends Error {
  override readonly name = "HandlerError";
}

/** The origin: what its methods do is written in `log`. */
export class Actor {
  readonly log: string[] = [];
  readonly #failures = new Map<string, number>();
  readonly #open = new Map<string, (error?: Error) => void>();
  /** What `act` does with its argument. */
  onAct: (what: string) => unknown = () => {};

  say(what: string): void {
    this.log.push(what);
  }
  act(what: string): unknown {
    this.log.push(what);
    return this.onAct(what);
  }
  /** Throws the first `times` times that it is called with a name. */
  fail(name: string, times: number): void {
    const failed = this.#failures.get(name) ?? 0;
    this.#failures.set(name, failed + 1);
    this.log.push(`${name}#${failed + 1}`);
    if (failed < times) throw new HandlerError(`${name} failed`);
  }
  /** Ends when the test calls {@linkcode end} with the name. */
  wait(name: string): Promise<void> {
    this.log.push(`${name} begins`);
    return new Promise((resolve, reject) => {
      this.#open.set(name, (error) => error === undefined ? resolve() : reject(error));
    });
  }
  /** Ends a handler that waits. */
  end(name: string, error?: Error): void {
    this.#open.get(name)?.(error);
    this.#open.delete(name);
  }
}

/** What a test works with. */
export interface Stage<S extends Storage> {
  readonly storage: S;
  readonly clock: FakeClock;
  readonly actor: Actor;
  readonly events: AlarmEvent[];
  readonly ctn: ReturnType<typeof continuation<Actor>>;
  /** The alarms of the object as it is; another after {@linkcode Stage.restart}. */
  alarms: Alarms;
  /** Forgets the object, as an eviction does, and starts it again over the same storage. */
  restart(): void;
  /** Lets time pass, firing the alarm whenever it is due. Throws what an alarm's handler does. */
  advance(ms: number): Promise<void>;
}

/** How many alarms in a row are taken for a loop that never ends. */
const LOOP = 10_000;

/** Fills ids with numbers from a seed, so that their order is the same in every run. */
export function seededIds(seed = 1): IdSource {
  let state = seed;
  return new IdSource((words) => {
    for (let i = 0; i < words.length; i++) {
      words[i] = state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    }
  });
}

/** Sets the stage: memory unless `storage` is given, retries without jitter. */
export function stage(options?: Partial<AlarmsOptions>): Stage<MemoryStorage>;
export function stage<S extends Storage>(options: Partial<AlarmsOptions> & { storage: S }): Stage<S>;
export function stage(options: Partial<AlarmsOptions> = {}): Stage<Storage> {
  const storage = options.storage ?? new MemoryStorage();
  const clock = fakeClock();
  const actor = new Actor();
  const events: AlarmEvent[] = [];
  const ids = seededIds();
  function start(): Alarms {
    const alarms = new Alarms({
      ...{ clock, ids, cron, onEvent: (event) => events.push(event), retry: { attempts: 3, jitter: 0 } },
      ...options,
      ...{ storage, origin: actor, base: Object.prototype },
    });
    alarms.repair();
    return alarms;
  }
  let firing: Promise<void> | undefined;
  const failures: unknown[] = [];
  let failed = false;
  const it: Stage<Storage> = {
    ...{ storage, clock, actor, events, ctn: continuation<Actor>(), alarms: start() },
    restart(): void {
      firing = undefined;
      it.alarms = start();
    },
    async advance(ms: number): Promise<void> {
      const until = clock.now() + ms;
      for (let round = 0; round < LOOP; round++) {
        const next = Math.min(storage.armedAt() ?? Infinity, clock.nextTimer ?? Infinity);
        if (next > until) return await clock.tickAsync(until - clock.now());
        await clock.tickAsync(Math.max(0, next - clock.now()));
        const armed = storage.armedAt();
        if (firing !== undefined || armed === undefined || armed > clock.now()) continue;
        storage.disarm();
        const info = { retryCount: failed ? 1 : 0 };
        failed = false;
        const fired = it.alarms.onAlarm(info).catch((error) => void failures.push(error)).finally(() => {
          if (firing === fired) firing = undefined;
        });
        firing = fired;
        await clock.tickAsync(0);
        failed = failures.length > 0;
        if (failed) throw failures.pop();
      }
      throw new HandlerError(`the alarm fired ${LOOP} times within ${ms} ms`);
    },
  };
  return it;
}
