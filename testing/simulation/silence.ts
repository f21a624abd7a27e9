/**
 * How long an executor may be silent before its origin must have noticed.
 *
 * @module
 */
import type { Book, RequestStory } from "./book.ts";

/** The simulated requests' heartbeat, in milliseconds. */
export const HEARTBEAT_MS = 5_000;
/** The simulated requests' lease, in milliseconds. */
export const LEASE_MS: number = 2 * HEARTBEAT_MS;
/** How much later than it should the origin may notice, in milliseconds: an alarm that has failed comes again. */
const SLACK_MS = 100;

/**
 * Judges a silence that ends: its executor counts as lost, or the request's deadline has come. A clock that has jumped
 * excuses everything, and so does a handler that has been called before; of what no row holds nothing is promised.
 *
 * @param book Where to note what is wrong.
 * @param story The request.
 * @param now The origin's time, in milliseconds since the epoch.
 */
export function judgeSilence(book: Book, story: RequestStory, now: number): void {
  const { step: { request, durability, timeout }, jumped, sign, lateness, forgot, handled } = story;
  if (durability !== "strict" || timeout <= HEARTBEAT_MS || jumped || handled > 0) return;
  // An object that forgets for the first time cannot know when the lease began.
  const patience = (forgot === "signs" ? 2 : 1) * LEASE_MS + lateness + SLACK_MS;
  if (now - sign > patience) {
    book.violate(`request ${request}: its executor was silent for ${now - sign} ms before anybody noticed`);
  }
}

/** How often a request is dispatched that may be repeated. */
const DISPATCHES = 3;

/**
 * Judges a request that ends with `EXECUTOR_LOST`: one that may be repeated has been, unless its budget was used up or
 * its object died, perhaps between writing a dispatch down and making it.
 *
 * @param book Where to note what is wrong.
 * @param story The request.
 * @param now The origin's time, in milliseconds since the epoch.
 */
export function judgeLoss(book: Book, story: RequestStory, now: number): void {
  const { step: { request, durability, method, timeout }, jumped, forgot, dispatched, start } = story;
  const excused = method !== "GET" || durability !== "strict" || jumped || forgot !== "nothing";
  if (!excused && dispatched < DISPATCHES && now < start + timeout) {
    book.violate(`request ${request}: it counts as lost after ${dispatched} dispatches, though it may be repeated`);
  }
}
