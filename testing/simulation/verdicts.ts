/**
 * What must be true of a simulation once it has come to rest.
 *
 * @module
 */
import { DEAD_DUE, type Storage } from "../../core/storage.ts";
import { type Book, MIXED, type RequestStory } from "./book.ts";
import type { Host } from "./host.ts";
import { readLog, UNDONE } from "./object.ts";

/** Labels that only the origin's own verdicts have. */
const OWN_VERDICTS: ReadonlySet<string> = new Set(["EXECUTOR_LOST", "EXECUTOR_UNREACHABLE"]);

/** Compares every story with what the storage holds. */
export function judge(book: Book, host: Host, disk: Storage): void {
  for (const id of host.waiting()) book.violate(`the row ${id} is left over`);
  for (const story of book.stories.values()) {
    const { step: { request } } = story;
    const log = readLog(disk, `log/${request}`);
    const dead = disk.get({ due: DEAD_DUE, id: story.id }) !== undefined;
    const [least, most] = expected(story);
    const count = log.length + (dead && log.length === 0 ? 1 : 0);
    if (count < least) book.violate(`request ${request} is lost: ${describe(story)}`);
    if (count > most) {
      book.violate(`request ${request} has committed ${count} times (${log.slice(0, 5)}): ${describe(story)}`);
    }
    if (log.includes(UNDONE)) book.violate(`request ${request}: what its handler wrote before it threw was not undone`);
    judgeOutcomes(book, story, log, readLog(disk, `late/${request}`));
  }
}

/** Judges which outcomes a continuation, and the one for late outcomes, have been run with. */
export function judgeOutcomes(book: Book, story: RequestStory, log: readonly string[], late: readonly string[]): void {
  const { request } = story.step;
  const twice = log.find((label, nth) => label.startsWith("ok/") && log.indexOf(label) !== nth);
  // One outcome that is run twice is excused only where the caller would rather have it so, or the clock has jumped.
  if (twice !== undefined && !story.asynchronous && !mayRepeat(story)) {
    book.violate(`request ${request}: ${twice} has committed twice`);
  }
  judgeAnswers(book, story, log);
  judgeLate(book, story, log, late);
}

/** How often a continuation may have committed, dead letters counted. */
export function expected(story: RequestStory): [least: number, most: number] {
  const { step: { durability }, cancelled, before, lostEarly, offered, asynchronous, jumped } = story;
  const repeated = mayRepeat(story);
  // An asynchronous handler runs at least once, whatever else.
  const most = asynchronous ? Infinity : repeated ? 9 : 1;
  if (cancelled === true) return [0, asynchronous || (repeated && jumped) ? most : repeated ? before : 0];
  if (cancelled === "maybe") return [0, most];
  return [durability !== "strict" && lostEarly && !offered ? 0 : 1, most];
}

/**
 * Whether a deferred request may be run again: only if its object was lost since it was decided, and its caller would
 * rather have it so or the clock by which the object judges has jumped.
 */
function mayRepeat({ step: { durability, onAmbiguous }, lostDecided, jumped }: RequestStory): boolean {
  return durability === "deferred" && lostDecided && (onAmbiguous === "run" || jumped);
}

/** What an executor was told must be what has happened. */
function judgeAnswers(book: Book, story: RequestStory, log: readonly string[]): void {
  const { step: { request }, settled, outcomes } = story;
  if (mayRepeat(story)) return;
  for (const attempt of settled) {
    const delivered = outcomes.get(attempt);
    if (log.length > 0 && delivered !== undefined && delivered !== MIXED && !log.includes(delivered)) {
      book.violate(`request ${request}: ${delivered} was acknowledged as settled, but ${log} has committed`);
    }
    if (log.some((label) => OWN_VERDICTS.has(label)) && log.length === 1) {
      book.violate(`request ${request}: dispatch ${attempt} was acknowledged as settled, but ${log} has committed`);
    }
  }
}

function judgeLate(book: Book, story: RequestStory, log: readonly string[], late: readonly string[]): void {
  const { step: { request, onAmbiguous, onLate }, asynchronous } = story;
  if (late.length > 0 && !onLate) book.violate(`request ${request}: a late outcome is handled that nobody wants`);
  if (onAmbiguous === "run" || mayRepeat(story)) return;
  for (const label of new Set(late)) {
    if (!label.startsWith("ok/")) continue;
    if (late.filter((other) => other === label).length > 1) {
      book.violate(`request ${request}: the late outcome ${label} is handled twice`);
    }
    // An asynchronous handler may go on although its object could not keep track of it.
    if (log.includes(label) && !asynchronous) {
      book.violate(`request ${request}: ${label} has committed, and counts as late too`);
    }
  }
}

function describe({ step: { durability, manner }, lostEarly, lostDecided, cancelled }: RequestStory): string {
  const notes = [durability, manner, `cancelled ${cancelled}`];
  if (lostEarly) notes.push("lost early");
  if (lostDecided) notes.push("lost decided");
  return notes.join(", ");
}
