/**
 * What an orchestrator checks before it takes a job: a row that cannot be worked on would come back at every restart.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { fetchRetryPolicy } from "../fetch/fetch_retry.ts";
import { countedHost } from "../fetch/url_pattern.ts";
import type { Job } from "../job.ts";
import { checkChoice } from "../option_checks.ts";
import { isJob } from "../requests/message.ts";
import { isOriginAddress, type OriginAddress } from "../requests/origin_address.ts";
import { requestTarget } from "../requests/request_target.ts";
import { PRIORITIES, type Priority } from "../requests/route.ts";
import type { EntryMeta } from "./orchestrator_rows.ts";

/** When a job has come, and how long it may wait. */
export interface ArrivalTimes {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** As in `OrchestratorOptions.maxRequestAge`, in milliseconds. */
  readonly maxRequestAge: number;
}

/**
 * Checks a job and says what its row will say.
 *
 * @param job What to fetch.
 * @param origin Who wants the outcome.
 * @param priority How urgent it is.
 * @throws {InvalidOptionError} (`INVALID_OPTION`) for what is no job, address or priority, and for wrong retries.
 */
export function arrival(job: Job, origin: OriginAddress, priority: Priority, times: ArrivalTimes): EntryMeta {
  if (!isJob(job)) throw new InvalidOptionError("job", job, "pass a job as executors are handed it");
  if (!isOriginAddress(origin)) throw new InvalidOptionError("origin", origin, "pass { name, id } of an object");
  checkChoice("priority", priority, PRIORITIES);
  fetchRetryPolicy(job.retry);
  const { now, maxRequestAge } = times;
  const target = requestTarget(job);
  return {
    origin,
    priority,
    host: countedHost(target?.host ?? ""),
    token: job.token,
    jobId: job.id,
    attempt: job.attempt,
    arrived: now,
    expires: Math.min(job.due - job.grace, now + maxRequestAge),
    tries: 0,
    idempotent: target?.idempotent ?? true,
    started: false,
    sending: 0,
  };
}
