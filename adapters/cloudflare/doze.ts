/**
 * Doze by composition, for classes that already extend another.
 *
 * @module
 */
import type { Alarms } from "../../core/alarms.ts";
import type { Continuable } from "../../core/continuation.ts";
import type { Acknowledgement, Message } from "../../core/job.ts";
import { Origin, type OriginSettings } from "../../core/origin.ts";
import type { ProxyFetchOptions, RequestInput, Requests } from "../../core/requests.ts";
import type { AutoQuery, Explanation } from "../../core/strategies/auto.ts";
import type { AlarmInfoLike, DurableObjectStateLike } from "./platform.ts";
import { isPlatformFailure } from "./platform_failure.ts";
import { CloudflareStorage } from "./storage.ts";
import { bindStrategies, type StrategyNames } from "./strategies.ts";

/** How to set up an object. */
export interface DozeOptions extends OriginSettings, StrategyNames {}

/** What {@linkcode doze} gives an object. */
export interface Doze<T> {
  /** The object's schedules. */
  readonly alarms: Alarms;
  /** The object's requests: `cancel`, `status`, `pending`. */
  readonly requests: Requests;
  /** Starts to record a continuation on the object. */
  ctn(): Continuable<T>;
  /**
   * Hands a fetch over and returns at once: the continuation runs when the answer, or the deadline, has come.
   *
   * @returns The request's id.
   * @throws {ExecutorMissingError} (`EXECUTOR_MISSING`), {@linkcode ExportNotFoundError} (`EXPORT_NOT_FOUND`) for the
   * Worker's configuration, and whatever {@linkcode Requests.proxyFetch} throws. Nothing is stored then.
   */
  proxyFetch(request: RequestInput, continuation: unknown, options?: ProxyFetchOptions): string;
  /** Tells which way a fetch would go at this moment, what each would cost, and why. */
  explain(query: AutoQuery): Explanation;
  /**
   * To be called by the object's own `alarm()`.
   *
   * @param info What the platform hands to it; without it, one death more is needed to notice a row that kills.
   */
  alarm(info?: AlarmInfoLike): Promise<void>;
  /** To be called by the object's own `dozeDeliver()`, which executors call. */
  dozeDeliver(message: Message): Promise<Acknowledgement>;
}

/**
 * Gives an object everything that extending `DozeObject` would. The class forwards two methods, which the platform and
 * the executor call by name:
 *
 * ```ts ignore
 *   readonly #doze = doze(this, this.ctx, this.env, { timeout: 10_000 });
 *
 *   alarm(info?: AlarmInfoLike): Promise<void> {
 *     return this.#doze.alarm(info);
 *   }
 *
 *   dozeDeliver(message: Message): Promise<Acknowledgement> {
 *     return this.#doze.dozeDeliver(message);
 *   }
 * ```
 *
 * A class that uses the one alarm of its object for itself cannot be composed with: move that to `alarms.schedule`.
 *
 * @param object The object; continuations reach the methods of its class and of every class that it extends.
 * @param ctx The object's state.
 * @param env The object's bindings.
 * @param options Defaults for its requests and schedules.
 * @throws {SchemaTooNewError} (`SCHEMA_TOO_NEW`) when a later version of this package wrote the object's tables.
 */
export function doze<T extends object>(
  object: T,
  ctx: DurableObjectStateLike,
  env: unknown,
  options: DozeOptions = {},
): Doze<T> {
  return wake(object, null, ctx, env, options);
}

/** As {@linkcode doze}, with the base class whose methods no continuation reaches. */
export function wake<T extends object>(
  object: T,
  base: object | null,
  ctx: DurableObjectStateLike,
  env: unknown,
  options: DozeOptions,
): Doze<T> {
  const { executor: _executor, queue: _queue, orchestrator: _orchestrator, ...settings } = options;
  const storage = new CloudflareStorage(ctx.storage);
  const executor = bindStrategies(object, ctx, env, options, deliver);
  const origin = new Origin(
    { object, base, storage, executor, isPlatformFailure, sync: () => ctx.storage.sync?.() },
    settings,
  );
  // Before the first event: what a crash has left undone is repaired while nothing else can happen.
  ctx.blockConcurrencyWhile(async () => {
    await storage.load();
    origin.alarms.repair();
  });
  return {
    ...origin,
    explain: (query) => executor.explain(query),
    alarm(info) {
      storage.alarmFired();
      return origin.alarms.onAlarm(info);
    },
    dozeDeliver: async (message) => await deliver(message),
  };
  function deliver(message: Message): Acknowledgement | Promise<Acknowledgement> {
    const answer = origin.deliver(message);
    // Unknown is what is no message at all, or has another's token: nothing is learned from that.
    if (answer !== "unknown" && message.type === "outcome") executor.finished(message.id);
    return answer;
  }
}
