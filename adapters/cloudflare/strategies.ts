/**
 * All ways to run an object's fetches, as far as they are bound.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import type { Acknowledgement, Message } from "../../core/job.ts";
import type { OriginAddress } from "../../core/requests/origin_address.ts";
import { AutoExecutor } from "../../core/strategies/auto.ts";
import { AutoHistory } from "../../core/strategies/auto_history.ts";
import { DirectExecutor } from "../../core/strategies/direct.ts";
import { OrchestratedExecutor, type OrchestratorTarget } from "../../core/strategies/orchestrated.ts";
import { QueueExecutor } from "../../core/strategies/queue.ts";
import { findBinding, findSelf, namespaceStub } from "./export_lookup.ts";
import type { DurableObjectStateLike } from "./platform.ts";
import { WorkerExecutor } from "./worker_executor.ts";

/** Under which names an object looks for what runs its fetches. */
export interface StrategyNames {
  /**
   * The Worker's executor: a service binding of the object's Worker, or else an export of its main module;
   * `"API.fetches"` for a `FetchExecutorTarget` that an entrypoint offers. Default: `"FetchExecutor"`.
   */
  readonly executor?: string;
  /** The binding of a queue that `fetchQueueConsumer` consumes. Default: `"FETCH_QUEUE"`. */
  readonly queue?: string;
  /** The orchestrator: a namespace's binding, or else an export. Default: `"FetchOrchestrator"`. */
  readonly orchestrator?: string;
}

/** What each class has learned in this isolate: it outlives the objects, which sleep. */
const histories = new WeakMap<object, AutoHistory>();

/**
 * Binds an object to every executor that there is.
 *
 * @param object The object; those of one class share what is learned.
 * @param ctx Its state.
 * @param env Its bindings.
 * @param names Under which names to look.
 * @param deliver Takes messages of a direct fetch.
 */
export function bindStrategies(
  object: object,
  ctx: DurableObjectStateLike,
  env: unknown,
  names: StrategyNames,
  deliver: (message: Message) => Acknowledgement | Promise<Acknowledgement>,
): AutoExecutor {
  const { executor = "FetchExecutor", queue = "FETCH_QUEUE", orchestrator = "FetchOrchestrator" } = names;
  const self = (): OriginAddress => {
    const { name, id } = findSelf(ctx, env);
    return { name, id };
  };
  const direct = new DirectExecutor({
    fetch: (url, init) => fetch(url, init),
    clock: systemClock,
    deliver,
    keepAlive: (running) => ctx.waitUntil?.(running),
  });
  const queueBinding = findBinding(queue, undefined, env) as QueueLike | undefined;
  const queued = typeof queueBinding?.send === "function"
    ? new QueueExecutor({ self, send: (message) => queueBinding.send(message) })
    : undefined;
  const namespace = findBinding(orchestrator, ctx, env);
  const orchestrated = namespace && new OrchestratedExecutor({
    orchestrator: (name) => namespaceStub(namespace, orchestrator, name) as OrchestratorTarget,
    self,
  });
  // Where nothing is bound, the Worker's executor tells the caller so, at the call.
  const asked = names.executor !== undefined || (queued === undefined && orchestrated === undefined);
  const worker = asked || findBinding(executor, ctx, env) ? new WorkerExecutor(executor, ctx, env) : undefined;
  const type = object.constructor;
  const history = histories.get(type) ?? new AutoHistory();
  histories.set(type, history);
  return new AutoExecutor({ direct, worker, queue: queued, orchestrated }, { history });
}

/** A Cloudflare queue, as far as it is used. */
interface QueueLike {
  send(message: unknown): Promise<unknown>;
}
