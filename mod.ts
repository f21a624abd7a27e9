/**
 * Doze: a Durable Object dozes while a Worker does the waiting. The runtime-agnostic core.
 *
 * Most users want an entry for their platform: `@doze/fetch/cloudflare`, or `@doze/fetch/local`. This one is for those
 * who bring their own.
 *
 * @module
 */
export * from "./core/errors.ts";
export * from "./core/clock.ts";
export * from "./core/storage.ts";
export * from "./core/sql_driver.ts";
export { SchemaTooNewError } from "./core/sql_schema.ts";
export * from "./core/sql_storage.ts";
export type { RetryOptions, RetryPolicy } from "./core/backoff.ts";
export { $result, type Continuable, continuation } from "./core/continuation.ts";
export { RequestSync, type RequestSyncInit, ResponseSync, type ResponseSyncInit } from "./core/serializer/mod.ts";
export { FetchError, type FetchErrorCode, type FetchErrorInit, type FetchTimings } from "./core/fetch/fetch_error.ts";
export { checkUrl, type FetchPolicy, fetchPolicy, type FetchPolicyOptions } from "./core/policy.ts";
export type { FetchRetryOptions } from "./core/fetch/fetch_retry.ts";
export type { Acknowledgement, Carried, Delivery, Durability, Heartbeat, Job, Message, Persist } from "./core/job.ts";
export type { Executor, HeldJob, Plan } from "./core/executor.ts";
export type { Priority, Route } from "./core/requests/route.ts";
export { performJob, type PerformJobOptions } from "./core/fetch/perform_job.ts";
export type { RunFetchOptions } from "./core/fetch/run_fetch.ts";
export type { DeliverOptions } from "./core/fetch/deliver.ts";
export type { StopSignal } from "./core/fetch/stop_signal.ts";
export type { FetchFunction } from "./core/fetch/exchange.ts";
export * from "./core/alarms.ts";
export * from "./core/requests.ts";
export { type ObjectHost, Origin, type OriginParts, type OriginSettings } from "./core/origin.ts";
export * from "./core/strategies/cost_model.ts";
export {
  type AutoCandidate,
  type AutoCandidates,
  AutoExecutor,
  type AutoOption,
  type AutoOptions,
  type AutoQuery,
  type Explanation,
} from "./core/strategies/auto.ts";
export {
  type Account,
  AutoHistory,
  type HostEstimate,
  type Metered,
  type OverlapMeter,
} from "./core/strategies/auto_history.ts";
export { DirectExecutor, type DirectOptions } from "./core/strategies/direct.ts";
export * from "./core/strategies/worker.ts";
export * from "./core/strategies/queue.ts";
export * from "./core/strategies/queue_batch.ts";
export * from "./core/strategies/orchestrated.ts";
export type { RequestTarget } from "./core/requests/request_target.ts";
export type { DeliverTo, OriginAddress } from "./core/requests/origin_address.ts";
export { JobTooLargeError } from "./core/requests/job_too_large.ts";
export { InvalidOutcomeError } from "./core/requests/request_outcome.ts";
export { Orchestrator, type OrchestratorParts } from "./core/orchestrator/orchestrator.ts";
export type { OutboxOptions } from "./core/orchestrator/outbox.ts";
export type {
  BreakerOptions,
  HostOptions,
  OrchestratorOptions,
  RateOptions,
} from "./core/orchestrator/orchestrator_options.ts";
export type {
  HostStatistics,
  OrchestratorEvent,
  OrchestratorStatistics,
} from "./core/orchestrator/orchestrator_events.ts";
export { QueueFullError } from "./core/orchestrator/queue_full.ts";
