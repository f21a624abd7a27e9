import { assertEquals, assertStringIncludes } from "@std/assert";
import { DEAD_DUE, PAUSED_DUE } from "../../../core/storage.ts";
import { Book, MIXED, type RequestStory } from "../../../testing/simulation/book.ts";
import { Disk } from "../../../testing/simulation/disk.ts";
import { Host } from "../../../testing/simulation/host.ts";
import { LOG_KIND, simulatedObject, UNDONE } from "../../../testing/simulation/object.ts";
import type { CallStep } from "../../../testing/simulation/plan.ts";
import { VirtualTime } from "../../../testing/simulation/time.ts";
import { judge } from "../../../testing/simulation/verdicts.ts";

interface Case {
  readonly step?: Partial<CallStep>;
  readonly log?: readonly string[];
  readonly late?: readonly string[];
  readonly dead?: boolean;
  readonly row?: boolean;
  readonly story?: Partial<RequestStory>;
  readonly settled?: readonly [attempt: number, outcome: string];
}

/** What is found wrong with one request. */
function found({ step = {}, log = [], late = [], dead, row, story = {}, settled }: Case): string {
  const time = new VirtualTime(0);
  const [disk, book] = [new Disk(), new Book(() => 0, false)];
  const host = new Host({
    ...{ time, seed: 1, disk, book, executor: () => ({ maxTimeout: Infinity, dispatch() {} }) },
    inhabit: (habitat) => simulatedObject(habitat, book),
    isAsynchronous: () => false,
  });
  const plain: CallStep = {
    ...{ step: "call", request: 1, durability: "strict", method: "GET", timeout: 1, grace: 1, takes: 1 },
    ...{ breaks: false, manner: "plain", onLate: false, onAmbiguous: "drop", named: false },
  };
  book.begin({ ...plain, ...step }, "id", 0);
  Object.assign(book.byId("id") ?? {}, story);
  if (settled !== undefined) {
    book.byId("id")?.outcomes.set(...settled);
    book.answer(book.byId("id"), settled[0], "settled");
  }
  const put = (due: number, id: string, kind: string, payload: string) =>
    disk.insert({ due, id, kind, payload, named: false });
  log.forEach((label, nth) => put(PAUSED_DUE, `log/1/${nth}`, LOG_KIND, label));
  late.forEach((label, nth) => put(PAUSED_DUE, `late/1/${nth}`, LOG_KIND, label));
  if (dead) put(DEAD_DUE, "id", "request", "");
  if (row) put(5, "id", "request", "");
  judge(book, host, disk);
  return book.violations.join("\n");
}

const FINE: [string, Case][] = [
  ["one commit", { log: ["ok/1"] }],
  ["one dead letter", { dead: true }],
  ["nothing, once cancelled", { story: { cancelled: true } }],
  ["either, where the object was lost while it cancelled", { log: ["ok/1"], story: { cancelled: "maybe" } }],
  ["an asynchronous handler that ran twice", { step: { manner: "async" }, log: ["ok/1", "ok/1"] }],
  ["a deferred request that was lost early", { step: { durability: "deferred" }, story: { lostEarly: true } }],
  [
    "two commits of a deferred request whose caller would rather have them",
    {
      step: { durability: "deferred", onAmbiguous: "run" },
      log: ["TIMEOUT", "ok/1"],
      story: { lostDecided: true },
    },
  ],
  [
    "a second commit of a deferred request by a clock that has jumped",
    { step: { durability: "deferred" }, log: ["ok/1", "ok/1"], story: { lostDecided: true, jumped: true } },
  ],
  [
    "an outcome that was late, and has committed by a clock that has jumped",
    {
      step: { durability: "deferred", onLate: true },
      ...{ log: ["TIMEOUT", "ok/1"], late: ["ok/1"] },
      story: { lostDecided: true, jumped: true },
    },
  ],
  ["a late outcome that was asked for", { step: { onLate: true }, log: ["TIMEOUT"], late: ["ok/1"] }],
  ["an acknowledgement of what was committed", { log: ["ok/1"], settled: [1, "ok/1"] }],
  ["an acknowledgement of a job that was handed over twice", { log: ["NETWORK"], settled: [1, MIXED] }],
];

for (const [name, fine] of FINE) {
  Deno.test(`judge accepts ${name}`, () => assertEquals(found(fine), ""));
}

const WRONG: [string, Case, string][] = [
  ["a lost request", {}, "request 1 is lost"],
  ["two commits", { log: ["ok/1", "ok/1"] }, "has committed 2 times"],
  [
    "an outcome that is run twice by a clock that runs on",
    { step: { durability: "deferred" }, log: ["ok/1", "ok/1"], story: { lostDecided: true } },
    "ok/1 has committed twice",
  ],
  [
    "two commits of a deferred request whose caller has not asked for them",
    { step: { durability: "deferred" }, log: ["TIMEOUT", "ok/1"], story: { lostDecided: true } },
    "has committed 2 times",
  ],
  [
    "an outcome of a strict request that is run twice, whatever the clock does",
    { log: ["ok/1", "ok/1"], story: { lostDecided: true, jumped: true } },
    "ok/1 has committed twice",
  ],
  [
    "two commits of a deferred request whose object was not lost",
    { step: { durability: "deferred", onAmbiguous: "run" }, log: ["TIMEOUT", "ok/1"] },
    "has committed 2 times",
  ],
  [
    "a deferred request that was lost although its outcome had come in time",
    { step: { durability: "deferred" }, story: { lostEarly: true, offered: true } },
    "is lost",
  ],
  ["a commit after a cancel", { log: ["ok/1"], story: { cancelled: true } }, "has committed 1 times"],
  [
    "a commit after the cancel of a deferred request, whatever was lost",
    {
      step: { durability: "deferred", onAmbiguous: "run" },
      log: ["ok/1"],
      story: { cancelled: true, lostDecided: true },
    },
    "has committed 1 times",
  ],
  ["a strict request, whatever excuse there is", { story: { lostEarly: true } }, "is lost"],
  ["a row that is left over", { log: ["ok/1"], row: true }, "the row id is left over"],
  ["a write that was not undone", { log: [UNDONE] }, "was not undone"],
  ["another outcome than was acknowledged", { log: ["TIMEOUT"], settled: [1, "ok/1"] }, "was acknowledged as settled"],
  ["a verdict of its own after an acknowledgement", { log: ["EXECUTOR_LOST"], settled: [1, MIXED] }, "acknowledged"],
  ["a late outcome that nobody wants", { log: ["TIMEOUT"], late: ["ok/1"] }, "that nobody wants"],
  ["a late outcome twice", { step: { onLate: true }, log: ["TIMEOUT"], late: ["ok/1", "ok/1"] }, "handled twice"],
  [
    "a late outcome that has committed",
    { step: { onLate: true }, log: ["ok/1"], late: ["ok/1"] },
    "counts as late too",
  ],
];

for (const [name, wrong, said] of WRONG) {
  Deno.test(`judge finds ${name}`, () => assertStringIncludes(found(wrong), said));
}
