/**
 * The ledger of a simulated subject: each request that it makes is noted, and its continuation runs past a witness.
 *
 * @module
 */
import { continuation, encodeContinuation, expectsPromise } from "../../core/continuation.ts";
import { type ProxyFetchOptions, type RequestInput, Requests, type RequestsOptions } from "../../core/requests.ts";
import { RequestSync } from "../../core/serializer/mod.ts";
import type { RequestStatus } from "../../core/requests.ts";
import { PAUSED_DUE, type Storage } from "../../core/storage.ts";
import { chance } from "./chance.ts";
import { readMarkers } from "./markers.ts";
import { LOG_KIND, readLog } from "./object.ts";
import type { CallStep, Fault, Manner } from "./plan.ts";
import type { Witness, WitnessParts } from "./witness.ts";

/** Budget and grace of a request that says nothing, as `RequestDefaults` has them, in milliseconds. */
const DEFAULTS = { timeout: 20_000, grace: 10_000 } as const;

/** The id of the row that says that a request or schedule was kept: it is undone with the transaction around the call. */
export function askedId(name: number | string): string {
  return `asked/${name}`;
}

/** Notes in the storage that something was asked for. */
export function noteAsked(disk: Storage, name: number | string): void {
  const row = { due: PAUSED_DUE, id: askedId(name), kind: LOG_KIND, payload: "", named: false };
  if (disk.get(row) === undefined) disk.insert(row);
}

/** A ledger whose requests are noted. */
export class WatchedRequests extends Requests {
  readonly #options: RequestsOptions;
  readonly #parts: WitnessParts;

  /** Creates it; `options.origin` is the witness. */
  constructor(options: RequestsOptions, parts: WitnessParts) {
    super(options);
    this.#options = options;
    this.#parts = parts;
  }

  /** As `Requests.proxyFetch`. */
  override proxyFetch(request: RequestInput, recorded: unknown, options: ProxyFetchOptions = {}): string {
    const { subject, base, disk, book, rolls, habitat } = this.#parts;
    const ctn = continuation<Witness>();
    const number = rolls.next();
    const text = encodeContinuation(recorded, subject, base);
    const reply = expectsPromise(text, subject)
      ? ctn.replyLater(number, text, ctn.$result)
      : ctn.reply(number, text, ctn.$result);
    const { onLate } = options ?? {};
    const watched = onLate === undefined
      ? options
      : { ...options, onLate: ctn.late(number, encodeContinuation(onLate, subject, base), ctn.$result) };
    const start = habitat.clock.now();
    const id = super.proxyFetch(request, reply, watched);
    const step = this.#step(number, request, options);
    book.begin(step, id, start);
    noteAsked(disk, number);
    book.note(() => `object asks ${number}: ${step.durability} ${step.method}, ${step.timeout} + ${step.grace} ms`);
    return id;
  }

  /** As `Requests.cancel`. */
  override cancel(id: string): RequestStatus | undefined {
    const { book, habitat, disk } = this.#parts;
    // Nobody knows which of those that share an id is meant, nor whether the transaction around it will be kept. One
    // that was redriven may have another id than at first.
    const { requests } = readMarkers(disk);
    const meant = [...book.stories.values()].filter((story) =>
      story.id === id || requests.get(story.step.request)?.id === id
    );
    const unsure = meant.length > 1 || habitat.storage.isInTransaction;
    try {
      const status = super.cancel(id);
      for (const story of status === undefined ? [] : meant) {
        story.cancelled = unsure ? "maybe" : true;
        story.before = readLog(disk, `log/${story.step.request}`).length;
      }
      return status;
    } catch (error) {
      for (const story of meant) {
        if (story.cancelled === false) story.cancelled = "maybe";
      }
      throw error;
    }
  }

  #step(request: number, input: RequestInput, options: ProxyFetchOptions): CallStep {
    const { seed, faults } = this.#parts;
    const { timeout, grace, durability = "strict", onAmbiguous = "drop" } = {
      ...DEFAULTS,
      ...defined(this.#options.defaults),
      ...defined(options),
    };
    const method = input instanceof RequestSync ? input.method : "GET";
    const roll = (what: string) => chance(seed, request, what);
    const [edge, share] = [faults.has("delay") ? roll("edge") : 1, roll("takes") ** 2];
    return {
      ...{ step: "call", request, durability, method: method === "GET" ? "GET" : "POST", timeout, grace, onAmbiguous },
      takes: edge < 0.2 ? timeout - 1 : edge < 0.3 ? timeout + 1_000 : Math.floor(timeout * share),
      breaks: faults.has("drop") && roll("breaks") < 0.1,
      manner: mannerOf(faults, roll),
      onLate: options.onLate !== undefined,
      named: options.id !== undefined,
    };
  }
}

function mannerOf(faults: ReadonlySet<Fault>, roll: (what: string) => number): Manner {
  const fate = roll("manner");
  if (faults.has("throw") && fate < 0.2) return fate < 0.17 ? "throwOnce" : "throwAlways";
  return faults.has("hang") && fate > 0.95 ? "hang" : "plain";
}

/** Options without the members that are `undefined`, which count as left out. */
function defined(options: ProxyFetchOptions | undefined): ProxyFetchOptions {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));
}
