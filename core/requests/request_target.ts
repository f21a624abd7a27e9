/**
 * Where a job goes, without performing it: what schedulers and estimates need to know.
 *
 * @module
 */
import { isIdempotent } from "../fetch/fetch_retry.ts";
import type { Job } from "../job.ts";
import { parse } from "../serializer/parse.ts";
import { RequestSync } from "../serializer/request_sync.ts";

/** Where a job's request goes. */
export interface RequestTarget {
  /** The URL as the request has it. */
  readonly url: string;
  /** The URL's host, with a port that is not the scheme's own. */
  readonly host: string;
  /** Whether the request may be repeated without doing its work twice. */
  readonly idempotent: boolean;
}

/**
 * Reads where a job's request goes. Redirects may lead elsewhere.
 *
 * @returns `undefined` when the text holds no request; performing such a job gives `INVALID_REQUEST`.
 */
export function requestTarget(job: Pick<Job, "request">): RequestTarget | undefined {
  try {
    const request = parse(job.request);
    if (!(request instanceof RequestSync)) return undefined;
    const { url } = request;
    return { url, host: new URL(url).host, idempotent: isIdempotent(request) };
  } catch {
    return undefined;
  }
}
