/**
 * Deliberate faults, each of which the simulator must find: a change to one file that breaks one promise.
 */

/** One deliberate fault. */
export interface Mutant {
  /** What the fault does. */
  readonly name: string;
  /** The file it is in. */
  readonly file: string;
  /** Text that occurs in the file exactly once. */
  readonly from: string;
  /** What stands there instead. */
  readonly to: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "acknowledge a delivery before its transition is committed",
    file: "core/requests/request_inbox.ts",
    from: "const result = this.#runner.settle(view.row, ending);",
    to:
      'queueMicrotask(() => { try { void this.#runner.settle(view.row, ending); } catch {} });\n    const result = "committed" as string | Promise<string>;',
  },
  {
    name: "arm no alarm for a request",
    file: "core/requests.ts",
    from: "alarms.ensureArmed(look);",
    to: "",
  },
  {
    name: "arm no alarm for the rows after those that run",
    file: "core/alarms/sweep.ts",
    from: "wake.ensureArmed(Math.min(table.nextDueAfter(now), runner.nextWake(now)));",
    to: "wake.ensureArmed(runner.nextWake(now));",
  },
  {
    name: "forget grace",
    file: "core/requests/request_calls.ts",
    from: "const due = Math.ceil(now + terms.timeout + terms.grace);",
    to: "const due = Math.ceil(now + terms.timeout);",
  },
  {
    name: "delete the row after the handler, outside of its transaction",
    file: "core/commit.ts",
    from: "const row = stays ? storage.get(key) : storage.take(key);",
    to: "const row = storage.get(key); if (!stays) queueMicrotask(() => { try { storage.take(key); } catch {} });",
  },
  {
    name: "take the row in a transaction of its own",
    file: "core/commit.ts",
    from: "const result = storage.transaction((): CommitResult | (() => Promise<CommitResult>) => {",
    to: "const result = (<T>(run: () => T): T => run())((): CommitResult | (() => Promise<CommitResult>) => {",
  },
  {
    name: "accept a stale attempt",
    file: "core/request_state.ts",
    from: 'return state.attempt === event.attempt ? run(state, true, false) : stay(state, "late", "stale");',
    to: "return run(state, true, false);",
  },
  {
    name: "drop the row when its handler throws",
    file: "core/alarms/settle.ts",
    from: "if (failures < policy.attempts) {",
    to:
      'if (failures > 0) {\n      this.#parts.storage.take(row);\n      return "dead";\n    }\n    if (failures < policy.attempts) {',
  },
  {
    name: "lose the outcome when its handler throws",
    file: "core/requests/request_row.ts",
    from: "const whole = JSON.stringify({ ...kept, outcome: text, delivered });",
    to: "const whole = JSON.stringify(kept);",
  },
  {
    name: "run the continuation of a request that was cancelled",
    file: "core/requests.ts",
    from: "if (row !== undefined) storage.take(row);",
    to: "",
  },
  {
    name: "run the continuation of a late outcome",
    file: "core/request_state.ts",
    from: 'if (state.known === "settled" && state.attempt === event.attempt) return stay(state, "settled");',
    to: 'if (event.continuation) return run({ phase: "open", row: false, attempt: event.attempt }, true, false);',
  },
  {
    name: "run an ambiguous redelivery",
    file: "core/request_state.ts",
    from: "if (!event.runAmbiguous && (!event.first || (event.continuation && event.overdue))) {",
    to: "if (false as boolean) {",
  },
  {
    name: "report no late outcome",
    file: "core/requests/request_inbox.ts",
    from: 'if (action === "late" || action === "ambiguous" || action === "stale") this.#report(message, action, view);',
    to: "",
  },
  {
    name: "deliver once only",
    file: "core/fetch/deliver.ts",
    from: "const left = job.due - clock.now();",
    to: "const left = 0;",
  },
  {
    name: "count no sendings",
    file: "core/fetch/deliver.ts",
    from: "outcome, sending, options);",
    to: "outcome, 1, options);",
  },
  {
    name: "never ask for a deferred request to be written down",
    file: "core/fetch/company.ts",
    from: "if (persistAfter !== undefined && carried?.continuation !== undefined) {",
    to: "if (false as boolean) {\n      void persistAfter;\n      void carried;",
  },
  {
    name: "bring the continuation along although the row has it",
    file: "core/fetch/company.ts",
    from: "const { continuation: _, ...carried } = this.#job.carried;",
    to: "const carried = this.#job.carried;",
  },
  {
    name: "arm no alarm for the next try of a handler",
    file: "core/alarms/settle.ts",
    from: "wake.putOff(row, due, payload);",
    to: "this.#parts.table.relocate(row, due, payload);\n      void wake;",
  },
  {
    name: "take an executor for lost too early",
    file: "core/requests/request_liveness.ts",
    from: "return lease !== undefined && live.lastSeen + lease <= now",
    to: "return lease !== undefined && live.lastSeen + lease / 2 <= now",
  },
  {
    name: "note no sign of life",
    file: "core/requests/request_liveness.ts",
    from: "    live.lastSeen = now;\n    if (known === undefined)",
    to: "    if (known === undefined)",
  },
  {
    name: "let a second delivery run an asynchronous handler again",
    file: "core/request_state.ts",
    from: 'if (state.delivered && state.attempt === event.attempt) return stay(state, undefined, "join");',
    to: 'if (state.delivered && state.attempt === event.attempt) return stay(state, "settled");',
  },
  {
    name: "forget that a deferred request was cancelled",
    file: "core/requests.ts",
    from: "if (stored.deferred === true) bury(this.#context, status.due, stored.token);",
    to: "",
  },
  {
    name: "write a deferred request down again by a copy that was overtaken",
    file: "core/fetch/company.ts",
    from: "this.#unsure = true;",
    to: "",
  },
  {
    name: "run a first delivery that another has overtaken",
    file: "core/requests/request_inbox.ts",
    from: "(carried?.continuation !== undefined && sending > 1)",
    to: "false",
  },
  {
    name: "write down what may have been given up",
    file: "core/requests/request_inbox.ts",
    from: 'overdue: (onAmbiguous === "run" ? job.due : Math.min(job.due, until)) <= clock.now(),',
    to: "overdue: job.due <= clock.now(),",
  },
  {
    name: "forget a deferred request at its deadline",
    file: "core/requests/request_liveness.ts",
    from: 'return live.row ? "gone" : this.#end(',
    to: 'return live.row || live.durability === "deferred" ? "gone" : this.#end(',
  },
  {
    name: "watch no executor that a restart has left",
    file: "core/requests/request_liveness.ts",
    from: "if (this.#unadopted === undefined) return [];",
    to: "if (true as boolean) return [];",
  },
  {
    name: "give an executor a new lease after each restart",
    file: "core/requests/request_liveness.ts",
    from: "const lastSeen = Math.min(stored.seen ?? now, now);",
    to: "const lastSeen = now;",
  },
  {
    name: "write no sign of life down in an object that forgets",
    file: "core/requests/request_liveness.ts",
    from: "if (live.stored.seen === now) return;",
    to: "if (now > 0) return;",
  },
  {
    name: "put off the alarm that wakes the object",
    file: "core/alarms/wake.ts",
    from: "this.ensureArmed(missed ? now : next);",
    to: "void missed;\n    this.ensureArmed(next);",
  },
  {
    name: "dispatch again without raising the row's attempt",
    file: "core/requests/request_liveness.ts",
    from: "storage.move(row, { ...row, payload: requestBody(row, stored) });",
    to: "storage.move(row, { ...row, payload: requestBody(row, { ...stored, attempt: stored.attempt - 1 }) });",
  },
  {
    name: "send no heartbeat once the outcome is there",
    file: "core/fetch/company.ts",
    from: "    this.#ended = true;\n    this.#stopPersist?.();",
    to: "    this.close();",
  },
  {
    name: "cancel a request whose handler runs",
    file: "core/requests.ts",
    from: 'if (status === undefined || status.phase === "running") return undefined;',
    to: "if (status === undefined) return undefined;",
  },
  {
    name: "watch no executor of a request whose cancellation was undone",
    file: "core/requests.ts",
    from: "if (row !== undefined) this.#restoreIfUndone(row, stored.token, live);",
    to: "",
  },
];
