/**
 * The queue's side of the strategy `"queue"`.
 *
 * @module
 */
import { systemClock } from "../../core/clock.ts";
import { performBatch, type QueueMessage } from "../../core/strategies/queue_batch.ts";
import { deliverThrough } from "./origin_stub.ts";
import type { ExecutionContextLike } from "./platform.ts";

/** A batch of messages, as a Worker's `queue` handler gets it. */
export interface QueueBatchLike {
  /** The messages. */
  readonly messages: readonly QueueMessage[];
}

/**
 * Consumes a queue of fetches, which may take up to 14.5 minutes each. Use it as the `queue` handler of the Worker that
 * exports the objects, or of one that has bound their namespaces under the same names:
 *
 * ```ts ignore
 * export default { fetch: handle, queue: fetchQueueConsumer };
 * ```
 *
 * ```jsonc
 * "queues": {
 *   "producers": [{ "binding": "FETCH_QUEUE", "queue": "fetches" }],
 *   "consumers": [{ "queue": "fetches", "max_batch_size": 6, "max_batch_timeout": 0 }]
 * }
 * ```
 *
 * Six fetches of a batch run at a time, as many as the platform gives connections; each message is acknowledged by
 * itself. Batches of six keep one slow fetch from holding up others, and a wait of 0 s sends each as soon as it is there.
 * A message that is none of ours is retried, and so ends in the dead letter queue, if you name one.
 *
 * @param batch The batch.
 * @param env The Worker's bindings.
 * @param ctx The Worker's context.
 */
export async function fetchQueueConsumer(
  batch: QueueBatchLike,
  env: unknown,
  ctx: ExecutionContextLike,
): Promise<void> {
  await performBatch(batch.messages, { fetch, clock: systemClock, deliverTo: deliverThrough(ctx.exports, env) });
}
