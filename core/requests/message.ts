/**
 * Whether what an executor sent is a message at all.
 *
 * @module
 */
import { type Job, JOB_VERSION, type Message } from "../job.ts";

/**
 * Checks what came over the wire, as far as the ledger relies on it. The outcome's text is checked when it is read.
 *
 * @param value Anything.
 */
export function isMessage(value: unknown): value is Message {
  if (!isRecord(value) || value.v !== JOB_VERSION) return false;
  switch (value.type) {
    case "outcome":
      return isAddress(value) && isCount(value.sending) && typeof value.outcome === "string" &&
        (value.carried === undefined || isCarried(value.carried));
    case "heartbeat":
      return isAddress(value);
    case "persist":
      return isJob(value.job) && value.job.carried !== undefined;
    default:
      return false;
  }
}

/** Checks a job as it came over the wire or out of a queue, as far as it is relied on; its texts are checked when read. */
export function isJob(value: unknown): value is Job {
  return isRecord(value) && value.v === JOB_VERSION && isAddress(value) && typeof value.request === "string" &&
    typeof value.timeout === "number" && typeof value.grace === "number" && isRecord(value.policy) &&
    (value.heartbeat === undefined || typeof value.heartbeat === "number") &&
    (value.carried === undefined || isCarried(value.carried));
}

function isAddress(value: Record<string, unknown>): boolean {
  return typeof value.id === "string" && Number.isSafeInteger(value.due) && typeof value.token === "string" &&
    isCount(value.attempt);
}

function isCarried(value: unknown): boolean {
  return isRecord(value) && typeof value.epoch === "string" && isOptionalText(value.continuation) &&
    isOptionalText(value.onLate) && isOptionalText(value.onAmbiguous) &&
    (value.until === undefined || typeof value.until === "number");
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
