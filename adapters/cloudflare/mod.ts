/**
 * Doze on Cloudflare: Durable Objects that sleep while a Worker waits.
 *
 * @module
 */
export { DozeObject } from "./doze_object.ts";
export { type Doze, doze, type DozeOptions } from "./doze.ts";
export { FetchExecutor } from "./fetch_executor.ts";
export { ExecutorMissingError, ExportNotFoundError } from "./binding_errors.ts";
export { AlarmNotSetError } from "./platform_alarm.ts";
export type { DeliveryTarget, DurableObjectIdLike, DurableObjectStateLike, ExecutionContextLike } from "./platform.ts";
export type { DurableObjectStorageLike } from "./storage.ts";
export { FetchError } from "../../core/fetch_error.ts";
export { RequestSync, ResponseSync } from "../../core/serializer/mod.ts";
export type { Acknowledgement, Job, Message } from "../../core/job.ts";
export type { Continuable } from "../../core/continuation.ts";
export type { AlarmLike } from "./platform_alarm.ts";
export { FetchExecutorTarget } from "./fetch_executor_target.ts";
export { FetchOrchestrator, type FetchOrchestratorOptions } from "./fetch_orchestrator.ts";
export { fetchQueueConsumer, type QueueBatchLike } from "./queue_consumer.ts";
