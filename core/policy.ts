/**
 * Which URLs may be fetched, and how large things may be.
 *
 * @module
 */

/**
 * What a fetch may do; plain data, so that it travels with the job. Every member may be left out.
 */
export interface FetchPolicyOptions {
  /** URL patterns, as {@linkcode UrlPattern} reads them. When given, only what matches one is fetched. */
  readonly allow?: readonly string[];
  /** URL patterns that are never fetched, whatever `allow` says. Default: none. */
  readonly deny?: readonly string[];
  /** Whether loopback, private and other non-public addresses may be fetched; never metadata hosts. Default: `false`. */
  readonly allowPrivate?: boolean;
  /** Most redirects to follow. Default: 20, as the Fetch standard has it. */
  readonly maxRedirects?: number;
  /** Longest URL, in characters, also of a redirect. Default: 16,384. */
  readonly maxUrlLength?: number;
  /** Most bytes of request headers, names and values. Default: 32,768. */
  readonly maxRequestHeaderBytes?: number;
  /** Most bytes of request body. Default: 16 MiB. */
  readonly maxRequestBodyBytes?: number;
  /** Most bytes of response headers, names and values. Default: 65,536. */
  readonly maxResponseHeaderBytes?: number;
  /** Most bytes of response body, counted after decompression. Default: 16 MiB. */
  readonly maxBodyBytes?: number;
}
