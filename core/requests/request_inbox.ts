/**
 * What an executor's messages do to requests.
 *
 * @module
 */
import type { Acknowledgement, Delivery, Heartbeat, Job, Persist } from "../job.ts";
import { type RequestContext, startOf, tell } from "./request_context.ts";
import { readOutcome } from "./request_event.ts";
import type { RequestLiveness } from "./request_liveness.ts";
import { storedOutcome } from "./request_outcome.ts";
import { MAX_AGAIN_LENGTH, requestRow, type StoredRequest } from "./request_row.ts";
import type { RequestRunner } from "./request_runner.ts";
import { type Action, type Transition, transition } from "../request_state.ts";
import { requestTarget } from "./request_target.ts";
import { knownRequest, type RequestView, viewRequest } from "./request_view.ts";
import { dueOfId } from "../alarms/row_id.ts";

/** Takes messages in. */
export class RequestInbox {
  readonly #context: RequestContext;
  readonly #runner: RequestRunner;
  readonly #liveness: RequestLiveness;

  /** Creates it over what the ledger shares. */
  constructor(context: RequestContext, runner: RequestRunner, liveness: RequestLiveness) {
    this.#context = context;
    this.#runner = runner;
    this.#liveness = liveness;
  }

  /** Takes an outcome in: see `Requests.deliver`. */
  outcome(message: Delivery): Acknowledgement | Promise<Acknowledgement> {
    // The usual case: the row is as it was written, and whether it is there shows when it is taken.
    const known = knownRequest(this.#context, message, message.token);
    if (known !== undefined && this.#decide(known, message).action === "run") {
      const answer = this.#run(known, message);
      if (answer !== undefined) return answer;
    }
    const view = viewRequest(this.#context, message, message.token);
    if (view === undefined) return this.#refuse(message, message);
    const { action, answer = "settled" } = this.#decide(view, message);
    if (action === "run") return this.#run(view, message) ?? answer;
    if (action === "join") return this.#join(message);
    if (action === "late" || action === "ambiguous" || action === "stale") this.#report(message, action, view);
    return answer;
  }

  #decide(view: RequestView, { attempt, token, carried, sending, due }: Delivery): Transition {
    return transition(view.state, {
      type: "outcome",
      attempt,
      first: sending === 1,
      own: carried?.epoch === this.#context.epoch,
      continuation: carried?.continuation !== undefined,
      overdue: Math.min(due, carried?.until ?? due) <= this.#context.clock.now(),
      runAmbiguous: carried?.onAmbiguous === "run",
      reported: this.#context.memory.reported(token, attempt),
    });
  }

  /** Notes a sign of life. */
  heartbeat(message: Heartbeat): Acknowledgement {
    const view = viewRequest(this.#context, message, message.token);
    if (view === undefined) return this.#refuse(message, message);
    const { action, answer = "late" } = transition(view.state, message);
    if (action === "alive") this.#liveness.alive(message, view.row);
    return answer;
  }

  /** Writes a deferred request down. */
  persist(message: Persist): Acknowledgement {
    const { job } = message;
    const { memory, clock, storage, alarms } = this.#context;
    const view = viewRequest(this.#context, job, job.token);
    if (view === undefined) return this.#refuse(job, job);
    const { epoch, until = job.due, onAmbiguous } = job.carried ?? {};
    const { action, answer = "late" } = transition(view.state, {
      type: "persist",
      attempt: job.attempt,
      own: epoch === this.#context.epoch,
      overdue: (onAmbiguous === "run" ? job.due : Math.min(job.due, until)) <= clock.now(),
    });
    if (action === "ambiguous") tell(this.#context, action, job, job);
    if (action === "alive") this.#liveness.alive(job, view.row);
    if (action !== "store") return answer;
    const known = view.stored ?? storedFromJob(job);
    if (known === undefined) return this.#refuse(job, job);
    const live = memory.live.get(job.id);
    const forgets = live === undefined && known.lease !== undefined;
    const stored = forgets ? { ...known, seen: clock.now() } : known;
    const row = requestRow({ due: job.due, id: job.id }, stored, isNamed(job));
    storage.transaction(() => {
      storage.insert(row);
      alarms.ensureArmed(job.due);
    });
    if (live !== undefined) Object.assign(live, { row: true, lastSeen: clock.now() });
    else this.#liveness.alive(job, row);
    tell(this.#context, "persisted", job, stored);
    return answer;
  }

  /** Ends the request; `undefined` when its row is not there. */
  #run(view: RequestView, message: Delivery): Acknowledgement | Promise<Acknowledgement> | undefined {
    const { id, due, carried, sending } = message;
    const found = view.stored ??
      { ...storedFromDelivery(message, carried?.continuation ?? ""), deferred: true as const };
    // Copies that are still under way would bring it back to an object that has forgotten it.
    const unsure = carried?.unsure === true || (carried?.continuation !== undefined && sending > 1);
    const stored = unsure ? { ...found, unsure } : found;
    const outcome = storedOutcome(message.outcome, true);
    const named = view.row?.named ?? isNamed(message);
    const ending = { key: { due, id }, stored, outcome, named, kept: false };
    const result = this.#runner.settle(view.row, ending);
    if (result === "gone") this.#context.memory.unwrite(id);
    if (typeof result === "string") return result === "gone" ? undefined : "settled";
    return result.then(() => "settled");
  }

  async #join(message: Delivery): Promise<Acknowledgement> {
    await this.#context.memory.running.get(message.id)?.done;
    return "settled";
  }

  #report(message: Delivery, action: Action & ("late" | "ambiguous" | "stale"), view: RequestView): void {
    const { id, due, token, attempt, carried } = message;
    const { memory, clock, alarms } = this.#context;
    const now = clock.now();
    const onLate = action === "late" ? carried?.onLate : undefined;
    if (onLate !== undefined) {
      const key = { due: now, id: alarms.newId(now) };
      // A token of its own: what becomes of the late outcome says nothing about the request.
      const stored = { ...storedFromDelivery(message, onLate), token: `${token}/late` };
      this.#runner.runLate({ key, stored, outcome: storedOutcome(message.outcome, true), named: false, kept: false });
    }
    memory.report(token, attempt, due, now);
    if (this.#context.emit === undefined) return;
    const outcome = readOutcome(message.outcome);
    const stored = view.stored ?? UNKNOWN;
    tell(this.#context, action, { id, due }, { ...stored, attempt }, { outcome });
  }

  #refuse(key: { readonly id: string; readonly due: number }, { attempt }: { readonly attempt: number }): "unknown" {
    tell(this.#context, "refused", key, { ...UNKNOWN, attempt });
    return "unknown";
  }
}

/** Whether an id is the caller's: then nothing but an index finds its row. */
function isNamed({ id, due }: { readonly id: string; readonly due: number }): boolean {
  return dueOfId(id) !== due;
}

const UNKNOWN = { attempt: 1, timeout: NaN, grace: NaN };

/** A request that its origin has forgotten, as far as a delivery tells. */
function storedFromDelivery(message: Delivery, continuation: string): StoredRequest {
  const { token, attempt } = message;
  return { token, attempt, continuation, url: "", idempotent: false, timeout: NaN, grace: NaN };
}

/** A deferred request that its origin has forgotten; `undefined` when the job does not carry its continuation. */
function storedFromJob(job: Job): StoredRequest | undefined {
  const { token, attempt, timeout, grace, heartbeat, carried, request, policy, retry, via } = job;
  const target = requestTarget(job);
  if (carried?.continuation === undefined || target === undefined) return undefined;
  const { continuation, onLate, onAmbiguous } = carried;
  const { url, idempotent } = target;
  return {
    ...{ token, attempt, continuation, url, idempotent, timeout, grace, heartbeat, onLate },
    lease: carried.until === undefined ? heartbeat && 2 * heartbeat : carried.until - startOf(job.due, job),
    again: idempotent && request.length <= MAX_AGAIN_LENGTH ? { request, policy, retry, via } : undefined,
    onAmbiguous: onAmbiguous === "run" ? onAmbiguous : undefined,
    deferred: true,
  };
}
