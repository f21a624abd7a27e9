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
export { FetchError, type FetchErrorCode, type FetchErrorInit, type FetchTimings } from "./core/fetch_error.ts";
export { checkUrl, type FetchPolicy, fetchPolicy, type FetchPolicyOptions } from "./core/policy.ts";
export type { FetchRetryOptions } from "./core/fetch_retry.ts";
export type { Acknowledgement, Carried, Delivery, Durability, Heartbeat, Job, Message, Persist } from "./core/job.ts";
export type { Executor, Plan } from "./core/executor.ts";
export type { Priority, Route } from "./core/route.ts";
export { performJob, type PerformJobOptions } from "./core/perform_job.ts";
export type { RunFetchOptions } from "./core/run_fetch.ts";
export type { DeliverOptions } from "./core/deliver.ts";
export type { FetchFunction } from "./core/exchange.ts";
export * from "./core/alarms.ts";
export * from "./core/requests.ts";
export { Origin, type OriginParts, type OriginSettings } from "./core/origin.ts";
export * from "./core/strategies/cost_model.ts";
