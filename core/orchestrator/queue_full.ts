/**
 * What happens when too much waits.
 *
 * @module
 */
import { DozeError } from "../errors.ts";

/** Thrown when an orchestrator holds as many requests as it may. This one was not taken. */
export class QueueFullError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "QueueFullError";
  /** Always `"QUEUE_FULL"`. */
  readonly code = "QUEUE_FULL";
  /** The most that it holds. */
  readonly limit: number;

  /** Creates the error for the limit. */
  constructor(limit: number) {
    super(`Cannot take the fetch: spread requests over more orchestrators or raise "maxQueued", got ${limit} waiting`);
    this.limit = limit;
  }
}
