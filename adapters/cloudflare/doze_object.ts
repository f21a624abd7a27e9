/**
 * The base class.
 *
 * @module
 */
import { DurableObject } from "cloudflare:workers";
import type { Alarms } from "../../core/alarms.ts";
import type { Continuable } from "../../core/continuation.ts";
import type { Acknowledgement, Message } from "../../core/job.ts";
import type { Requests } from "../../core/requests.ts";
import { type Doze, type DozeOptions, wake } from "./doze.ts";
import type { AlarmInfoLike, DurableObjectStateLike } from "./platform.ts";

/**
 * A Durable Object that hands slow calls to a Worker and sleeps until the answer comes.
 *
 * Whoever holds a stub of a Durable Object can call the methods of its class. What this base class adds for the object
 * itself is therefore held in own properties, which Workers RPC does not expose; its prototype has `alarm`, which RPC
 * reserves for the platform, and `dozeDeliver`, which proves each message by the random token of its job.
 *
 * It does not hide your handlers: a method that a continuation can run is a method that a stub's holder can call.
 *
 * ```ts ignore
 * export class Agent extends DozeObject<{ API_URL: string }> {
 *   // Returns at once with the request's id; the object may now sleep, be evicted, be redeployed.
 *   ask(prompt: string): string {
 *     const url = `${this.env.API_URL}?prompt=${encodeURIComponent(prompt)}`;
 *     return this.proxyFetch(url, this.ctn().onReply(prompt, this.ctn().$result), { timeout: 20_000 });
 *   }
 *
 *   // Runs once, and what it writes is committed with it, whatever died in between.
 *   onReply(prompt: string, result: ResponseSync | FetchError): void {
 *     this.ctx.storage.kv.put(prompt, result instanceof FetchError ? result.code : result.text());
 *   }
 * ```
 */
export class DozeObject<Env = unknown> extends DurableObject<Env> {
  /** The object's schedules. */
  readonly alarms: Alarms;
  /** The object's requests: `cancel`, `status`, `pending`. */
  readonly requests: Requests;
  /** Starts to record a continuation on this object: `this.ctn().onReply(this.ctn().$result)`. */
  readonly ctn: () => Continuable<this>;
  /**
   * Hands a fetch over and returns its id at once: the continuation runs when the answer, or the deadline, has come.
   * See {@linkcode Doze.proxyFetch} for what it throws; nothing is stored then.
   */
  readonly proxyFetch: Doze<this>["proxyFetch"];
  /** Tells which way a fetch would go at this moment, what each would cost, and why. */
  readonly explain: Doze<this>["explain"];
  readonly #doze: Doze<this>;

  /**
   * Creates the object; called by the platform. A subclass that sets options passes them as the third argument.
   *
   * @param ctx The object's state.
   * @param env The object's bindings.
   * @param options Defaults for its requests and schedules.
   */
  constructor(ctx: DurableObjectStateLike, env: Env, options: DozeOptions = {}) {
    super(ctx, env);
    this.#doze = wake<this>(this, DozeObject.prototype, ctx, env, options);
    this.alarms = this.#doze.alarms;
    this.requests = this.#doze.requests;
    this.ctn = this.#doze.ctn;
    this.proxyFetch = this.#doze.proxyFetch;
    this.explain = this.#doze.explain;
  }

  /** The platform's alarm. A subclass that overrides it calls `super.alarm(info)`. */
  alarm(info?: AlarmInfoLike): Promise<void> {
    return this.#doze.alarm(info);
  }

  /**
   * Takes a message of an executor. Called by executors only.
   *
   * @param message An outcome, a heartbeat, or a request to write something down; proven by its job's token.
   * @returns The answer, once what the message has changed is committed.
   */
  dozeDeliver(message: Message): Promise<Acknowledgement> {
    return this.#doze.dozeDeliver(message);
  }
}
