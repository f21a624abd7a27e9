/**
 * Telling the platform's failures from the handler's.
 *
 * @module
 */

/** How the messages begin with which workerd breaks an object that did nothing wrong itself. */
const RESETS =
  /^(Internal error in )?(The )?Durable Object('s (code|isolate) .*(updated|exceeded)| reset because| storage | exceeded )/i;

/**
 * Whether an error is the platform's: a deploy, a reset, memory run out, a storage that failed. The row must stay as it
 * is then, and the error must reach the platform, which runs the alarm again. Cloudflare marks some of them
 * (https://developers.cloudflare.com/durable-objects/best-practices/error-handling/); others show in the message alone.
 *
 * An overloaded object is always another one, which the handler has called: that is a failure to wait after, and so is
 * any error of an API that says "overloaded".
 *
 * @param error What was thrown; hostile values included.
 */
export function isPlatformFailure(error: unknown): boolean {
  try {
    const { durableObjectReset, message } = Object(error);
    return durableObjectReset === true || (typeof message === "string" && RESETS.test(message));
  } catch {
    // A getter that throws is the handler's.
    return false;
  }
}
