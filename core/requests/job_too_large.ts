/**
 * What happens to a job that does not fit where it should wait.
 *
 * @module
 */
import { DozeError } from "../errors.ts";

/** Thrown when a job is larger than a queue's message or an orchestrator's row may be. Nothing has been sent. */
export class JobTooLargeError extends DozeError {
  /** The class's name; it survives minifying. */
  override readonly name = "JobTooLargeError";
  /** Always `"JOB_TOO_LARGE"`. */
  readonly code = "JOB_TOO_LARGE";
  /** The job's size with its envelope, in bytes. */
  readonly bytes: number;
  /** The most that fits, in bytes. */
  readonly limit: number;

  /** Creates the error for the job's size, the limit and what sets it, e.g. `"a queue's message"`. */
  constructor(bytes: number, limit: number, place: string) {
    super(
      `Cannot hand over the fetch: ${place} holds ${limit} bytes, send a smaller request or use another strategy, ` +
        `got ${bytes} bytes`,
    );
    this.bytes = bytes;
    this.limit = limit;
  }
}
