/**
 * Doze on Cloudflare: Durable Objects that sleep while a Worker waits.
 *
 * @module
 */
// What travels and what comes back; first, since all else uses it: gzip finds a repetition within 32 KB only.
export { FetchError } from "../../core/fetch/fetch_error.ts";
export { RequestSync, ResponseSync } from "../../core/serializer/mod.ts";
export type { Acknowledgement, Job, Message } from "../../core/job.ts";
export type { Continuable } from "../../core/continuation.ts";
export type { OriginAddress } from "../../core/requests/origin_address.ts";

// What performs fetches.
export { FetchExecutor } from "./fetch_executor.ts";
export { FetchExecutorTarget } from "./fetch_executor_target.ts";
export type { ReturnAddress } from "./run_job.ts";
export { FetchOrchestrator, type FetchOrchestratorOptions } from "./fetch_orchestrator.ts";
export type {
  BreakerOptions,
  HostOptions,
  OrchestratorOptions,
  RateOptions,
} from "../../core/orchestrator/orchestrator_options.ts";
export type {
  HostStatistics,
  OrchestratorEvent,
  OrchestratorStatistics,
} from "../../core/orchestrator/orchestrator_events.ts";
export { QueueFullError } from "../../core/orchestrator/queue_full.ts";
export { fetchQueueConsumer, type QueueBatchLike } from "./queue_consumer.ts";
export type { QueueMessage } from "../../core/strategies/queue_batch.ts";
export { JobTooLargeError } from "../../core/requests/job_too_large.ts";

// What asks for them.
export { DozeObject } from "./doze_object.ts";
export { type Doze, doze, type DozeOptions } from "./doze.ts";
export type { StrategyNames } from "./strategies.ts";
export type { AutoOption, AutoQuery, Explanation } from "../../core/strategies/auto.ts";
export type {
  AlarmInfoLike,
  DeliveryTarget,
  DurableObjectIdLike,
  DurableObjectStateLike,
  ExecutionContextLike,
} from "./platform.ts";
export type { DurableObjectStorageLike } from "./storage.ts";
export { AlarmNotSetError } from "./platform_alarm.ts";
export type { AlarmLike } from "./platform_alarm.ts";
export { ExecutorMissingError, ExportNotFoundError } from "./binding_errors.ts";
