/**
 * What `auto` remembers: how long hosts take, and what each possible rule would have cost.
 *
 * @module
 */
import { PRICES } from "./cost_model.ts";

/** What is known of a host. */
export interface HostEstimate {
  /** How long a fetch takes, in milliseconds: a mean in which older fetches count less and less. */
  readonly duration: number;
  /** How many fetches it has seen. */
  readonly samples: number;
}

/**
 * How much the latest fetch counts in the mean, at least: what it knew is halved with every 14 fetches. Where one answer
 * in a hundred is slow, it is part of what a fetch costs, and a mean that forgets it too soon would miss it.
 */
const WEIGHT = 0.05;
/** Most hosts to remember; the one that was not seen for longest goes first. */
const MAX_HOSTS = 256;
/** How much of a rule's account is kept at each call: half of it is forgotten after some 350 calls. */
const KEPT = 0.998;
/** How strongly the accounts lean towards the break-even at first, in the cost of calls. */
const PRIOR = 0.01;

/** The rules that compete, each as the longest expected duration that it fetches directly, in milliseconds. */
const RULES: readonly number[] = [
  0,
  25,
  50,
  75,
  100,
  125,
  150,
  200,
  300,
  400,
  600,
  800,
  1_600,
  3_200,
  12_800,
  Infinity,
];
/** Where a fetch alone costs about as much directly as through a Worker, in milliseconds. */
const BREAK_EVEN = 125;
/** Which part of the timeout a host is expected to take that was not seen lately. */
const UNKNOWN_SHARE = 1 / 40;

/** What one rule would have cost of late. */
export interface Account {
  /** In US dollars per million. */
  cost: number;
  /** Time in which at least one direct fetch was under way, in milliseconds. */
  busy: number;
  /** All direct fetches' durations added up, in milliseconds. */
  total: number;
}

/**
 * What `auto` has learned, in memory only: share one among the objects of a class, and what one learns helps all, also
 * after it has slept. The same history leads to the same choices.
 */
export class AutoHistory {
  readonly #hosts = new Map<string, HostEstimate>();
  readonly #accounts: Account[] = RULES.map((upTo) => {
    const distance = Math.abs(Math.log2((Math.min(upTo, 12_800) + 1) / (BREAK_EVEN + 1)));
    return { cost: PRIOR * distance, busy: 0, total: 0 };
  });

  /** What is known of a host, or `undefined` when none of its fetches was seen lately. */
  expected(host: string): HostEstimate | undefined {
    return this.#hosts.get(host);
  }

  /**
   * How long a fetch is expected to take: of an unknown host, a fortieth of the timeout, since whoever sets one leaves
   * room.
   *
   * @param host As in `URL.host`.
   * @param timeout In milliseconds.
   * @returns In milliseconds.
   */
  estimate(host: string, timeout: number): number {
    return this.#hosts.get(host)?.duration ?? timeout * UNKNOWN_SHARE;
  }

  /**
   * Takes note of how long a fetch took.
   *
   * @param host As in `URL.host`.
   * @param duration In milliseconds; one that is not a finite number of zero or more is ignored.
   */
  observe(host: string, duration: number): void {
    if (!(duration >= 0 && duration < Infinity)) return;
    const known = this.#hosts.get(host);
    this.#hosts.delete(host);
    const samples = (known?.samples ?? 0) + 1;
    const before = known?.duration ?? 0;
    this.#hosts.set(host, { duration: before + (duration - before) * Math.max(WEIGHT, 1 / samples), samples });
    if (this.#hosts.size > MAX_HOSTS) this.#hosts.delete(this.#hosts.keys().next().value as string);
  }

  /** Opens the meter of one object. */
  meter(): OverlapMeter {
    return new OverlapMeter(this.#accounts);
  }
}

/** A fetch under way, as every rule would have it. */
export interface Metered {
  /** When it began, in milliseconds since the epoch. */
  readonly started: number;
  /** The first rule that fetches it directly; all later ones do as well. */
  readonly rule: number;
}

/** Follows the fetches of one object as if each rule were in force, and charges the shared accounts. */
export class OverlapMeter {
  readonly #accounts: Account[];
  readonly #active: number[] = RULES.map(() => 0);
  readonly #until: number[] = RULES.map(() => 0);
  #at = 0;

  /** Use {@linkcode AutoHistory.meter}. */
  constructor(accounts: Account[]) {
    this.#accounts = accounts;
  }

  /**
   * The rule that would have cost least of late: fetches that are expected to take no longer go direct. What is under
   * way counts for as long as it is expected to take.
   *
   * @param now In milliseconds since the epoch.
   * @returns The longest expected duration to fetch directly, in milliseconds, and which part of the direct fetches'
   * time was shared by others, from 0 to 1.
   */
  best(now: number): { upTo: number; overlap: number } {
    const costs = this.#accounts.map(({ cost }, index) => {
      // What was charged at the last event, since then, and what is still to come.
      const span = this.#active[index] === 0 ? 0 : Math.max(now, this.#until[index]) - Math.min(this.#at, now);
      return cost + span * PRICES.objectMs;
    });
    const best = costs.indexOf(Math.min(...costs));
    const { busy, total } = this.#accounts[best];
    return { upTo: RULES[best], overlap: total > 0 ? Math.max(0, 1 - busy / total) : 0 };
  }

  /**
   * A fetch begins.
   *
   * @param now In milliseconds since the epoch.
   * @param expected How long it is expected to take, in milliseconds.
   * @param elsewhere What it costs where it is not direct, in US dollars per million.
   * @returns To be handed to {@linkcode OverlapMeter.finished}.
   */
  started(now: number, expected: number, elsewhere: number): Metered {
    this.#advance(now);
    const rule = RULES.findIndex((upTo) => expected <= upTo);
    const until = now + expected;
    this.#accounts.forEach((account, index) => {
      account.cost *= KEPT;
      account.busy *= KEPT;
      account.total *= KEPT;
      if (index < rule) {
        account.cost += elsewhere;
      } else {
        this.#until[index] = this.#active[index]++ === 0 ? until : Math.max(this.#until[index], until);
      }
    });
    return { started: now, rule };
  }

  /** A fetch ends. */
  finished(now: number, metered: Metered): void {
    this.#advance(now);
    for (let index = metered.rule; index < RULES.length; index++) {
      this.#active[index]--;
      this.#accounts[index].total += Math.max(0, now - metered.started);
    }
  }

  /** Charges the time since the last event to every rule under which the object would have been awake. */
  #advance(now: number): void {
    // A wall clock may step back; time that was charged stays charged.
    const span = Math.max(0, now - this.#at);
    this.#at = Math.max(this.#at, now);
    this.#accounts.forEach((account, index) => {
      if (this.#active[index] === 0) return;
      account.busy += span;
      account.cost += span * PRICES.objectMs;
    });
  }
}
